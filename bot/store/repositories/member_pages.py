"""Keyset pagination of the people who joined, in the order of the roster's primary key."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, String, bindparam, exists, select, tuple_

from bot.store.schema import people, rosters, workspaces

RosterKey = tuple[str, str, str]
"""Primary key of a roster row: team, workspace and person."""

_KEY_COLUMNS = (rosters.c.team, rosters.c.workspace, rosters.c.person)

_LAST_NAMES = ("last_team", "last_workspace", "last_person")
"""Bound parameters with the key of the previous page's last row: the cursor."""

_SELECT_FIRST_PAGE = select(*_KEY_COLUMNS).order_by(*_KEY_COLUMNS).limit(bindparam("row_limit"))
"""Roster rows in the order of the index of their primary key."""

_SELECT_NEXT_PAGE = _SELECT_FIRST_PAGE.where(
    tuple_(*_KEY_COLUMNS) > tuple_(*(bindparam(name, type_=String) for name in _LAST_NAMES))
)

_IS_SUSPENDED = exists().where(workspaces.c.id == people.c.workspace, workspaces.c.suspended != "")

_SELECT_JOINED = select(people).where(
    people.c.workspace.in_(bindparam("workspaces", expanding=True)),
    people.c.id.in_(bindparam("people", expanding=True)),
    people.c.joined,
    ~_IS_SUSPENDED,
    people.c.unreachable == "",
)


def fetch_joined_page(
    connection: Connection, last_key: RosterKey | None, limit: int
) -> Sequence[Row[Any]]:
    """Return the next rows of joined, reachable people in their home teams; ``()`` at the end.

    A page has at most *limit* roster rows after the cursor *last_key*, and whole teams, unless one
    team alone has more. Pages without such people are skipped.
    """
    while page := _fetch_page(connection, last_key, limit):
        if rows := _fetch_joined(connection, page):
            return rows
        last_key = page[-1]
    return ()


def _fetch_page(connection: Connection, last_key: RosterKey | None, limit: int) -> list[RosterKey]:
    query = _SELECT_NEXT_PAGE if last_key else _SELECT_FIRST_PAGE
    last_values = dict(zip(_LAST_NAMES, last_key or (), strict=False))
    rows = connection.execute(query, {"row_limit": limit, **last_values}).all()
    page = [(row.team, row.workspace, row.person) for row in rows]
    if len(page) == limit and page[0][0] != page[-1][0]:
        page = [key for key in page if key[0] != page[-1][0]]
    return page


def _fetch_joined(connection: Connection, page: list[RosterKey]) -> list[Row[Any]]:
    """Return the rows of joined, reachable people whose home team is the roster's, in its order.

    A query by ids and not a join with the page: the planner of PostgreSQL cannot estimate how many
    rows row security shows, and would scan the whole table for each page.
    """
    _, page_workspaces, page_people = zip(*page, strict=True)
    parameters = {"workspaces": sorted(set(page_workspaces)), "people": page_people}
    rows = connection.execute(_SELECT_JOINED, parameters)
    row_by_key = {(row.home_team, row.workspace, row.id): row for row in rows}
    return [row_by_key[key] for key in page if key in row_by_key]
