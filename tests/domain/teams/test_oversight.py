"""Who oversees the set-ups of a workspace."""

from dataclasses import replace

import pytest

from bot.domain.people import Role
from bot.domain.teams import oversight
from tests.sample_team import OTHER_TEAM, TEAM, WORKSPACE

TENANT = "msteams:3f2c"
DIRECTOR_ROLES = {TEAM.id: frozenset({Role.DIRECTOR})}
SUPERVISOR_ROLES = {TEAM.id: frozenset({Role.SUPERVISOR})}


@pytest.mark.parametrize("roles", [{}, SUPERVISOR_ROLES, DIRECTOR_ROLES])
@pytest.mark.parametrize("is_admin", [True, False])
def test_where_admins_are_reported_they_oversee(
    roles: dict[str, frozenset[Role]], *, is_admin: bool
) -> None:
    """On Slack an admin does, whatever their roles, and no other person."""
    assert oversight.may_oversee(WORKSPACE, roles, is_admin=is_admin) == is_admin


@pytest.mark.parametrize(
    ("roles", "expected"), [({}, False), (SUPERVISOR_ROLES, False), (DIRECTOR_ROLES, True)]
)
@pytest.mark.parametrize("is_admin", [True, False])
def test_where_no_admin_is_reported_directors_oversee(
    roles: dict[str, frozenset[Role]], *, expected: bool, is_admin: bool
) -> None:
    """On Microsoft Teams a director does, and a supervisor does not."""
    assert oversight.may_oversee(TENANT, roles, is_admin=is_admin) == expected


def test_an_admin_oversees_every_team() -> None:
    """On Slack a role is not needed."""
    assert oversight.select_overseen_teams((TEAM, OTHER_TEAM), WORKSPACE, {}) == (TEAM, OTHER_TEAM)


def test_a_director_oversees_the_teams_that_they_direct() -> None:
    """On Microsoft Teams another team is left out."""
    teams = tuple(replace(team, workspace=TENANT) for team in (TEAM, OTHER_TEAM))

    assert oversight.select_overseen_teams(teams, TENANT, DIRECTOR_ROLES) == teams[:1]
