"""An operator names a team by its channel, which is one team's or is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.people import Team
from bot.domain.teams.team_reference import (
    ReferenceFault,
    check_new_channel,
    format_reference,
    resolve_team,
)
from tests.sample_team import OTHER_TEAM, TEAM

ABROAD = replace(TEAM, id="abroad", workspace="slack:T0ABROAD")
TEAMS = (TEAM, OTHER_TEAM, ABROAD)


@pytest.mark.parametrize(
    ("reference", "team"),
    [
        (OTHER_TEAM.channel, OTHER_TEAM),
        ("T0PRACTICE/C0MONDAY", TEAM),
        ("T0ABROAD/C0MONDAY", ABROAD),
        ("C0MONDAY", ReferenceFault.AMBIGUOUS_TEAM),
        ("C0NONE", ReferenceFault.UNKNOWN_TEAM),
        ("T0NONE/C0FRIDAY", ReferenceFault.UNKNOWN_TEAM),
        ("", ReferenceFault.UNKNOWN_TEAM),
    ],
)
def test_a_reference_names_one_team(reference: str, team: Team | ReferenceFault) -> None:
    """A channel that two workspaces have needs its workspace."""
    assert resolve_team(TEAMS, reference) == team


@given(st.sampled_from(TEAMS))
def test_the_printed_reference_is_resolved(team: Team) -> None:
    """What a list prints can be copied to the next command."""
    assert resolve_team(TEAMS, format_reference(team)) == team


@pytest.mark.parametrize(
    ("channel", "fault"),
    [
        ("C0NEW", None),
        ("19:north@thread.tacv2", None),
        (TEAM.channel, None),
        (OTHER_TEAM.channel, ReferenceFault.CHANNEL_IN_USE),
        ("#north", ReferenceFault.MALFORMED_CHANNEL),
        ("", ReferenceFault.MALFORMED_CHANNEL),
    ],
)
def test_a_new_channel_is_an_id_that_no_other_team_has(
    channel: str, fault: ReferenceFault | None
) -> None:
    """A repeated move to the team's own channel is no fault."""
    assert check_new_channel(TEAM, TEAMS, channel) == fault


def test_a_channel_of_another_workspace_is_free() -> None:
    """Channel ids are unique in a workspace alone."""
    assert check_new_channel(OTHER_TEAM, (OTHER_TEAM, ABROAD), ABROAD.channel) is None
