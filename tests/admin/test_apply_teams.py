"""Declaring teams from a file: once or twice, the same comes of it."""

from pathlib import Path

import pytest

from bot.admin import apply_teams
from bot.admin.apply_teams import Applied
from bot.context import Desk
from bot.conversation import Person
from bot.domain.people import Role, Team
from bot.errors import FaultyInputError
from schedules import COMPOSERS
from schedules.delivery.sender import Drain
from tests.doubles import Pigeonholes, clock, desk, migrated, outlet, words_in_all_languages

__all__ = ["clock", "desk", "migrated", "outlet", "words_in_all_languages"]

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


async def applied(desk: Desk, folder: Path, text: str, *, test_mode: bool = False) -> Applied:
    """What came of applying a file with *text*."""
    file = folder / "teams.toml"
    file.write_text(text, encoding="utf-8")
    return await apply_teams.apply_teams(desk, file, test_mode=test_mode)


async def north(desk: Desk) -> Team:
    """The team that the file declares."""
    team = await desk.store.read(lambda books: books.teams.at(WORKSPACE, "C0NORTH"))
    assert team is not None
    return team


async def test_a_declared_team_can_be_invited_supervised_and_counted(
    desk: Desk, tmp_path: Path, outlet: Pigeonholes
) -> None:
    """Roster, supervisor, an open period, and one introduction card in the channel."""
    assert await applied(desk, tmp_path, FILE) == Applied(teams=1, changed=1)
    await Drain(desk, COMPOSERS).empty()
    team = await north(desk)

    roster, supervisors, closes = await desk.store.read(
        lambda books: (
            books.teams.roster(team.id),
            books.teams.holders(team.id, Role.SUPERVISOR),
            books.ledger.closing_of(team.id),
        )
    )
    assert len(roster) == 5
    assert supervisors == (Person(WORKSPACE, "U0SUPER"),)
    assert str(closes) == "2026-07-06"
    assert [sent.to.channel for sent in outlet.sent] == ["C0NORTH"]


async def test_applying_again_changes_nothing(
    desk: Desk, tmp_path: Path, outlet: Pigeonholes
) -> None:
    """The second time nothing changes, and no second card is posted."""
    await applied(desk, tmp_path, FILE)
    await Drain(desk, COMPOSERS).empty()
    before = await north(desk)

    assert await applied(desk, tmp_path, FILE) == Applied(teams=1, changed=0)
    await Drain(desk, COMPOSERS).empty()
    assert await north(desk) == before
    assert len(outlet.sent) == 1


async def test_declaring_joins_nobody(desk: Desk, tmp_path: Path) -> None:
    """A supervisor may invite, never enrol."""
    await applied(desk, tmp_path, FILE)

    person = await desk.store.read(lambda books: books.people.get(Person(WORKSPACE, "U0A")))
    assert not person.joined


async def test_tests_may_join_people_by_declaration(desk: Desk, tmp_path: Path) -> None:
    """In test mode, and then only whom the file says."""
    text = FILE.replace('"U0A"', '{ id = "U0A", joined = true }')
    await applied(desk, tmp_path, text, test_mode=True)

    joined = await desk.store.read(lambda books: books.people.joined(None, 10))
    assert [one.person.id for one in joined] == ["U0A"]


async def test_a_faulty_file_applies_nothing(desk: Desk, tmp_path: Path) -> None:
    """One bad team holds back the good one beside it."""
    with pytest.raises(FaultyInputError):
        await applied(desk, tmp_path, FILE + '\n[[team]]\nname = "South"\n')

    assert await desk.store.read(lambda books: books.teams.every()) == ()


async def test_a_clinician_of_another_declared_team_is_refused(desk: Desk, tmp_path: Path) -> None:
    """Nobody is counted in two teams, whichever file names them."""
    await applied(desk, tmp_path, FILE)
    other = FILE.replace("C0NORTH", "C0SOUTH").replace('"U0B", "U0C", "U0D", "U0E"', "")

    with pytest.raises(FaultyInputError) as refused:
        await applied(desk, tmp_path, other)

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


async def test_a_clinician_on_two_products_is_told_to_be_one(desk: Desk, tmp_path: Path) -> None:
    """Said in the file, it holds until a file says otherwise; a file without it changes nothing."""
    found = []
    for text in (FILE + SAME, FILE, "same = []\n" + FILE):
        await applied(desk, tmp_path, text)
        found.append(await desk.store.read(lambda books: books.aliases.of(A_ON_TEAMS)))

    assert found == [A, A, A_ON_TEAMS]
