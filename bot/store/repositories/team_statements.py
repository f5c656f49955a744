"""SQL statements on one team, its roster and roles, built once at import with bound parameters.

Building a statement takes as long as executing it.
"""

from sqlalchemy import bindparam, delete, select, update

from bot.store.schema import people, roles, rosters, teams

SELECT_TEAM = select(teams).where(teams.c.id == bindparam("team_id"))
"""SELECT of a team by its primary key."""

SELECT_TEAM_OF_CHANNEL = select(teams).where(
    teams.c.workspace == bindparam("workspace_id"), teams.c.channel == bindparam("channel_id")
)
"""SELECT of a team by its unique constraint over workspace and channel."""

_ORDERED_ROLES = select(roles).order_by(roles.c.team, roles.c.role)
SELECT_ROLES = _ORDERED_ROLES.where(
    roles.c.workspace == bindparam("workspace_id"), roles.c.person == bindparam("person_id")
)
"""SELECT of a person's role rows, sorted by team and role."""

SELECT_ROSTER = (
    select(rosters.c.workspace, rosters.c.person)
    .where(rosters.c.team == bindparam("team_id"))
    .order_by(rosters.c.workspace, rosters.c.person)
)
"""SELECT of the persons in a team's roster rows, sorted."""

SELECT_DECLARED = SELECT_ROSTER.where(rosters.c.declared)
"""The same for the rows with ``declared`` alone."""

SELECT_ROLE_HOLDERS = (
    select(roles.c.workspace, roles.c.person)
    .where(roles.c.team == bindparam("team_id"), roles.c.role == bindparam("role_name"))
    .order_by(roles.c.workspace, roles.c.person)
)
"""SELECT of the persons with a role row in a team, sorted."""

DELETE_FROM_ROSTER = delete(rosters).where(
    rosters.c.team == bindparam("team_id"),
    rosters.c.workspace == bindparam("workspace_id"),
    rosters.c.person == bindparam("person_id"),
)
"""DELETE of one roster row by its primary key."""

END_MEMBERSHIP = (
    update(people)
    .where(
        people.c.workspace == bindparam("workspace_id"),
        people.c.id == bindparam("person_id"),
        people.c.home_team == bindparam("team_id"),
    )
    .values(home_team="", joined=False)
)
"""Conditional UPDATE that clears ``home_team`` and ``joined``, if the home team is this one."""
