"""Attacks by set-up alone: which tables a person is in, whatever lists and teams are declared.

Each set-up is declared by the store, by a supervisor's form or by the operator's file, and time
passes from close to close. The exposure is then summed over the tables that were published.
"""

import itertools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path

from sqlalchemy import select

from bot.admin import apply_teams
from bot.conversation import InvalidAnswers, Person, Profile
from bot.domain.counts import exposure, release_rule
from bot.domain.counts.release_rule import BREAKDOWN, LARGE_UNIT_SIZE, TOTAL, LostTable
from bot.domain.counts.withheld_table import WithheldTable
from bot.domain.people import Team
from bot.store.repositories import Repositories
from bot.store.schema import linked_accounts, period_members, releases
from tests.attacks.database_copies import BotInstance, open_instance
from tests.doubles import RecordingOutlet
from tests.handlers.setup_forms import CURRENT_ANSWERS, submit_setup
from tests.sample_team import ADMIN, SUPERVISOR, TEAM, WORKSPACE, build_person

YEAR_START = datetime(2027, 1, 4, 14, tzinfo=UTC)
"""The first morning of a common year: four weeks and thirteen weeks begin."""

PEOPLE = tuple(build_person(f"p{number:02}") for number in range(LARGE_UNIT_SIZE + 4))

SetUp = Mapping[str, "TeamList"]
"""Every team's practice and people, by the team's name; teams that it omits have nobody."""


@dataclass(frozen=True)
class TeamList:
    """The people whom a set-up declares in a team, and its practice."""

    people: tuple[Person, ...]
    practice: str = ""


@dataclass(frozen=True)
class PublishedPlace:
    """A person's place on the frozen list of a published table."""

    person: Person
    ledger: str
    opens: date
    closes: date
    epsilon: Fraction


Declare = Callable[[BotInstance, SetUp], Awaitable[None]]
"""A way to declare a set-up."""


@dataclass
class SetUpGame:
    """A bot whose set-up an attacker changes, by one of the ways to declare it."""

    instance: BotInstance
    declare: Declare
    set_up: dict[str, TeamList] = field(default_factory=dict)

    async def change(self, set_up: SetUp) -> None:
        """Declare *set_up*: teams that it omits keep their row and lose their people."""
        emptied = {
            name: replace(team, people=()) for name, team in self.set_up.items() if team.people
        }
        self.set_up = {**emptied, **set_up}
        await self.declare(self.instance, self.set_up)
        await self.run_duties()

    async def run_duties(self) -> None:
        """Close the periods that have ended, and open the missing ones."""
        now = self.instance.clock.current_time

        def run(repos: Repositories) -> None:
            repos.ledger.close_ended_periods(now)
            repos.ledger.open_missing_periods(now)

        await self.instance.context.store.across_workspaces.write(run)

    async def pass_weeks(self, weeks: int) -> None:
        """Let *weeks* pass: each period closes on its day."""
        clock, store = self.instance.clock, self.instance.context.store.across_workspaces
        end = clock.current_time + timedelta(weeks=weeks)
        while (close := await store.read(lambda repos: repos.ledger.next_close(clock()))) and (
            close <= end
        ):
            clock.current_time = close
            await self.run_duties()
        clock.current_time = end
        await self.run_duties()

    async def fetch_places(self) -> list[PublishedPlace]:
        """Return every person's places on the lists of published tables, by main account."""
        return await self.instance.context.store.across_workspaces.read(list_places)


@asynccontextmanager
async def open_game(folder: Path, declare: Declare | None = None) -> AsyncIterator[SetUpGame]:
    """Open a game in *folder*; set-ups are declared by the store unless another way is given."""
    async with open_instance(folder, YEAR_START) as instance:
        yield SetUpGame(instance, declare or declare_by_store)


async def declare_by_store(instance: BotInstance, set_up: SetUp) -> None:
    """Save the teams and their lists, as any verb or form does in the end."""

    def save(repos: Repositories) -> None:
        for name, team_list in set_up.items():
            team = build_team(name, team_list.practice)
            repos.teams.save(team)
            repos.teams.declare_clinicians(team.id, team_list.people)

    await instance.context.store.across_workspaces.write(save)


async def declare_by_form(instance: BotInstance, set_up: SetUp) -> None:
    """Submit the set-up form of each team as its supervisor, shrunk lists first."""
    outlet = instance.context.outlets["slack"]
    assert isinstance(outlet, RecordingOutlet)
    outlet.profiles[ADMIN] = Profile(is_admin=True)
    for name, team_list in sorted(set_up.items(), key=lambda item: len(item[1].people)):
        team = await instance.context.store.across_workspaces.read(partial(_find_team, name=name))
        answers = {
            **CURRENT_ANSWERS,
            "channel": build_team(name).channel,
            "name": name,
            "practice": team_list.practice,
            "clinicians": tuple(person.id for person in team_list.people),
        }
        reply = await submit_setup(
            instance.context,
            SUPERVISOR if team else ADMIN,
            team.id if team else "new",
            answers,
            f"act {next(_ACTION_NUMBERS)}",
        )
        assert not isinstance(reply, InvalidAnswers), reply


async def declare_by_file(instance: BotInstance, set_up: SetUp) -> None:
    """Apply a team file, as the operator's verb does."""
    file = instance.folder / "teams.toml"
    file.write_text("\n".join(_render_entry(name, set_up[name]) for name in set_up))
    await apply_teams.apply_teams(instance.context, file, test_mode=True)


def build_team(name: str, practice: str = "") -> Team:
    """Build the team called *name*."""
    return replace(TEAM, id=name, channel=f"C0{name.upper()}", name=name, practice=practice)


def find_excess(
    places: Sequence[PublishedPlace], since: date = date.min
) -> list[tuple[Person, date, Fraction]]:
    """Return who exceeds a bound in which 52 weeks, by the last day of these, and by which sum.

    Only tables published after *since*, such as the day on which two accounts were linked, can
    exceed one: what was published before cannot be taken back.
    """
    places_by_person: dict[Person, list[PublishedPlace]] = {}
    for place in places:
        places_by_person.setdefault(place.person, []).append(place)
    excess = []
    for person, own in places_by_person.items():
        for end in sorted({place.closes for place in own if place.closes > since}):
            window = [place for place in own if end - timedelta(weeks=52) < place.closes <= end]
            epsilon = sum((place.epsilon for place in window), Fraction(0))
            counts = Counter(place.ledger for place in window)
            if epsilon > exposure.max_yearly_exposure() or any(
                count > exposure.max_yearly_tables(ledger) for ledger, count in counts.items()
            ):
                excess.append((person, end, epsilon))
    return excess


def find_largest_exposure(places: Sequence[PublishedPlace]) -> Fraction:
    """Return the largest sum of epsilons of a person in any 52 weeks."""
    return max(
        sum(
            (
                other.epsilon
                for other in places
                if other.person == place.person
                and place.closes - timedelta(weeks=52) < other.closes <= place.closes
            ),
            Fraction(0),
        )
        for place in places
    )


async def play_alternating_list(game: SetUpGame) -> list[PublishedPlace]:
    """Play a year of a list of 20 people that is 19 long each time a twelfth week ends.

    Where each opening selects the span, the last table of a quarter is of one to four weeks.
    """
    for _ in range(4):
        await game.change({"alpha": TeamList(PEOPLE[:LARGE_UNIT_SIZE])})
        await game.pass_weeks(11)
        await game.change({"alpha": TeamList(PEOPLE[: LARGE_UNIT_SIZE - 1])})
        await game.pass_weeks(1)
    await game.change({"alpha": TeamList(PEOPLE[:LARGE_UNIT_SIZE])})
    await game.pass_weeks(4)
    return await game.fetch_places()


async def play_recreated_teams(game: SetUpGame) -> list[PublishedPlace]:
    """Play a year in which the same people are declared anew: in one large team, in two small.

    New teams have no class yet, so that only the exposure of their people bounds their tables.
    """
    half = len(PEOPLE) // 2
    first_half, second_half = TeamList(PEOPLE[:half]), TeamList(PEOPLE[half:])
    for number in range(4):
        await game.change({f"large{number}": TeamList(PEOPLE)})
        await game.pass_weeks(11)
        await game.change({f"left{number}": first_half, f"right{number}": second_half})
        await game.pass_weeks(1)
    await game.change({"last": TeamList(PEOPLE)})
    await game.pass_weeks(4)
    return await game.fetch_places()


async def claim_list_length_selects_no_other_span(folder: Path) -> None:
    """Claim that 20 to 19 and back in a year yields a regular year's tables, of full length."""
    async with open_game(folder / "list") as game:
        places = await play_alternating_list(game)
    of_one = [place for place in places if place.person == PEOPLE[0]]
    for ledger in (TOTAL, BREAKDOWN):
        weeks = release_rule.select_terms(ledger, LARGE_UNIT_SIZE).weeks
        spans = [place.closes - place.opens for place in of_one if place.ledger == ledger]
        assert spans == [timedelta(weeks=weeks)] * (52 // weeks)


async def claim_exposure_follows_people(folder: Path) -> None:
    """Claim that teams declared anew, large and small in turn, exceed no bound of their people."""
    async with open_game(folder / "recreated") as game:
        places = await play_recreated_teams(game)
    assert places
    assert not find_excess(places)


_ACTION_NUMBERS = itertools.count()


def _find_team(repos: Repositories, name: str) -> Team | None:
    return repos.teams.get_by_channel(WORKSPACE, build_team(name).channel)


def list_places(repos: Repositories) -> list[PublishedPlace]:
    """Return every person's places on the lists of published tables, by main account."""
    connection = repos._connection
    published = {
        (row.ledger, row.unit, row.closes): row.opens
        for row in connection.execute(select(releases))
        if not isinstance(release_rule.parse_table(row.ledger, row.body), LostTable | WithheldTable)
    }
    mains = {
        Person(row.workspace, row.person): Person(row.same_workspace, row.same_person)
        for row in connection.execute(select(linked_accounts))
    }
    return [
        PublishedPlace(
            mains.get(account := Person(row.workspace, row.person), account),
            row.ledger,
            published[row.ledger, row.unit, row.closes],
            row.closes,
            Fraction(row.epsilon),
        )
        for row in connection.execute(select(period_members))
        if (row.ledger, row.unit, row.closes) in published
    ]


def _render_entry(name: str, team_list: TeamList) -> str:
    ids = ", ".join(f'"{person.id}"' for person in team_list.people)
    practice = f'practice = "{team_list.practice}"\n' if team_list.practice else ""
    return (
        f'[[team]]\nworkspace = "{WORKSPACE.removeprefix("slack:")}"\n'
        f'channel = "C0{name.upper()}"\nname = "{name}"\nsupervisors = ["{SUPERVISOR.id}"]\n'
        f'clinicians = [{ids}]\ntimezone = "America/Toronto"\n{practice}'
    )
