"""Applying a team file is validated, transactional and idempotent."""

from datetime import date
from pathlib import Path

import pytest

from bot.admin import apply_teams
from bot.admin.apply_teams import ApplyResult
from bot.context import Context
from bot.conversation import Person, Profile
from bot.domain.counts.next_release import NextRelease
from bot.domain.people import Role, Team
from bot.domain.reachability import DEACTIVATED
from bot.domain.teams.unlisted_members import count_without_team
from bot.errors import FaultyInputError
from bot.store.repositories import Repositories
from schedules import COMPOSERS, close_periods, refresh_profiles
from schedules.delivery.sender import DeliverySender
from tests.doubles import (
    FakeClock,
    RecordingOutlet,
    clock,
    context,
    empty_database,
    full_catalogue,
    outlet,
)

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

TEAM_FILE = """
[[team]]
workspace = "T0PRACTICE"
channel = "C0NORTH"
name = "North"
supervisors = ["U0SUPER"]
clinicians = ["U0A", "U0B", "U0C", "U0D", "U0E"]
timezone = "America/Toronto"
"""
WORKSPACE = "slack:T0PRACTICE"


async def apply_text(
    context: Context, folder: Path, text: str, *, test_mode: bool = False
) -> ApplyResult:
    """Write *text* to a team file and apply it."""
    file = folder / "teams.toml"
    file.write_text(text, encoding="utf-8")
    return await apply_teams.apply_teams(context, file, test_mode=test_mode)


async def load_north(context: Context) -> Team:
    """Return the team that the file declares."""
    team = await context.store.across_workspaces.read(
        lambda repos: repos.teams.get_by_channel(WORKSPACE, "C0NORTH")
    )
    assert team is not None
    return team


async def test_applying_stores_the_team_and_plans_its_introduction(
    context: Context, tmp_path: Path, outlet: RecordingOutlet
) -> None:
    """A declared team has its roster, its supervisor, an open period and one introduction card."""
    assert await apply_text(context, tmp_path, TEAM_FILE) == ApplyResult(
        team_count=1, changed_count=1
    )
    await DeliverySender(context, COMPOSERS).send_all_due()
    team = await load_north(context)

    roster, supervisors, next_release = await context.store.across_workspaces.read(
        lambda repos: (
            repos.teams.list_roster(team.id),
            repos.teams.list_role_holders(team.id, Role.SUPERVISOR),
            repos.ledger.find_next_release(team.id, context.now()),
        )
    )
    assert len(roster) == 5
    assert supervisors == (Person(WORKSPACE, "U0SUPER"),)
    assert next_release == NextRelease(date(2026, 7, 6))
    assert [sent.address.channel for sent in outlet.sent_messages] == ["C0NORTH"]


async def test_applying_twice_is_idempotent(
    context: Context, tmp_path: Path, outlet: RecordingOutlet
) -> None:
    """A second run changes no team and plans no second introduction card."""
    await apply_text(context, tmp_path, TEAM_FILE)
    await DeliverySender(context, COMPOSERS).send_all_due()
    first_team = await load_north(context)

    assert await apply_text(context, tmp_path, TEAM_FILE) == ApplyResult(
        team_count=1, changed_count=0
    )
    await DeliverySender(context, COMPOSERS).send_all_due()
    assert await load_north(context) == first_team
    assert len(outlet.sent_messages) == 1


async def test_quiet_times_are_returned(context: Context, tmp_path: Path) -> None:
    """A time at night is applied, and the operator is warned of its team."""
    late = TEAM_FILE + 'checkin = { day = "monday", time = "21:00" }\n'

    assert await apply_text(context, tmp_path, late + SOUTH_FILE) == ApplyResult(2, 2, ("North",))


async def test_declared_clinician_has_not_joined(context: Context, tmp_path: Path) -> None:
    """A declaration invites a clinician and never enrols them."""
    await apply_text(context, tmp_path, TEAM_FILE)

    person = await context.store.across_workspaces.read(
        lambda repos: repos.people.get(Person(WORKSPACE, "U0A"))
    )
    assert not person.has_joined


async def test_declaration_may_join_clinicians_in_test_mode(
    context: Context, tmp_path: Path
) -> None:
    """In test mode the clinicians marked ``joined`` are enrolled, and no others."""
    text = TEAM_FILE.replace('"U0A"', '{ id = "U0A", joined = true }')
    await apply_text(context, tmp_path, text, test_mode=True)

    joined = await context.store.across_workspaces.read(
        lambda repos: repos.people.list_joined_reachable(None, 10)
    )
    assert [clinician.person.id for clinician in joined] == ["U0A"]


SOUTH_FILE = """
[[team]]
workspace = "T0PRACTICE"
channel = "C0SOUTH"
name = "South"
supervisors = ["U0SUPER"]
clinicians = ["U0F", "U0G", "U0H", "U0I", "U0J"]
timezone = "America/Toronto"
"""
JOINED_FILE = TEAM_FILE.replace('"U0A"', '{ id = "U0A", joined = true }')


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["old first", "new first"])
async def test_person_who_moves_within_a_file_stays_joined(
    context: Context, tmp_path: Path, order: tuple[int, int]
) -> None:
    """The order of the teams in the file does not matter, nor that people change places."""
    await apply_text(context, tmp_path, JOINED_FILE + SOUTH_FILE, test_mode=True)
    swapped = (
        TEAM_FILE.replace('"U0A"', '"U0F"'),
        SOUTH_FILE.replace('"U0F"', '"U0A"'),
    )
    await apply_text(context, tmp_path, swapped[order[0]] + swapped[order[1]])

    clinician, team = await context.store.across_workspaces.read(
        lambda repos: repos.teams.get_person_and_team(Person(WORKSPACE, "U0A"))
    )
    assert team is not None
    assert (clinician.has_joined, team.channel) == (True, "C0SOUTH")


async def test_team_that_moves_by_the_file_is_counted_in_the_next_period(
    context: Context, tmp_path: Path, clock: FakeClock
) -> None:
    """An emptied old team and a new one with its people lose no debrief, also of who joined."""
    await apply_text(context, tmp_path, JOINED_FILE, test_mode=True)
    people = '["U0A", "U0B", "U0C", "U0D", "U0E"]'
    moved = TEAM_FILE.replace("C0NORTH", "C0NEW")
    await apply_text(context, tmp_path, TEAM_FILE.replace(people, "[]") + moved)
    clock.advance(days=7)
    await close_periods.run(context)

    def file_debriefs(repos: Repositories) -> list[bool]:
        contributors = [
            repos.ledger.get_contributor_and_open_periods(Person(WORKSPACE, name), context.now())
            for name in ("U0A", "U0B")
        ]
        codes = {"form": "away", "status": "touched"}
        results = [repos.ledger.file_debrief(person, codes) for person in contributors]
        return [result.withdrawable_until is not None for result in results]

    assert await context.store.across_workspaces.write(file_debriefs) == [True, True]


async def test_links_of_another_workspace_stay(context: Context, tmp_path: Path) -> None:
    """One clinic's file, with links of its own or none, never undoes another's."""
    await apply_text(context, tmp_path, TEAM_FILE + SAME_TABLE)
    abroad = TEAM_FILE.replace("T0PRACTICE", "T0ABROAD")
    await apply_text(context, tmp_path, "same = []\n" + abroad)

    main = await context.store.across_workspaces.read(
        lambda repos: repos.teams.get_account(TEAMS_ACCOUNT).main
    )
    assert main == SLACK_ACCOUNT


async def test_account_that_another_workspace_links_is_rejected(
    context: Context, tmp_path: Path
) -> None:
    """A link is not dropped in silence either."""
    await apply_text(context, tmp_path, TEAM_FILE + SAME_TABLE)
    abroad = (TEAM_FILE + SAME_TABLE).replace("T0PRACTICE", "T0ABROAD")

    with pytest.raises(FaultyInputError) as error:
        await apply_text(context, tmp_path, abroad)

    assert [fault.key for fault in error.value.faults] == ["operator.team.same_taken"]


SAME_TABLE = """
[[same]]
people = [
  "T0PRACTICE/U0A",
  "11111111-2222-4333-8444-AAAAAAAAAAAA/99999999-2222-4333-8444-555555555555",
]
"""
SLACK_ACCOUNT = Person(WORKSPACE, "U0A")
TEAMS_ACCOUNT = Person(
    "msteams:11111111-2222-4333-8444-aaaaaaaaaaaa", "99999999-2222-4333-8444-555555555555"
)


async def test_accounts_are_linked_until_a_file_changes_it(
    context: Context, tmp_path: Path
) -> None:
    """Linked accounts persist when a file has no ``same`` key, and are removed by an empty list."""
    accounts = []
    for text in (TEAM_FILE + SAME_TABLE, TEAM_FILE, "same = []\n" + TEAM_FILE):
        await apply_text(context, tmp_path, text)
        accounts.append(
            await context.store.across_workspaces.read(
                lambda repos: repos.teams.get_account(TEAMS_ACCOUNT).main
            )
        )

    assert accounts == [SLACK_ACCOUNT, SLACK_ACCOUNT, TEAMS_ACCOUNT]


async def test_worker_checks_the_accounts_of_a_changed_file_at_once(
    context: Context, tmp_path: Path, outlet: RecordingOutlet
) -> None:
    """The file is applied without asking the product; an app on the list is found at once."""
    outlet.profiles = {Person(WORKSPACE, "U0A"): Profile(is_active_person=False)}
    await refresh_profiles.run(context)
    await apply_text(context, tmp_path, TEAM_FILE)
    assert await refresh_profiles.run(context) == 6

    clinician = await context.store.across_workspaces.read(
        lambda repos: repos.people.get(Person(WORKSPACE, "U0A"))
    )
    assert clinician.unreachable_reason == DEACTIVATED
    await apply_text(context, tmp_path, TEAM_FILE)
    assert await refresh_profiles.run(context) == 0


async def test_account_with_another_id_counts_as_the_former_one(
    context: Context, tmp_path: Path
) -> None:
    """Linked where ids change in an Enterprise organisation, it counts in the open period."""
    await apply_text(context, tmp_path, TEAM_FILE)
    link = '\n[[same]]\npeople = ["T0PRACTICE/U0A", "T0PRACTICE/W0A"]\n'
    await apply_text(context, tmp_path, TEAM_FILE + link)

    def file_debrief(repos: Repositories) -> tuple[bool, int]:
        contributor = repos.ledger.get_contributor_and_open_periods(
            Person(WORKSPACE, "W0A"), context.now()
        )
        codes = {"form": "away", "status": "touched"}
        result = repos.ledger.file_debrief(contributor, codes)
        unlisted_count = count_without_team(repos.frozen_members.list_members())
        return result.withdrawable_until is not None, unlisted_count

    assert await context.store.across_workspaces.write(file_debrief) == (True, 0)
