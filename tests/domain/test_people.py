from dataclasses import replace
from datetime import time

import pytest

from bot.domain.calendar import WeeklyRule
from bot.domain.people import Role, Team, may_read_tables

TEAM = Team(
    id="north",
    workspace="slack:T1",
    channel="C1",
    name="North",
    practice="",
    language="en",
    zone="America/Toronto",
    checkin_rule=WeeklyRule(1, time(9)),
    tip_days=(2, 4),
    tip_time=time(9),
    question="form",
    open_to_team=False,
)


@pytest.mark.parametrize("role", Role)
def test_whoever_supervises_or_directs_a_team_may_read_its_tables(role: Role) -> None:
    """A role in the team opens them, on its roster or not."""
    assert may_read_tables(TEAM, frozenset({role}), on_roster=False)


def test_a_clinician_reads_them_only_where_the_team_chose_so() -> None:
    """Being on the roster is not enough, unless the set-up opens the tables to all of it."""
    assert not may_read_tables(TEAM, frozenset(), on_roster=True)
    assert may_read_tables(replace(TEAM, open_to_team=True), frozenset(), on_roster=True)


def test_nobody_else_may_read_them() -> None:
    """Tables open to a team are open to that team alone."""
    assert not may_read_tables(replace(TEAM, open_to_team=True), frozenset(), on_roster=False)
