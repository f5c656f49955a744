"""Pages of the people who joined, in the order of the lists and of whole teams."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, String, bindparam, exists, select, tuple_

from bot.store.schema import people, rosters, workspaces

RosterKey = tuple[str, str, str]
"""Team, workspace and person of a row of the lists."""

_KEY_COLUMNS = (rosters.c.team, rosters.c.workspace, rosters.c.person)

_LAST_NAMES = ("last_team", "last_workspace", "last_person")
"""Parameters with the key of the last row of the page before."""

_SELECT_FIRST_PAGE = select(*_KEY_COLUMNS).order_by(*_KEY_COLUMNS).limit(bindparam("row_limit"))
"""The rows of the lists, in the order of their index."""

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
    """Return the next rows of joined, reachable people in their home teams; none at the end.

    They are of at most *limit* rows of the lists after *last_key*, and of whole teams unless one
    team alone has more.
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
    """Return the joined, reachable people of a *page* whose home team the list is of, in its order.

    They are looked up by their ids: in a join with the page PostgreSQL reads the rows of everybody
    for each page, as it cannot tell how many of them row security shows.
    """
    _, page_workspaces, page_people = zip(*page, strict=True)
    parameters = {"workspaces": sorted(set(page_workspaces)), "people": page_people}
    rows = connection.execute(_SELECT_JOINED, parameters)
    row_by_key = {(row.home_team, row.workspace, row.id): row for row in rows}
    return [row_by_key[key] for key in page if key in row_by_key]
