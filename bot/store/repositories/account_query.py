"""SQL query of an account, the first of each request: main account, row, record, home team."""

from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, case, exists, func, select

from bot.domain.people import Role
from bot.store.schema import (
    linked_accounts,
    people,
    roles,
    rosters,
    team_records,
    teams,
    workspaces,
)

_SUPERVISOR = (
    roles.c.workspace.label("supervisor_workspace"),
    roles.c.person.label("supervisor_id"),
)
_IS_SUPERVISOR = (roles.c.team == teams.c.id) & (roles.c.role == Role.SUPERVISOR.value)
_RECORD_AND_TEAM = (
    team_records.c.team.label("record_team"),
    team_records.c.body.label("record_body"),
    *(column.label(f"team_{column.name}") for column in teams.columns),
)


_LISTED, _EARLIER = rosters.alias("listed"), rosters.alias("earlier")
_IS_FIRST_LIST = ~exists().where(
    _EARLIER.c.workspace == _LISTED.c.workspace,
    _EARLIER.c.person == _LISTED.c.person,
    _EARLIER.c.team < _LISTED.c.team,
)

_SENDER = select(
    bindparam("workspace", type_=String).label("workspace"),
    bindparam("person_id", type_=String).label("person"),
).subquery("sender")


def _build_account_query() -> Select[Any]:
    """Return the SELECT of main account, row, record, home team and the workspace's suspension.

    The result has one row per supervisor of the team, and at least one. The record is that of the
    home team in the person's own row. Under row security PostgreSQL uses an index only for
    conditions that are leakproof; COALESCE and a subquery are not, so CASE is used.
    """
    link = linked_accounts.alias("link")
    main = people.alias("main")
    main_workspace = _select_first(link.c.same_workspace, _SENDER.c.workspace)
    main_person = _select_first(link.c.same_person, _SENDER.c.person)
    is_main_listed = (_LISTED.c.workspace == main_workspace) & (_LISTED.c.person == main_person)
    home_team = _select_first(func.nullif(main.c.home_team, ""), _LISTED.c.team)
    record_team = _select_first(func.nullif(people.c.home_team, ""), home_team)
    return (
        select(
            main_workspace.label("main_workspace"),
            main_person.label("main_person"),
            workspaces.c.suspended,
            *_SUPERVISOR,
            *people.columns,
            *_RECORD_AND_TEAM,
        )
        .select_from(_SENDER)
        .outerjoin(
            link, (link.c.workspace == _SENDER.c.workspace) & (link.c.person == _SENDER.c.person)
        )
        .outerjoin(
            people, (people.c.workspace == _SENDER.c.workspace) & (people.c.id == _SENDER.c.person)
        )
        .outerjoin(main, (main.c.workspace == main_workspace) & (main.c.id == main_person))
        .outerjoin(_LISTED, is_main_listed & _IS_FIRST_LIST)
        .outerjoin(workspaces, workspaces.c.id == _SENDER.c.workspace)
        .outerjoin(teams, teams.c.id == home_team)
        .outerjoin(team_records, team_records.c.team == record_team)
        .outerjoin(roles, _IS_SUPERVISOR)
        .order_by(roles.c.workspace, roles.c.person)
    )


def _select_first(value: ColumnElement[str], other: ColumnElement[str]) -> ColumnElement[str]:
    """Return *value*, or *other* where it is null."""
    return case((value.is_not(None), value), else_=other)


SELECT_ACCOUNT = _build_account_query()
"""Built once; binds ``workspace`` and ``person_id``. Columns of the team begin with ``team_``."""
