"""Changes of set-ups by file, by command and in chat, in any order, while people file."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from sqlalchemy import select

from bot.admin import apply_teams, team_export, team_verbs
from bot.admin.apply_teams import ApplyResult
from bot.context import Context
from bot.conversation import Person, Request, Surface
from bot.domain.people import Team
from bot.domain.teams.unlisted_members import count_without_team
from bot.errors import BotError, FaultyInputError
from bot.store.repositories import Repositories
from bot.store.schema import rosters
from bot.workflows.setup_undo import list_undoable_teams
from handlers import BUTTONS, COMMANDS, FORMS
from handlers.rights import Handler
from schedules import close_periods
from tests.doubles import FakeClock
from tests.handlers.list_years import ListYears
from tests.handlers.setup_forms import NEW_TEAM_ANSWERS, apply_preview, resolve_reply
from tests.sample_team import ADMIN, SUPERVISOR, WORKSPACE, FormAnswers, build_person, build_request

CHANNELS = ("C0EAST", "C0NORTH", "C0SOUTH", "C0WEST")
PEOPLE = tuple(build_person(f"clin{number:02}") for number in range(11))


@dataclass(frozen=True)
class Change:
    """One change: its *kind* is a method of :class:`SetUpSteps`, the rest is drawn.

    ``channel`` and ``new_channel`` select teams and places, ``people`` are those of a list, and
    ``sister_people`` those of a second team in the same file. ``weeks`` pass afterwards, and
    ``filer`` files before and after them.
    """

    kind: str
    channel: str
    new_channel: str
    people: frozenset[Person]
    sister_people: frozenset[Person]
    filer: Person
    weeks: int


@dataclass
class SetUpSteps:
    """The state of one sequence of changes; ``years`` files and compares what people read."""

    context: Context
    clock: FakeClock
    folder: Path
    count: int = 0
    applied: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Prepare to file."""
        random = Random(0)  # noqa: S311 - it names requests
        self.years = ListYears(self.context, self.clock, random, people=list(PEOPLE))

    async def apply_change(self, change: Change) -> None:
        """Make *change*, or let it be refused; then people file, weeks pass, and they file."""
        self.count += 1
        with suppress(BotError, FaultyInputError):
            await getattr(self, change.kind)(change)
            self.applied[change.kind] += 1
        await self.file_debriefs(change.filer)
        await self.pass_weeks(change.weeks)
        await self.file_debriefs(change.filer)

    async def pass_weeks(self, weeks: int) -> None:
        """Let *weeks* pass, after which the duty of the periods runs."""
        self.clock.advance(weeks=weeks)
        await close_periods.run(self.context)

    async def file_debriefs(self, filer: Person) -> None:
        """Let *filer* file; a day that was named is no promise about later changes of lists."""
        await self.years.file_debrief(filer)
        self.years.told_days.clear()

    async def apply_file(self, change: Change) -> None:
        """Apply a file of two teams, or of one, whose lists have nobody in common."""
        lists = {change.channel: change.people}
        lists.setdefault(change.new_channel, change.sister_people - change.people)
        await self._apply_text("\n".join(map(_render_team, lists, lists.values())))

    async def save_form(self, change: Change) -> None:
        """Save the set-up form of a team with another list, and another channel."""
        team = await self.find_team(change.channel)
        answers = _build_answers(change.new_channel, change.people)
        await self._submit(FORMS["setup"], SUPERVISOR, team.id if team else "none", answers)

    async def create_team(self, change: Change) -> None:
        """Set a new team up as an admin."""
        answers = _build_answers(change.channel, change.people)
        await self._submit(FORMS["setup"], ADMIN, "new", answers)

    async def move_by_command(self, change: Change) -> None:
        """Move a team as the operator."""
        await team_verbs.move_team(self.context, change.channel, change.new_channel)

    async def remove_by_command(self, change: Change) -> None:
        """Remove a team as the operator."""
        await team_verbs.remove_team(self.context, change.channel, is_dry_run=False)

    async def move_in_chat(self, change: Change) -> None:
        """Move a team by the button of its set-up."""
        team = await self.find_team(change.channel)
        data = f"{team.id if team else 'none'} {change.new_channel}"
        await self._submit(BUTTONS["supervision.move"], SUPERVISOR, data)

    async def close_in_chat(self, change: Change) -> None:
        """Close a team by its form."""
        team = await self.find_team(change.channel)
        await self._submit(FORMS["closing"], SUPERVISOR, team.id if team else "none", {})

    async def undo_in_chat(self, change: Change) -> None:
        """Undo every last change of a set-up by who made it, as far as that is possible."""
        del change
        for person in (SUPERVISOR, ADMIN):
            for team_id in await self.list_undoable_team_ids(person):
                self.count += 1
                await self._submit(BUTTONS["supervision.undo"], person, team_id)
                self.applied["undone"] += 1

    async def undo_form(self, change: Change) -> None:
        """Save the set-up form of a team, file, and undo the change."""
        await self.save_form(change)
        await self.file_debriefs(change.filer)
        await self.undo_in_chat(change)

    async def undo_new_team(self, change: Change) -> None:
        """Set a new team up as an admin, file, and undo that."""
        await self.create_team(change)
        await self.file_debriefs(change.filer)
        await self.undo_in_chat(change)

    async def list_undoable_team_ids(self, person: Person) -> list[str]:
        """Return the ids of the teams whose last change *person* may undo."""
        teams = await self.context.store.across_workspaces.read(
            lambda repos: list_undoable_teams(repos, person, self.context.now())
        )
        return [team.id for team in teams]

    async def join_in_channel(self, change: Change) -> None:
        """Let somebody join the team of a channel."""
        request = build_request(change.filer, "join", channel=change.channel)
        await COMMANDS["checkin"].handle_request(self._name(request), self.context)

    async def find_team(self, channel: str) -> Team | None:
        """Return the team that has *channel*."""
        return await self.context.store.across_workspaces.read(
            lambda repos: repos.teams.get_by_channel(WORKSPACE, channel)
        )

    async def find_contradictions(self) -> list[str]:
        """Return who is on two lists, or on another than their home team's, and other faults."""
        return await self.context.store.across_workspaces.read(self._find_contradictions)

    async def apply_export(self) -> ApplyResult | None:
        """Apply the export of all teams; ``None`` where there are none."""
        text = await self.context.store.across_workspaces.read(team_export.export_team_file)
        return await self._apply_text(text) if text else None

    def _find_contradictions(self, repos: Repositories) -> list[str]:
        rows = repos._connection.execute(select(rosters)).all()
        lists: dict[Person, set[str]] = {}
        for row in rows:
            lists.setdefault(Person(row.workspace, row.person), set()).add(row.team)
        faults = [f"{person.id} is on two lists" for person, ids in lists.items() if len(ids) > 1]
        unlisted_count = 0
        for person in PEOPLE:
            team = repos.teams.get_home_team(person)
            home_ids = {team.id} if team else set()
            if home_ids != lists.get(person, set()):
                faults.append(f"{person.id} has another home team")
            contributor = repos.ledger.find_contributor(person, self.context.now())
            unlisted_count += bool(contributor.counted_periods and team is None)
        if unlisted_count > count_without_team(repos.frozen_members.list_members()):
            faults.append("too few people are reported to lack a team")
        return faults

    async def _apply_text(self, text: str) -> ApplyResult:
        file = self.folder / "teams.toml"
        file.write_text(text)
        return await apply_teams.apply_teams(self.context, file, test_mode=False)

    async def _submit(
        self, handler: Handler, person: Person, data: str, answers: FormAnswers | None = None
    ) -> None:
        request = self._name(
            build_request(person, data=data, answers=answers, surface=Surface.FORM)
        )
        reply = await resolve_reply(await handler(request, self.context))
        await apply_preview(self.context, person, reply, request.idempotency_key)

    def _name(self, request: Request) -> Request:
        """Return *request* with an idempotency key of this step."""
        return replace(request, idempotency_key=f"change {self.count}")


def _build_answers(channel: str, people: Iterable[Person]) -> FormAnswers:
    clinicians = tuple(sorted(person.id for person in people))
    return {**NEW_TEAM_ANSWERS, "channel": channel, "name": "Team", "clinicians": clinicians}


def _render_team(channel: str, people: Iterable[Person]) -> str:
    return (
        f'[[team]]\nworkspace = "T0PRACTICE"\nchannel = "{channel}"\nname = "{channel}"\n'
        f'supervisors = ["{SUPERVISOR.id}"]\n'
        f"clinicians = {sorted(person.id for person in people)}\n"
    )
