"""What an operator is told about a team file: every fault at its line, and nothing applied."""

from datetime import time
from pathlib import Path

import pytest

from bot.admin import team_file
from bot.errors import FaultyInputError

WHOLE = """
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


def written(folder: Path, text: str) -> Path:
    """A team file with *text*."""
    file = folder / "teams.toml"
    file.write_text(text, encoding="utf-8")
    return file


def faults(folder: Path, text: str, *, test_mode: bool = False) -> dict[str, str]:
    """Line and key of every fault that reading *text* names."""
    file = written(folder, text)
    with pytest.raises(FaultyInputError) as refused:
        team_file.read_teams(file, test_mode=test_mode)
    return {
        fault.location.removeprefix(f"{file}:"): fault.key.removeprefix("operator.team.")
        for fault in refused.value.faults
    }


def test_a_whole_team_is_read_as_written(tmp_path: Path) -> None:
    """Days may be named or numbered, clinicians written plainly or with their id as a key."""
    (team,) = team_file.read_teams(written(tmp_path, WHOLE), test_mode=False)

    assert team.workspace_key == "slack:T0PRACTICE"
    assert (team.checkin.day, team.checkin.time) == (3, time(8, 30))
    assert (team.tip.days, team.tip.time) == ((1, 5), time(10))
    assert [one.id for one in team.clinicians] == ["U0A", "U0B"]
    assert team.joined_clinician_ids() == ()


def test_tips_are_posted_on_tuesday_and_thursday_unless_changed(tmp_path: Path) -> None:
    """A team that says nothing of its days has the usual ones."""
    text = '[[team]]\nworkspace = "T0PRACTICE"\nchannel = "C0NORTH"\nname = "North"\n'
    (team,) = team_file.read_teams(written(tmp_path, text), test_mode=False)

    assert team.tip.days == (2, 4)


def test_a_team_may_go_without_tips_in_its_channel(tmp_path: Path) -> None:
    """As in the form: no day is an answer, and `/tip` works at any time."""
    text = WHOLE.replace('days = ["monday", 5]', "days = []")
    (team,) = team_file.read_teams(written(tmp_path, text), test_mode=False)

    assert team.tip.days == ()


def test_a_tenant_id_means_microsoft_teams(tmp_path: Path) -> None:
    """A tenant's id has dashes, a Slack workspace's has none."""
    text = WHOLE.replace("T0PRACTICE", "00000000-0000-0000-0000-000000000000")
    (team,) = team_file.read_teams(written(tmp_path, text), test_mode=False)

    assert team.workspace_key.startswith("msteams:")


@pytest.mark.parametrize(
    ("wrong", "right", "line", "key"),
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
    ],
)
def test_a_fault_is_told_at_its_line(
    tmp_path: Path, wrong: str, right: str, line: str, key: str
) -> None:
    """Each fault names its own line, and has a remedy of its own."""
    assert faults(tmp_path, WHOLE.replace(right, wrong)) == {line: key}


def test_every_fault_of_the_second_team_is_told_at_once(tmp_path: Path) -> None:
    """Faults are counted through the whole file, not up to the first."""
    second = WHOLE.replace('"C0NORTH"', "7").replace('"status"', "false")

    assert faults(tmp_path, WHOLE + second) == {"20": "channel", "30": "question"}


def test_what_is_not_toml_is_told_at_its_line(tmp_path: Path) -> None:
    """A missing bracket is found by its line."""
    assert faults(tmp_path, '[[team]]\nname = "North\n') == {"2": "not_toml"}


def test_a_clinician_of_two_teams_is_refused(tmp_path: Path) -> None:
    """Each clinician has one home team, so that nobody is counted twice."""
    second = WHOLE.replace("C0NORTH", "C0SOUTH")

    assert faults(tmp_path, WHOLE + second) == {"25": "clinician_twice"}


def test_a_supervisor_of_their_own_team_is_refused(tmp_path: Path) -> None:
    """Who reads a team's counts never adds to them."""
    assert faults(tmp_path, WHOLE.replace("U0SUPER", "U0A")) == {"8": "supervises_self"}


def test_joining_by_declaration_is_refused_outside_test_mode(tmp_path: Path) -> None:
    """A supervisor may invite, never enrol."""
    text = WHOLE.replace('{ id = "U0B" }', '{ id = "U0B", joined = true }')

    assert faults(tmp_path, text) == {"2": "joined_by_declaration"}
    (team,) = team_file.read_teams(written(tmp_path, text), test_mode=True)
    assert team.joined_clinician_ids() == ("U0B",)


def test_a_file_that_cannot_be_read_is_told_kindly(tmp_path: Path) -> None:
    """A wrong path is a fault like any other."""
    with pytest.raises(FaultyInputError) as refused:
        team_file.read_teams(tmp_path / "none.toml", test_mode=False)

    assert refused.value.faults[0].key == "operator.team.unreadable"


TENANT = "11111111-2222-4333-8444-AAAAAAAAAAAA"
ON_TEAMS = f"""
[[team]]
workspace = "{TENANT}"
channel = "19:northteam@thread.tacv2"
name = "North"
supervisors = ["99999999-2222-4333-8444-BBBBBBBBBBBB"]
"""


def test_a_team_in_microsoft_teams_is_declared_alike(tmp_path: Path) -> None:
    """A tenant and a channel of Teams stand where Slack's would, in capitals or not."""
    (team,) = team_file.read_teams(written(tmp_path, ON_TEAMS), test_mode=False)

    assert team.workspace_key == "msteams:11111111-2222-4333-8444-aaaaaaaaaaaa"
    assert team.supervisors == ("99999999-2222-4333-8444-bbbbbbbbbbbb",)
    assert team.channel == "19:northteam@thread.tacv2"


def same(*people: str) -> str:
    """A part of the file that says who is one person."""
    return f"\n[[same]]\npeople = {list(people)}\n"


SLACK, TEAMS = "T0PRACTICE/U0A", f"{TENANT}/99999999-2222-4333-8444-555555555555"
WRONG_SAME = {
    "one account": (same(SLACK), "same"),
    "no workspace": (same(SLACK, "U0A"), "same"),
    "a key that is none": ("\n[[same]]\npersons = []\n", "same"),
    "twice in one": (same(SLACK, SLACK), "same_twice"),
    "two people": (same(TEAMS, SLACK), "same_twice"),
}


@pytest.mark.parametrize(("text", "key"), WRONG_SAME.values(), ids=WRONG_SAME.keys())
def test_who_is_one_person_is_told_once(tmp_path: Path, text: str, key: str) -> None:
    """What could count somebody twice is refused at its line."""
    line = len(WHOLE.splitlines()) + 2

    assert faults(tmp_path, WHOLE + text) == {str(line): key}


def test_accounts_of_one_person_are_read(tmp_path: Path) -> None:
    """A file may say nothing of it, or whose accounts belong together."""
    assert team_file.read_same_persons(written(tmp_path, WHOLE), test_mode=False) is None
    found = team_file.read_same_persons(
        written(tmp_path, WHOLE + same(SLACK, TEAMS)), test_mode=False
    )

    assert found
    assert found[0].split_accounts()[0] == ("slack:T0PRACTICE", "U0A")
