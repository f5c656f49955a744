"""Statements about one team and its people, built once: to build one takes as long as to run it."""

from sqlalchemy import bindparam, delete, select, update

from bot.store.schema import people, roles, rosters, teams

SELECT_TEAM = select(teams).where(teams.c.id == bindparam("team_id"))
"""A team by its id."""

SELECT_TEAM_OF_CHANNEL = select(teams).where(
    teams.c.workspace == bindparam("workspace_id"), teams.c.channel == bindparam("channel_id")
)
"""The team of a channel."""

_ORDERED_ROLES = select(roles).order_by(roles.c.team, roles.c.role)
SELECT_ROLES = _ORDERED_ROLES.where(
    roles.c.workspace == bindparam("workspace_id"), roles.c.person == bindparam("person_id")
)
"""Every role of a person."""

SELECT_ROSTER = (
    select(rosters.c.workspace, rosters.c.person)
    .where(rosters.c.team == bindparam("team_id"))
    .order_by(rosters.c.workspace, rosters.c.person)
)
"""The people who may contribute to a team's counts."""

SELECT_DECLARED = SELECT_ROSTER.where(rosters.c.declared)
"""The clinicians whom a team's set-up declares."""

SELECT_ROLE_HOLDERS = (
    select(roles.c.workspace, roles.c.person)
    .where(roles.c.team == bindparam("team_id"), roles.c.role == bindparam("role_name"))
    .order_by(roles.c.workspace, roles.c.person)
)
"""The people with a role in a team."""

DELETE_FROM_ROSTER = delete(rosters).where(
    rosters.c.team == bindparam("team_id"),
    rosters.c.workspace == bindparam("workspace_id"),
    rosters.c.person == bindparam("person_id"),
)
"""Takes a person off a team's roster."""

END_MEMBERSHIP = (
    update(people)
    .where(
        people.c.workspace == bindparam("workspace_id"),
        people.c.id == bindparam("person_id"),
        people.c.home_team == bindparam("team_id"),
    )
    .values(home_team="", joined=False)
)
"""Ends the membership of a person whose home team is this one."""
