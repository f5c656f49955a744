"""Validation of the team file: every fault with its line."""

from datetime import time
from pathlib import Path

import pytest

from bot.admin import team_file
from bot.errors import FaultyInputError

COMPLETE_TEAM = """
[[team]]
workspace = "T0PRACTICE"
channel = "C0NORTH"
name = "North"
practice = "Riverside"
directors = ["U0DIRECTOR"]
supervisors = ["U0SUPER"]
clinicians = ["U0A", { id = "U0B" }]
language = "fr-CA"
timezone = "America/Toronto"
checkin = { day = "Wednesday", time = "08:30" }
tip = { days = ["monday", 5], time = "10:00" }
question = "status"
open_to_team = true
holidays = "CA-QC"
"""


def write_team_file(folder: Path, text: str) -> Path:
    """Write *text* to a team file in *folder* and return its path."""
    file = folder / "teams.toml"
    file.write_text(text, encoding="utf-8")
    return file


def read_faults(folder: Path, text: str, *, test_mode: bool = False) -> dict[str, str]:
    """Return line and key of every fault in *text*."""
    file = write_team_file(folder, text)
    with pytest.raises(FaultyInputError) as error:
        team_file.read_teams(file, test_mode=test_mode)
    return {
        fault.location.removeprefix(f"{file}:"): fault.key.removeprefix("operator.team.")
        for fault in error.value.faults
    }


def test_complete_team_is_parsed(tmp_path: Path) -> None:
    """Weekdays are names or numbers, clinicians are ids or tables with an id."""
    (team,) = team_file.read_teams(write_team_file(tmp_path, COMPLETE_TEAM), test_mode=False)

    assert team.workspace_key == "slack:T0PRACTICE"
    assert (team.checkin.day, team.checkin.time) == (3, time(8, 30))
    assert (team.tip.days, team.tip.time) == ((1, 5), time(10))
    assert [clinician.id for clinician in team.clinicians] == ["U0A", "U0B"]
    assert team.list_joined_clinician_ids() == ()


def test_default_tip_days_are_tuesday_and_thursday(tmp_path: Path) -> None:
    """A team without the key ``tip`` has the default weekdays."""
    text = '[[team]]\nworkspace = "T0PRACTICE"\nchannel = "C0NORTH"\nname = "North"\n'
    (team,) = team_file.read_teams(write_team_file(tmp_path, text), test_mode=False)

    assert team.tip.days == (2, 4)


def test_tip_days_may_be_empty(tmp_path: Path) -> None:
    """An empty list of weekdays disables the tip in the channel."""
    text = COMPLETE_TEAM.replace('days = ["monday", 5]', "days = []")
    (team,) = team_file.read_teams(write_team_file(tmp_path, text), test_mode=False)

    assert team.tip.days == ()


def test_tenant_id_is_a_teams_workspace(tmp_path: Path) -> None:
    """A workspace id with dashes is a Microsoft tenant."""
    text = COMPLETE_TEAM.replace("T0PRACTICE", "00000000-0000-0000-0000-000000000000")
    (team,) = team_file.read_teams(write_team_file(tmp_path, text), test_mode=False)

    assert team.workspace_key.startswith("msteams:")


@pytest.mark.parametrize(
    ("invalid", "valid", "line", "key"),
    [
        ('workspace = "practice"', 'workspace = "T0PRACTICE"', "3", "workspace"),
        ('channel = "#north"', 'channel = "C0NORTH"', "4", "channel"),
        ('timezone = "Toronto"', 'timezone = "America/Toronto"', "11", "timezone"),
        ('day = "someday"', 'day = "Wednesday"', "12", "checkin"),
        ("days = [8]", 'days = ["monday", 5]', "13", "tip"),
        ('question = "mood"', 'question = "status"', "14", "question"),
        ('colour = "blue"\n', "open_to_team = true\n", "15", "unknown_key"),
        ('holidays = "QC"', 'holidays = "CA-QC"', "16", "holidays"),
        ("", 'name = "North"', "2", "missing_key"),
        ('name = "  "', 'name = "North"', "5", "name"),
        ('practice = "\u3000"', 'practice = "Riverside"', "6", "practice"),
    ],
)
def test_fault_has_its_line_and_key(
    tmp_path: Path, invalid: str, valid: str, line: str, key: str
) -> None:
    """Each invalid value is reported at its own line with a remedy of its own."""
    assert read_faults(tmp_path, COMPLETE_TEAM.replace(valid, invalid)) == {line: key}


def test_faults_of_every_team_are_reported_together(tmp_path: Path) -> None:
    """All faults of the second team are reported, at lines of the whole file."""
    second = COMPLETE_TEAM.replace('"C0NORTH"', "7").replace('"status"', "false")

    assert read_faults(tmp_path, COMPLETE_TEAM + second) == {"20": "channel", "30": "question"}


def test_syntax_error_has_its_line(tmp_path: Path) -> None:
    """An unterminated string is reported at its line."""
    assert read_faults(tmp_path, '[[team]]\nname = "North\n') == {"2": "not_toml"}


@pytest.mark.parametrize("value", ["9" * 5_000, "[" * 5_000])
def test_value_that_the_parser_cannot_hold_is_reported(tmp_path: Path, value: str) -> None:
    """An integer of thousands of digits and arrays in thousands of arrays are syntax errors."""
    assert read_faults(tmp_path, f"[[team]]\nname = {value}\n") == {"1": "not_toml"}


def test_clinician_of_two_teams_is_rejected(tmp_path: Path) -> None:
    """A clinician on two rosters is rejected, because they would be counted twice."""
    second = COMPLETE_TEAM.replace("C0NORTH", "C0SOUTH")

    assert read_faults(tmp_path, COMPLETE_TEAM + second) == {"25": "clinician_twice"}


def test_supervisor_who_is_a_clinician_is_rejected(tmp_path: Path) -> None:
    """A supervisor reads the team's counts, and so cannot be on its roster."""
    assert read_faults(tmp_path, COMPLETE_TEAM.replace("U0SUPER", "U0A")) == {
        "8": "supervises_self"
    }


def test_joined_is_rejected_outside_test_mode(tmp_path: Path) -> None:
    """The key ``joined`` is accepted in test mode only."""
    text = COMPLETE_TEAM.replace('{ id = "U0B" }', '{ id = "U0B", joined = true }')

    assert read_faults(tmp_path, text) == {"2": "joined_by_declaration"}
    (team,) = team_file.read_teams(write_team_file(tmp_path, text), test_mode=True)
    assert team.list_joined_clinician_ids() == ("U0B",)


def test_unreadable_file_is_a_fault(tmp_path: Path) -> None:
    """A path that does not exist is reported as a fault."""
    with pytest.raises(FaultyInputError) as error:
        team_file.read_teams(tmp_path / "none.toml", test_mode=False)

    assert error.value.faults[0].key == "operator.team.unreadable"


TENANT = "11111111-2222-4333-8444-AAAAAAAAAAAA"
TEAM_ON_TEAMS = f"""
[[team]]
workspace = "{TENANT}"
channel = "19:northteam@thread.tacv2"
name = "North"
supervisors = ["99999999-2222-4333-8444-BBBBBBBBBBBB"]
"""


def test_team_in_microsoft_teams_is_parsed(tmp_path: Path) -> None:
    """Tenant and person ids of Microsoft are accepted and lowercased."""
    (team,) = team_file.read_teams(write_team_file(tmp_path, TEAM_ON_TEAMS), test_mode=False)

    assert team.workspace_key == "msteams:11111111-2222-4333-8444-aaaaaaaaaaaa"
    assert team.supervisors == ("99999999-2222-4333-8444-bbbbbbbbbbbb",)
    assert team.channel == "19:northteam@thread.tacv2"


def same_table(*people: str) -> str:
    """Return a ``[[same]]`` table with these accounts."""
    return f"\n[[same]]\npeople = {list(people)}\n"


SLACK, TEAMS = "T0PRACTICE/U0A", f"{TENANT}/99999999-2222-4333-8444-555555555555"
INVALID_SAME_TABLES = {
    "one account": (same_table(SLACK), "same"),
    "no workspace": (same_table(SLACK, "U0A"), "same"),
    "unknown key": ("\n[[same]]\npersons = []\n", "same"),
    "twice in one": (same_table(SLACK, SLACK), "same_twice"),
    "two people": (same_table(TEAMS, SLACK), "same_twice"),
}


@pytest.mark.parametrize(
    ("text", "key"), INVALID_SAME_TABLES.values(), ids=INVALID_SAME_TABLES.keys()
)
def test_invalid_same_table_is_rejected(tmp_path: Path, text: str, key: str) -> None:
    """A table that would count a person twice is rejected at its line."""
    line = len(COMPLETE_TEAM.splitlines()) + 2

    assert read_faults(tmp_path, COMPLETE_TEAM + text) == {str(line): key}


def test_linked_accounts_are_parsed(tmp_path: Path) -> None:
    """Without a ``[[same]]`` table the result is ``None``, with one it contains the accounts."""
    assert (
        team_file.read_same_persons(write_team_file(tmp_path, COMPLETE_TEAM), test_mode=False)
        is None
    )
    same_persons = team_file.read_same_persons(
        write_team_file(tmp_path, COMPLETE_TEAM + same_table(SLACK, TEAMS)), test_mode=False
    )

    assert same_persons
    assert same_persons[0].split_accounts()[0] == ("slack:T0PRACTICE", "U0A")
