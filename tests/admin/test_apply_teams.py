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
from bot.errors import FaultyInputError
from schedules import COMPOSERS, refresh_profiles
from schedules.delivery.sender import DeliverySender
from tests.doubles import RecordingOutlet, clock, context, empty_database, full_catalogue, outlet

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


async def test_invalid_file_is_not_applied(context: Context, tmp_path: Path) -> None:
    """One invalid team prevents the valid one in the same file from being stored."""
    with pytest.raises(FaultyInputError):
        await apply_text(context, tmp_path, TEAM_FILE + '\n[[team]]\nname = "South"\n')

    assert await context.store.across_workspaces.read(lambda repos: repos.teams.list_teams()) == ()


async def test_clinician_of_another_team_is_rejected(context: Context, tmp_path: Path) -> None:
    """A clinician on the roster of a team in an earlier file is rejected."""
    await apply_text(context, tmp_path, TEAM_FILE)
    other = TEAM_FILE.replace("C0NORTH", "C0SOUTH").replace('"U0B", "U0C", "U0D", "U0E"', "")

    with pytest.raises(FaultyInputError) as error:
        await apply_text(context, tmp_path, other)

    assert [fault.key for fault in error.value.faults] == ["operator.team.taken"]


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
    outlet.profiles = {Person(WORKSPACE, "U0A"): Profile(is_person=False)}
    await refresh_profiles.run(context)
    await apply_text(context, tmp_path, TEAM_FILE)
    assert await refresh_profiles.run(context) == 5

    clinician = await context.store.across_workspaces.read(
        lambda repos: repos.people.get(Person(WORKSPACE, "U0A"))
    )
    assert clinician.unreachable_reason == DEACTIVATED
    await apply_text(context, tmp_path, TEAM_FILE)
    assert await refresh_profiles.run(context) == 0
