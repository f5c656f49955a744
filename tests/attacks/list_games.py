"""Attacks by a supervisor who changes nothing but a team's list, each as a claim about the bot."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, cast

from bot.conversation import InvalidAnswers, Person, Profile
from bot.domain.counts import pseudonyms, slots
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL
from bot.domain.counts.withheld_table import WithheldTable, WithholdingReason
from bot.domain.people import Team
from bot.store.repositories import Repositories
from schedules import refresh_profiles
from tests.attacks.database_copies import (
    BotInstance,
    fetch_releases,
    open_instance,
    rows_of_team,
)
from tests.doubles import RecordingOutlet
from tests.handlers.setup_forms import CURRENT_ANSWERS, submit_setup
from tests.sample_team import (
    CLINICIANS,
    MARIE,
    OTHER_TEAM,
    SUPERVISOR,
    TEAM,
    FormAnswers,
    build_person,
    set_up_team,
)

QUARTER_START = datetime(2026, 7, 6, 13, tzinfo=UTC)
"""The first morning of a quarter."""

AFTER_ADDITIONS_DAYS = 20
"""Days into the quarter at which nobody can be added to its lists any more."""

WITHHELD_BODY = WithheldTable(TOTAL, WithholdingReason.TOO_FEW).json_body
FRIDAY_CLINICIANS = tuple(build_person(f"friday{number}") for number in range(9))
APPS = tuple(build_person(f"app{number}") for number in range(19))


def list_units_counting(repos: Repositories, people: Iterable[Person]) -> list[tuple[str, str]]:
    """Return ledger and unit of each debrief slot in use by one of *people*, in open records."""
    people = tuple(people)
    records = repos._records.ledger_records.load_records(repos.ledger._periods.list_periods())
    return sorted(
        (period.ledger, period.unit)
        for period, open_record in records.items()
        for person in people
        if slots.has_debriefs(
            open_record.record,
            pseudonyms.derive_contributor_token(open_record.token_key, person),
        )
    )


async def fetch_units_counting(instance: BotInstance, *people: Person) -> list[tuple[str, str]]:
    """Return where debriefs of *people* are counted, once per person, ledger and unit."""
    return await instance.context.store.across_workspaces.read(
        lambda repos: list_units_counting(repos, people)
    )


async def declare(instance: BotInstance, team: Team, people: Iterable[Person]) -> object:
    """Submit the set-up of *team* as its supervisor, with a changed list."""
    answers: FormAnswers = {
        **CURRENT_ANSWERS,
        "channel": team.channel,
        "name": team.name,
        "clinicians": tuple(person.id for person in people),
    }
    key = f"list {instance.clock.current_time} {team.id}"
    return await submit_setup(instance.context, SUPERVISOR, team.id, answers, key)


@asynccontextmanager
async def play_mover(folder: Path) -> AsyncIterator[BotInstance]:
    """Move a clinician to another team in mid-quarter, between two debriefs of theirs."""
    async with open_instance(folder / "moved", QUARTER_START) as instance:
        await set_up_team(instance.context)
        await set_up_team(instance.context, OTHER_TEAM, FRIDAY_CLINICIANS)
        await instance.file_debriefs(MARIE)
        instance.clock.advance(days=AFTER_ADDITIONS_DAYS)
        await declare(instance, TEAM, CLINICIANS[1:])
        await declare(instance, OTHER_TEAM, (*FRIDAY_CLINICIANS, MARIE))
        await instance.file_debriefs(MARIE)
        yield instance


@asynccontextmanager
async def play_shrunk_list(folder: Path) -> AsyncIterator[BotInstance]:
    """Shrink a list of nine to one after the opening; then all nine file."""
    async with open_instance(folder / "shrunk", QUARTER_START) as instance:
        await set_up_team(instance.context)
        instance.clock.advance(days=AFTER_ADDITIONS_DAYS)
        await declare(instance, TEAM, [MARIE])
        await instance.file_debriefs(*CLINICIANS)
        yield instance


class AppsResult(NamedTuple):
    """What became of the lists: refused in chat, the bodies of releases, and the open units."""

    is_refused: bool
    bodies: set[object]
    open_units: set[object]


async def play_apps(folder: Path) -> AppsResult:
    """Declare one person and nineteen accounts that Slack calls bots, in chat and by the store.

    A supervisor cannot list them in chat; the operator's file lists them without asking Slack.
    """
    async with open_instance(folder / "apps", QUARTER_START) as instance:
        outlet = cast("RecordingOutlet", instance.context.outlets["slack"])
        outlet.profiles = {app: Profile(is_active_person=False) for app in APPS}
        await set_up_team(instance.context)
        reply = await declare(instance, TEAM, (MARIE, *APPS))
        await set_up_team(instance.context, OTHER_TEAM, (FRIDAY_CLINICIANS[0], *APPS))
        await refresh_profiles.run(instance.context)
        instance.clock.advance(days=7)
        await refresh_profiles.run(instance.context)
        ledger_count = len((TOTAL, BREAKDOWN))
        while len(rows := rows_of_team(OTHER_TEAM, await fetch_releases(instance))) < ledger_count:
            await instance.close_period()
        units = {row[1] for row in await instance.fetch_rows("period")}
    return AppsResult(isinstance(reply, InvalidAnswers), {row[-1] for row in rows}, units)


async def claim_mover_is_in_one_table(folder: Path) -> None:
    """Claim that a clinician moved in mid-quarter stands in one table of each ledger."""
    async with play_mover(folder) as instance:
        units = await fetch_units_counting(instance, MARIE)
    assert units == [("breakdown", f"team:{TEAM.id}"), ("total", f"team:{TEAM.id}")]


async def claim_shrunk_list_counts_everybody(folder: Path) -> None:
    """Claim that a list of nine, shrunk to one after the opening, still counts all nine."""
    async with play_shrunk_list(folder) as instance:
        units = await fetch_units_counting(instance, *CLINICIANS)
    assert len(units) == 2 * len(CLINICIANS)


async def claim_apps_are_on_no_list(folder: Path) -> None:
    """Claim that nineteen accounts that Slack calls bots make no table about one person."""
    result = await play_apps(folder)
    assert result.is_refused
    assert result.bodies == {WITHHELD_BODY}
    assert result.open_units == {f"team:{TEAM.id}"}
