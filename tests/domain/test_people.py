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
def test_a_role_grants_read_access(role: Role) -> None:
    """Any role in a team grants read access to its tables, with or without being on its roster."""
    assert may_read_tables(TEAM, frozenset({role}), on_roster=False)


def test_the_roster_reads_opened_tables_only() -> None:
    """A clinician may read the tables only if the team has opened them to its roster."""
    assert not may_read_tables(TEAM, frozenset(), on_roster=True)
    assert may_read_tables(replace(TEAM, open_to_team=True), frozenset(), on_roster=True)


def test_other_people_have_no_read_access() -> None:
    """Tables that are open to the roster are closed to all other people."""
    assert not may_read_tables(replace(TEAM, open_to_team=True), frozenset(), on_roster=False)
