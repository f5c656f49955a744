"""Pages of the people who joined, in the order of the lists and of whole teams."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, select, tuple_

from bot.store.schema import people, rosters, workspaces

RosterKey = tuple[str, str, str]
"""Team, workspace and person of a row of the lists."""

_KEY_COLUMNS = (rosters.c.team, rosters.c.workspace, rosters.c.person)

_IS_SUSPENDED = exists().where(workspaces.c.id == people.c.workspace, workspaces.c.suspended != "")


def fetch_joined_page(
    connection: Connection, last_key: RosterKey | None, limit: int
) -> Sequence[Row[Any]]:
    """Return the next rows of joined, reachable people in their home teams; none at the end.

    They are of at most *limit* rows of the lists after *last_key*, and of whole teams unless one
    team alone has more.
    """
    while page := _fetch_page(connection, last_key, limit):
        if rows := connection.execute(_select_joined(last_key, len(page))).all():
            return rows
        last_key = page[-1]
    return ()


def _fetch_page(connection: Connection, last_key: RosterKey | None, limit: int) -> list[RosterKey]:
    rows = connection.execute(_select_page(last_key, limit)).all()
    page = [(row.team, row.workspace, row.person) for row in rows]
    if len(page) == limit and page[0][0] != page[-1][0]:
        page = [key for key in page if key[0] != page[-1][0]]
    return page


def _select_page(last_key: RosterKey | None, limit: int) -> Select[Any]:
    """Return the query of the next *limit* rows of the lists, in the order of their index."""
    query = select(*_KEY_COLUMNS).order_by(*_KEY_COLUMNS).limit(limit)
    return query.where(tuple_(*_KEY_COLUMNS) > tuple_(*last_key)) if last_key else query


def _select_joined(last_key: RosterKey | None, limit: int) -> Select[Any]:
    """Return the query of the joined, reachable people of a page whose home team the list is of.

    The page is a query of its own with a limit: joined with all rows PostgreSQL expects hardly any
    and looks everybody up for each page.
    """
    page = _select_page(last_key, limit).subquery()
    is_in_home_team = (
        (page.c.team == people.c.home_team)
        & (page.c.workspace == people.c.workspace)
        & (page.c.person == people.c.id)
    )
    return (
        select(people)
        .join(page, is_in_home_team)
        .where(people.c.joined, ~_IS_SUSPENDED, people.c.unreachable == "")
        .order_by(page.c.team, page.c.workspace, page.c.person)
    )
