from dataclasses import replace
from datetime import time

import pytest

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.people import (
    Role,
    SetupEditor,
    Team,
    find_setup_editor,
    is_same_practice,
    may_edit_team,
    may_name_practice,
    may_read_tables,
    may_share_with_team,
    resolve_roles,
    select_readable_teams,
    select_teams_with_role,
)

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


NORTH, SOUTH = replace(TEAM, practice="river"), replace(TEAM, id="south", practice="river")
EAST = replace(TEAM, id="east")
MARIE, OMAR = Person("slack:T1", "U1"), Person("slack:T1", "U2")


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


@pytest.mark.parametrize(
    ("roles", "may_share"),
    [
        (frozenset(), False),
        (frozenset({Role.DIRECTOR}), False),
        (frozenset({Role.SUPERVISOR}), True),
        (frozenset(Role), True),
    ],
)
def test_only_a_supervisor_shares(roles: frozenset[Role], *, may_share: bool) -> None:
    """A director alone shares nothing with a team's channel."""
    assert may_share_with_team(roles) is may_share


@pytest.mark.parametrize(
    ("supervisors", "editor"),
    [
        ((), SetupEditor.AN_ADMIN),
        ((MARIE,), SetupEditor.THIS_PERSON),
        ((OMAR, MARIE), SetupEditor.THIS_PERSON),
        ((OMAR,), SetupEditor.OTHERS),
        ((Person("slack:T2", "U1"),), SetupEditor.OTHERS),
    ],
)
def test_the_editor_depends_on_the_supervisors(
    supervisors: tuple[Person, ...], editor: SetupEditor
) -> None:
    """A supervisor may edit the set-up; an admin may only while there is no supervisor."""
    assert find_setup_editor(MARIE, supervisors) is editor


@pytest.mark.parametrize(
    ("editor", "is_admin", "expected"),
    [
        (SetupEditor.THIS_PERSON, False, True),
        (SetupEditor.THIS_PERSON, True, True),
        (SetupEditor.AN_ADMIN, False, False),
        (SetupEditor.AN_ADMIN, True, True),
        (SetupEditor.OTHERS, False, False),
        (SetupEditor.OTHERS, True, False),
    ],
)
def test_edit_access_of_admins_and_others(
    editor: SetupEditor,
    is_admin: bool,  # noqa: FBT001 - a row of the table
    expected: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """An admin has no edit access to a team with other supervisors."""
    assert may_edit_team(editor, is_admin=is_admin) is expected


def test_only_an_admin_may_name_the_practice() -> None:
    """A supervisor may not change the practice of their own team."""
    assert [editor for editor in SetupEditor if may_name_practice(editor)] == [SetupEditor.AN_ADMIN]


def test_a_blank_practice_is_no_practice() -> None:
    """Teams are in one practice by workspace and name; a blank name has one team."""
    assert is_same_practice(NORTH, SOUTH)
    assert is_same_practice(EAST, EAST)
    assert not is_same_practice(EAST, replace(EAST, id="west"))
    assert not is_same_practice(NORTH, replace(SOUTH, workspace="slack:T2"))
    assert not is_same_practice(NORTH, replace(SOUTH, practice="lake"))


def test_a_director_has_the_role_in_the_whole_practice() -> None:
    """The role of a director extends to the practice, that of a supervisor does not."""
    teams = (NORTH, SOUTH, EAST)

    assert resolve_roles([("north", Role.DIRECTOR), ("north", Role.SUPERVISOR)], teams) == {
        "north": frozenset(Role),
        "south": frozenset({Role.DIRECTOR}),
    }
    assert resolve_roles([("south", Role.SUPERVISOR)], teams) == {
        "south": frozenset({Role.SUPERVISOR})
    }
    assert resolve_roles([("east", Role.DIRECTOR)], teams) == {"east": frozenset({Role.DIRECTOR})}
    assert resolve_roles([("gone", Role.DIRECTOR)], teams) == {"gone": frozenset({Role.DIRECTOR})}


def test_a_removed_team_makes_nobody_a_director_of_its_practice() -> None:
    """What was granted with a team that was removed extends to no other team."""
    removed = replace(NORTH, is_removed=True)

    assert resolve_roles([("north", Role.DIRECTOR)], (removed, SOUTH)) == {
        "north": frozenset({Role.DIRECTOR})
    }


def test_readable_teams_are_those_of_roles_and_the_opened_home_team() -> None:
    """Teams with a role come first, by id; the home team is readable only if it is opened."""
    roles = {"south": frozenset({Role.SUPERVISOR}), "north": frozenset({Role.DIRECTOR})}
    opened_team = replace(EAST, open_to_team=True)

    assert select_readable_teams((SOUTH, NORTH), roles, None) == (NORTH, SOUTH)
    assert select_readable_teams((SOUTH, NORTH), roles, EAST) == (NORTH, SOUTH)
    assert select_readable_teams((SOUTH, NORTH), roles, opened_team) == (NORTH, SOUTH, opened_team)
    assert select_readable_teams((SOUTH,), roles, SOUTH) == (SOUTH,)
    assert select_readable_teams((opened_team,), {}, NORTH) == ()


def test_teams_are_selected_by_role() -> None:
    """The order is that of the roles, and a deleted team is omitted."""
    roles = {
        "gone": frozenset({Role.DIRECTOR}),
        "south": frozenset({Role.DIRECTOR}),
        "north": frozenset({Role.DIRECTOR, Role.SUPERVISOR}),
    }

    assert select_teams_with_role((NORTH, SOUTH), roles, Role.DIRECTOR) == (SOUTH, NORTH)
    assert select_teams_with_role((NORTH, SOUTH), roles, Role.SUPERVISOR) == (NORTH,)
