"""Which set-ups an operator is warned of."""

from dataclasses import replace
from datetime import time

import pytest

from bot.domain.calendar import WeeklyRule
from bot.domain.people import Team
from bot.domain.teams.quiet_times import has_quiet_time
from tests.sample_team import TEAM


@pytest.mark.parametrize(
    ("team", "is_quiet"),
    [
        (TEAM, False),
        (replace(TEAM, checkin_rule=WeeklyRule(1, time(7, 29))), True),
        (replace(TEAM, checkin_rule=WeeklyRule(1, time(7, 30))), False),
        (replace(TEAM, tip_time=time(20)), True),
        (replace(TEAM, tip_time=time(20), tip_days=()), False),
    ],
)
def test_times_from_eight_to_half_past_seven_are_quiet(team: Team, *, is_quiet: bool) -> None:
    """The time of a tip that is never posted is no reason for a warning."""
    assert has_quiet_time(team) is is_quiet
