"""The environment of the guessing attacks: real teams, debriefs and a supervisor's page.

One play is one period of one team. Many teams share a database and advance through the periods
together, so that a play costs milliseconds. Only the clock and Slack are doubles.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from bot.content import catalogue
from bot.context import Context
from bot.conversation import Person, Request
from bot.domain.codebook import ANSWER_CODES
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL
from bot.domain.people import Team
from bot.errors import StoreBusyError
from bot.store.repositories import Repositories
from handlers import FORMS
from schedules import close_periods
from tests.attacks import odds
from tests.attacks.odds import FormCounts
from tests.database_files import copy_empty_database
from tests.doubles import PEPPERS, FakeClock, RecordingOutlet
from tests.key_folders import open_test_store
from tests.ledger_records import fetch_token_codes
from tests.sample_team import TEAM, build_person, build_request, set_up_team

T = TypeVar("T")

MAX_CONCURRENT = 12
"""The number of people who press a button at the same moment."""


@dataclass(frozen=True)
class AttackTeam:
    """One attacked team with its people; the target is the last clinician."""

    team: Team
    clinicians: tuple[Person, ...]
    supervisor: Person

    @property
    def target(self) -> Person:
        """The person whose debriefs the attacker guesses."""
        return self.clinicians[-1]

    @property
    def others(self) -> tuple[Person, ...]:
        """The other clinicians, whose debriefs the attacker knows."""
        return self.clinicians[:-1]


@dataclass
class AttackEnvironment:
    """Several teams of one size over one database, and the clock that closes their periods."""

    context: Context
    clock: FakeClock
    teams: tuple[AttackTeam, ...]
    action_numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    closed_periods: dict[tuple[str, str], date] = field(default_factory=dict)
    """The closing days of the periods last closed, by ledger and unit."""

    async def file_debriefs(self, person: Person, *forms: str) -> None:
        """Submit the debrief form as *person*, once for each of *forms*."""
        for form in forms:
            answers = {"form": form, "status": "working"}
            form_request = build_request(
                person, answers=answers, idempotency_key=f"act {next(self.action_numbers)}"
            )
            while not await self._try_submit(form_request):
                pass

    async def _try_submit(self, form_request: Request) -> bool:
        """Return whether the form was accepted; a busy store asks the client to retry."""
        try:
            await FORMS["debrief"](form_request, self.context)
        except StoreBusyError:
            return False
        return True

    async def file_concurrently(
        self, forms_by_person: Sequence[tuple[Person, Sequence[str]]]
    ) -> None:
        """File for many people, at most MAX_CONCURRENT at the same moment."""
        semaphore = asyncio.Semaphore(MAX_CONCURRENT)

        async def file_with_limit(person: Person, forms: Sequence[str]) -> None:
            async with semaphore:
                await self.file_debriefs(person, *forms)

        await asyncio.gather(*(file_with_limit(person, forms) for person, forms in forms_by_person))

    async def insert_slips(self, slips_by_team: Mapping[str, Sequence[tuple[Person, str]]]) -> None:
        """File the other clinicians' debriefs as the form would, all in one transaction.

        *slips_by_team* holds people and forms by team id. Only for the long form of the attacks: in
        the short form every person files through the handler.
        """
        now = self.context.now()
        await self.context.store.across_workspaces.write(
            lambda repos: _insert_slips(repos, self.teams, slips_by_team, now)
        )

    async def count_slips(self) -> Counter[tuple[object, ...]]:
        """Return the number of slips of each ledger, period, token and code."""
        token_codes = await fetch_token_codes(self.context.store)
        return Counter(
            (*period.row_key.values(), token, code)
            for period, pairs in token_codes.items()
            for token, code in pairs
        )

    async def close_all_periods(self) -> None:
        """Close every open period: advance the clock and run the schedule until all are published.

        Of two ledgers with different periods the shorter one closes again meanwhile.
        """
        store = self.context.store
        self.closed_periods = {
            (period.ledger, period.unit): period.closes
            for period in await store.across_workspaces.read(
                lambda repos: repos.ledger._periods.list_periods()
            )
        }
        last_close = max(self.closed_periods.values())
        close_count = 0
        while (close_time := await close_periods.next_due(self.context)) and (
            close_time.date() <= last_close + timedelta(days=1)
        ):
            self.clock.current_time = close_time
            close_count += await close_periods.run(self.context)
        assert close_count >= 2 * len(self.teams)

    async def read_release(self, team: AttackTeam) -> tuple[object, object]:
        """Return the band, and the leader's index with the shares, of the periods last closed."""
        releases = await self.context.store.across_workspaces.read(
            lambda repos: repos.releases.list_by_team(team.team.id)
        )
        total, breakdown = (
            next(
                release.table
                for release in releases
                if release.ledger == ledger
                and release.closes == self.closed_periods[ledger, f"team:{team.team.id}"]
            )
            for ledger in (TOTAL, BREAKDOWN)
        )
        return odds.describe_table(total), odds.describe_table(breakdown)


async def read_newest_release(context: Context, team_id: str) -> tuple[object, object]:
    """Return the newest published band of a team, and the leader's index with the shares.

    They are read as published: the supervisor's page shows no more than that, and mostly less.
    """
    releases = await context.store.across_workspaces.read(
        lambda repos: repos.releases.list_by_team(team_id)
    )
    total, breakdown = releases[:2]
    return odds.describe_table(total.table), odds.describe_table(breakdown.table)


def build_attack_team(team_number: int, clinician_count: int) -> AttackTeam:
    """Build a team of *clinician_count* clinicians and a supervisor."""
    team = replace(
        TEAM, id=f"team{team_number}", channel=f"C0TEAM{team_number}", name=f"Team {team_number}"
    )
    clinicians = tuple(
        build_person(f"t{team_number}c{number}") for number in range(clinician_count)
    )
    return AttackTeam(team, clinicians, build_person(f"super{team_number}"))


@asynccontextmanager
async def open_environment(
    clinician_count: int, team_count: int, folder: Path | None = None
) -> AsyncIterator[AttackEnvironment]:
    """Open a database of its own with *team_count* teams whose supervisors have agreed."""
    with TemporaryDirectory(prefix="attune-attack-", dir=folder) as directory:
        copy_empty_database(Path(directory))
        store = open_test_store(f"sqlite:///{directory}/attune.sqlite", PEPPERS)
        clock = FakeClock()
        context = Context(store, catalogue.load_catalogue(), clock, {"slack": RecordingOutlet()})
        teams = tuple(build_attack_team(number, clinician_count) for number in range(team_count))
        try:
            for team in teams:
                await set_up_team(context, team.team, team.clinicians, (team.supervisor,))
                await FORMS["agreement"](build_request(team.supervisor, answers={}), context)
            yield AttackEnvironment(context, clock, teams)
        finally:
            await store.close()


def deal_forms(form_counts: FormCounts, people: Sequence[T]) -> list[tuple[T, str]]:
    """Return debriefs of these forms, distributed over *people* as evenly as possible."""
    forms = [
        code
        for code, count in zip(ANSWER_CODES["form"], form_counts, strict=True)
        for _ in range(count)
    ]
    return list(zip(itertools.cycle(people), forms, strict=False))


def _insert_slips(
    repos: Repositories,
    teams: Sequence[AttackTeam],
    slips_by_team: Mapping[str, Sequence[tuple[Person, str]]],
    now: datetime,
) -> None:
    for attack_team in teams:
        slips = slips_by_team.get(attack_team.team.id, ())
        contributors = {
            person: repos.ledger.get_contributor_and_open_periods(person, now)
            for person, _ in slips
        }
        for person, form in slips:
            repos.ledger.file_debrief(contributors[person], {"form": form, "status": "working"})
