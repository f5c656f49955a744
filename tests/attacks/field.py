"""Where attacks are played: teams at a real desk, their debriefs, and what a supervisor reads.

One play is one period of one team. Many teams share a database and walk on through the
periods together, so that a play costs milliseconds. Only the clock and Slack are doubles.
"""

import asyncio
import itertools
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from sqlalchemy import insert, select

from bot.content import catalogue
from bot.content.catalogue import LanguagePack
from bot.context import Context
from bot.conversation import Person, Request
from bot.domain.counts import pseudonyms
from bot.domain.counts.release_rule import ANSWER_CODES, BREAKDOWN, TOTAL, Band
from bot.domain.people import Team
from bot.elements import Chart, Text
from bot.errors import StoreBusyError
from bot.store.repositories import Repositories
from bot.store.repositories.periods import Period
from bot.store.schema import slips
from bot.store.store import Store
from handlers import COMMANDS, FORMS
from schedules import close_periods
from tests.attacks.odds import SHARES, FormCounts
from tests.doubles import PEPPERS, FakeClock, RecordingOutlet
from tests.sample_team import TEAM, build_person, build_request, reply_body, set_up_team

T = TypeVar("T")

MAX_CONCURRENT = 12
"""How many people press a button at the same moment."""


@dataclass(frozen=True)
class FieldTeam:
    """One team of the field, with everybody in it; the target is the last clinician."""

    team: Team
    clinicians: tuple[Person, ...]
    supervisor: Person

    @property
    def target(self) -> Person:
        """Whose debriefs the attacker asks about."""
        return self.clinicians[-1]

    @property
    def others(self) -> tuple[Person, ...]:
        """Everybody else, whose debriefs the attacker knows."""
        return self.clinicians[:-1]


@dataclass
class AttackEnvironment:
    """Several teams of one size at one desk, and the walk through their periods."""

    context: Context
    clock: FakeClock
    teams: tuple[FieldTeam, ...]
    action_numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def file_debriefs(self, person: Person, *forms: str) -> None:
        """Let somebody send the debrief form off, once for each of *forms*."""
        for form in forms:
            answers = {"form": form, "status": "working"}
            sent = build_request(
                person, answers=answers, idempotency_key=f"act {next(self.action_numbers)}"
            )
            while not await self._try_submit(sent):
                pass

    async def _try_submit(self, form_request: Request) -> bool:
        """Whether the form was taken; on a busy machine people are asked to come back, and do."""
        try:
            await FORMS["debrief"](form_request, self.context)
        except StoreBusyError:
            return False
        return True

    async def file_concurrently(
        self, forms_by_person: Sequence[tuple[Person, Sequence[str]]]
    ) -> None:
        """Let many people file, some at the same moment."""
        door = asyncio.Semaphore(MAX_CONCURRENT)

        async def file_with_limit(person: Person, forms: Sequence[str]) -> None:
            async with door:
                await self.file_debriefs(person, *forms)

        await asyncio.gather(*(file_with_limit(who, forms) for who, forms in forms_by_person))

    async def insert_slips(self, slips_by_team: Mapping[str, Sequence[tuple[Person, str]]]) -> None:
        """Keep the others' slips as filing would, all of them in one statement.

        *told* are people and forms by team id. Only for the long form of the attacks: in the
        short one everybody files through the handler.
        """
        now = self.context.now()
        await self.context.store.across_workspaces.write(
            lambda repos: _insert_slips(repos, self.teams, slips_by_team, now)
        )

    async def count_slips(self) -> Counter[tuple[object, ...]]:
        """How many slips there are of each ledger, period, token and code."""
        asked = select(slips.c.ledger, slips.c.unit, slips.c.closes, slips.c.token, slips.c.code)
        found = await self.context.store.across_workspaces.read(
            lambda repos: list(repos._connection.execute(asked))
        )
        return Counter(tuple(row) for row in found)

    async def close_all_periods(self) -> None:
        """Walk on to the moment at which the periods end, and let the schedule close them."""
        due = await close_periods.next_due(self.context)
        assert due
        self.clock.current_time = due
        assert await close_periods.run(self.context) == 2 * len(self.teams)

    async def read_page(self, team: FieldTeam) -> object:
        """What the team's supervisor is shown when they ask for the counts."""
        return await COMMANDS["debriefs"].handle_request(
            build_request(team.supervisor), self.context
        )

    async def read_release(self, team: FieldTeam) -> tuple[object, object]:
        """The band that the supervisor reads, and the leader's place with the shares."""
        return parse_release(await self.read_page(team))


def parse_release(reply: object) -> tuple[object, object]:
    """Read the page as an attacker does: its sentences and its chart, as codes."""
    said = {one.text for one in reply_body(reply) if isinstance(one, Text)}
    (chart,) = [one for one in reply_body(reply) if isinstance(one, Chart)]
    (band,) = [value for sentence, value in _bands_by_sentence().items() if sentence in said]
    (leader,) = [place for sentence, place in _leaders_by_sentence().items() if sentence in said]
    return band, (leader, tuple(SHARES.index(bar.share) for bar in chart.bars))


@cache
def english_words() -> LanguagePack:
    """The sentences of the page."""
    return catalogue.load_catalogue().get_pack("en")


@cache
def _bands_by_sentence() -> dict[str, object]:
    return {english_words().translate(f"counts.total.{band.value}"): band for band in Band}


@cache
def _leaders_by_sentence() -> dict[str, int]:
    labels = {option.code: option.label for option in english_words().questions["form"].options}
    led = {
        english_words().translate("counts.form.leader", answer=labels[code]): place
        for place, code in enumerate(ANSWER_CODES["form"])
    }
    return {**led, english_words().translate("counts.form.none"): -1}


def build_field_team(team_number: int, clinician_count: int) -> FieldTeam:
    """A team of that size."""
    team = replace(
        TEAM, id=f"team{team_number}", channel=f"C0TEAM{team_number}", name=f"Team {team_number}"
    )
    clinicians = tuple(build_person(f"t{team_number}c{one}") for one in range(clinician_count))
    return FieldTeam(team, clinicians, build_person(f"super{team_number}"))


@asynccontextmanager
async def open_environment(
    clinician_count: int, team_count: int, folder: Path | None = None
) -> AsyncIterator[AttackEnvironment]:
    """A desk with a database of its own, with that many teams whose supervisors have agreed."""
    with TemporaryDirectory(prefix="attune-attack-", dir=folder) as place:
        store = Store.open(f"sqlite:///{place}/attune.sqlite", PEPPERS)
        store.migrate()
        clock = FakeClock()
        context = Context(store, catalogue.load_catalogue(), clock, {"slack": RecordingOutlet()})
        sides = tuple(build_field_team(number, clinician_count) for number in range(team_count))
        try:
            for one in sides:
                await set_up_team(context, one.team, one.clinicians, (one.supervisor,))
                await FORMS["agreement"](build_request(one.supervisor, answers={}), context)
            yield AttackEnvironment(context, clock, sides)
        finally:
            await store.close()


def deal_forms(form_counts: FormCounts, people: Sequence[T]) -> list[tuple[T, str]]:
    """Debriefs of these forms, dealt to *people* so that each has about as many."""
    forms = [
        code
        for code, many in zip(ANSWER_CODES["form"], form_counts, strict=True)
        for _ in range(many)
    ]
    return list(zip(itertools.cycle(people), forms, strict=False))


def _insert_slips(
    repos: Repositories,
    teams: Sequence[FieldTeam],
    slips_by_team: Mapping[str, Sequence[tuple[Person, str]]],
    now: datetime,
) -> None:
    rows = [
        _slip_row(period, who, form)
        for one in teams
        for period in _current_periods(repos, one.team, now)
        for who, form in slips_by_team.get(one.team.id, ())
    ]
    if rows:
        repos._connection.execute(insert(slips), rows)


def _current_periods(repos: Repositories, team: Team, now: datetime) -> list[Period]:
    found = (
        repos.slips._periods.get_or_open_period(team, ledger, now) for ledger in (TOTAL, BREAKDOWN)
    )
    return [period for period in found if period]


def _slip_row(period: Period, person: Person, form: str) -> dict[str, object]:
    return {
        "id": secrets.token_bytes(16),
        "ledger": period.ledger,
        "unit": period.unit,
        "closes": period.closes,
        "token": pseudonyms.derive_contributor_token(PEPPERS[0], period.salt, person),
        "code": form if period.ledger == BREAKDOWN else "debrief",
    }
