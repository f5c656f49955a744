from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Channel
from bot.domain.people import Team
from bot.domain.teams import setup_opening
from bot.domain.teams.setup_form import NEW_TEAM_ID
from bot.domain.teams.setup_submission import PLAIN_NAME_PATTERN, parse_team_id
from tests.domain.teams.test_setup_form import TEAM

EAST = replace(TEAM, id="t2", channel="C2", name="East")

CHOICES = [
    ((), None, False, ""),
    ((), None, True, NEW_TEAM_ID),
    ((), Channel("C7"), True, NEW_TEAM_ID),
    ((TEAM,), None, False, TEAM.id),
    ((TEAM,), Channel("C7"), False, TEAM.id),
    ((TEAM,), Channel("C7"), True, ""),
    ((TEAM, EAST), None, False, ""),
    ((TEAM, EAST), Channel("C2"), False, EAST.id),
    ((TEAM, EAST), Channel("C2"), True, EAST.id),
]


@pytest.mark.parametrize(("teams", "channel", "may_create", "team_id"), CHOICES)
def test_the_channel_selects_its_team(
    teams: tuple[Team, ...], channel: Channel | None, *, may_create: bool, team_id: str
) -> None:
    """The channel's team opens at once, else the only possible one; otherwise there is a choice."""
    assert setup_opening.select_setup(teams, channel, may_create=may_create) == team_id


@pytest.mark.parametrize(
    ("channel_name", "team_name"),
    [
        ("team-north_1", "Team north 1"),
        (
            "Clinic North \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} General",
            "Clinic North, General",
        ),
        ("\N{CJK UNIFIED IDEOGRAPH-5317}", "\N{CJK UNIFIED IDEOGRAPH-5317}"),
        ("", ""),
        ("***", ""),
    ],
)
def test_a_channels_name_becomes_a_teams_name(channel_name: str, team_name: str) -> None:
    """Separators become spaces, and characters that no name contains become commas."""
    assert setup_opening.propose_team_name(channel_name) == team_name


@given(st.text(max_size=100))
def test_a_proposed_name_is_valid(channel_name: str) -> None:
    """Whatever a channel is called, the proposed name is accepted or left blank."""
    name = setup_opening.propose_team_name(channel_name)

    assert name == "" or PLAIN_NAME_PATTERN.fullmatch(name)


@given(st.from_regex(r"[A-Za-z0-9:@.]{1,20}", fullmatch=True), st.text(max_size=60))
def test_the_channel_survives_the_team_chooser(channel_id: str, name: str) -> None:
    """The chooser's data contains the channel, and is no team id beside the chosen team."""
    channel = Channel(channel_id, name)
    data = setup_opening.encode_channel(channel)

    assert setup_opening.parse_channel(data) == channel
    assert parse_team_id(data, {"which": (NEW_TEAM_ID,)}) == NEW_TEAM_ID


@pytest.mark.parametrize("data", ["", "t1", "in:"])
def test_other_data_contains_no_channel(data: str) -> None:
    """A team id, and a chooser that was not opened in a channel, contain none."""
    assert setup_opening.parse_channel(data) is None


def test_a_chooser_outside_a_channel_has_no_data() -> None:
    """Without a channel nothing is encoded."""
    assert setup_opening.encode_channel(None) == ""


@pytest.mark.parametrize(
    ("channel_team", "editable_teams", "may_create", "team"),
    [
        (TEAM, (), True, TEAM),
        (TEAM, (EAST,), True, TEAM),
        (TEAM, (TEAM,), True, None),
        (TEAM, (), False, None),
        (None, (), True, None),
    ],
    ids=["an admin", "of another team", "its supervisor", "a clinician", "no team's channel"],
)
def test_who_may_create_reads_of_the_channels_team(
    channel_team: Team | None,
    editable_teams: tuple[Team, ...],
    team: Team | None,
    *,
    may_create: bool,
) -> None:
    """Only to who may create a team, and does not edit this one, the channel makes a difference."""
    supervised_team = setup_opening.find_supervised_team(
        channel_team, editable_teams, may_create=may_create
    )

    assert supervised_team == team
