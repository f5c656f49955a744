"""Declaring teams from a file: once or twice, the same comes of it."""

from pathlib import Path

import pytest

from bot.admin import apply_teams
from bot.admin.apply_teams import ApplyResult
from bot.context import Context
from bot.conversation import Person
from bot.domain.people import Role, Team
from bot.errors import FaultyInputError
from schedules import COMPOSERS
from schedules.delivery.sender import DeliverySender
from tests.doubles import RecordingOutlet, clock, context, migrated, outlet, words_in_all_languages

__all__ = ["clock", "context", "migrated", "outlet", "words_in_all_languages"]

FILE = """
[[team]]
workspace = "T0PRACTICE"
channel = "C0NORTH"
name = "North"
supervisors = ["U0SUPER"]
clinicians = ["U0A", "U0B", "U0C", "U0D", "U0E"]
timezone = "America/Toronto"
"""
WORKSPACE = "slack:T0PRACTICE"


async def applied(
    context: Context, folder: Path, text: str, *, test_mode: bool = False
) -> ApplyResult:
    """What came of applying a file with *text*."""
    file = folder / "teams.toml"
    file.write_text(text, encoding="utf-8")
    return await apply_teams.apply_teams(context, file, test_mode=test_mode)


async def north(context: Context) -> Team:
    """The team that the file declares."""
    team = await context.store.read(lambda repos: repos.teams.get_by_channel(WORKSPACE, "C0NORTH"))
    assert team is not None
    return team


async def test_a_declared_team_can_be_invited_supervised_and_counted(
    context: Context, tmp_path: Path, outlet: RecordingOutlet
) -> None:
    """Roster, supervisor, an open period, and one introduction card in the channel."""
    assert await applied(context, tmp_path, FILE) == ApplyResult(team_count=1, changed_count=1)
    await DeliverySender(context, COMPOSERS).send_all_due()
    team = await north(context)

    roster, supervisors, closes = await context.store.read(
        lambda repos: (
            repos.teams.list_roster(team.id),
            repos.teams.list_role_holders(team.id, Role.SUPERVISOR),
            repos.slips.next_close_of_team(team.id),
        )
    )
    assert len(roster) == 5
    assert supervisors == (Person(WORKSPACE, "U0SUPER"),)
    assert str(closes) == "2026-07-06"
    assert [sent.address.channel for sent in outlet.sent_messages] == ["C0NORTH"]


async def test_applying_again_changes_nothing(
    context: Context, tmp_path: Path, outlet: RecordingOutlet
) -> None:
    """The second time nothing changes, and no second card is posted."""
    await applied(context, tmp_path, FILE)
    await DeliverySender(context, COMPOSERS).send_all_due()
    before = await north(context)

    assert await applied(context, tmp_path, FILE) == ApplyResult(team_count=1, changed_count=0)
    await DeliverySender(context, COMPOSERS).send_all_due()
    assert await north(context) == before
    assert len(outlet.sent_messages) == 1


async def test_declaring_joins_nobody(context: Context, tmp_path: Path) -> None:
    """A supervisor may invite, never enrol."""
    await applied(context, tmp_path, FILE)

    person = await context.store.read(lambda repos: repos.people.get(Person(WORKSPACE, "U0A")))
    assert not person.has_joined


async def test_tests_may_join_people_by_declaration(context: Context, tmp_path: Path) -> None:
    """In test mode, and then only whom the file says."""
    text = FILE.replace('"U0A"', '{ id = "U0A", joined = true }')
    await applied(context, tmp_path, text, test_mode=True)

    joined = await context.store.read(lambda repos: repos.people.list_joined(None, 10))
    assert [one.person.id for one in joined] == ["U0A"]


async def test_a_faulty_file_applies_nothing(context: Context, tmp_path: Path) -> None:
    """One bad team holds back the good one beside it."""
    with pytest.raises(FaultyInputError):
        await applied(context, tmp_path, FILE + '\n[[team]]\nname = "South"\n')

    assert await context.store.read(lambda repos: repos.teams.list_teams()) == ()


async def test_a_clinician_of_another_declared_team_is_refused(
    context: Context, tmp_path: Path
) -> None:
    """Nobody is counted in two teams, whichever file names them."""
    await applied(context, tmp_path, FILE)
    other = FILE.replace("C0NORTH", "C0SOUTH").replace('"U0B", "U0C", "U0D", "U0E"', "")

    with pytest.raises(FaultyInputError) as refused:
        await applied(context, tmp_path, other)

    assert [fault.key for fault in refused.value.faults] == ["operator.team.taken"]


SAME = """
[[same]]
people = [
  "T0PRACTICE/U0A",
  "11111111-2222-4333-8444-AAAAAAAAAAAA/99999999-2222-4333-8444-555555555555",
]
"""
A = Person(WORKSPACE, "U0A")
A_ON_TEAMS = Person(
    "msteams:11111111-2222-4333-8444-aaaaaaaaaaaa", "99999999-2222-4333-8444-555555555555"
)


async def test_a_clinician_on_two_products_is_told_to_be_one(
    context: Context, tmp_path: Path
) -> None:
    """Said in the file, it holds until a file says otherwise; a file without it changes nothing."""
    found = []
    for text in (FILE + SAME, FILE, "same = []\n" + FILE):
        await applied(context, tmp_path, text)
        found.append(
            await context.store.read(
                lambda repos: repos.linked_accounts.resolve_account(A_ON_TEAMS)
            )
        )

    assert found == [A, A, A_ON_TEAMS]
