"""SQL queries on frozen lists, built once at import: each opening or closing executes several."""

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select

from bot.store.schema import linked_accounts, people, period_members, periods, rosters

_KEY_NAMES = ("ledger", "unit", "closes")

_IN_PERIOD = and_(*(period_members.c[name] == bindparam(name) for name in _KEY_NAMES))

_ROW_OF_MEMBER = (people.c.workspace == period_members.c.workspace) & (
    people.c.id == period_members.c.person
)

_ROW_OF_LISTED = (people.c.workspace == rosters.c.workspace) & (people.c.id == rosters.c.person)

_IS_LINKED = exists().where(
    linked_accounts.c.workspace == rosters.c.workspace,
    linked_accounts.c.person == rosters.c.person,
)

_IS_LISTED_MEMBER = (rosters.c.workspace == period_members.c.workspace) & (
    rosters.c.person == period_members.c.person
)

_IS_OPEN = exists().where(*(periods.c[name] == period_members.c[name] for name in _KEY_NAMES))


def _first_listed_team() -> ColumnElement[str]:
    """Return a scalar subquery: the lowest team id of the person's roster rows."""
    other = rosters.alias("other_list")
    query = select(func.min(other.c.team)).where(
        other.c.workspace == rosters.c.workspace, other.c.person == rosters.c.person
    )
    return query.scalar_subquery()


_HOME_TEAM: ColumnElement[str] = func.coalesce(
    func.nullif(people.c.home_team, ""), _first_listed_team()
)

SELECT_MEMBERS = (
    select(period_members.c.workspace, period_members.c.person)
    .where(_IN_PERIOD)
    .order_by(period_members.c.workspace, period_members.c.person)
)
"""The persons in a list; binds the primary key of the period: ``ledger``, ``unit``, ``closes``."""

SELECT_REASONS = (
    select(
        period_members.c.workspace,
        period_members.c.person,
        func.coalesce(people.c.unreachable, "").label("reason"),
    )
    .select_from(period_members)
    .outerjoin(people, _ROW_OF_MEMBER)
    .where(_IN_PERIOD)
)
"""The same, joined with the column ``unreachable`` as ``reason``, by default ``""``."""

SELECT_LISTED = (
    select(rosters, func.coalesce(people.c.unreachable, "").label("reason"))
    .select_from(rosters)
    .outerjoin(people, _ROW_OF_LISTED)
    .where(rosters.c.team == bindparam("team"), _HOME_TEAM.in_([bindparam("team")]), ~_IS_LINKED)
    .order_by(rosters.c.workspace, rosters.c.person)
)
"""The roster rows of ``team`` whose home team it is, without linked accounts."""

SELECT_FROZEN_ELSEWHERE = (
    select(period_members.c.workspace, period_members.c.person)
    .join(rosters, _IS_LISTED_MEMBER)
    .where(
        rosters.c.team == bindparam("team"),
        # Concatenated, so that SQLite uses the index on persons instead of scanning the ledger.
        period_members.c.ledger.concat("") == bindparam("ledger"),
        period_members.c.closes > bindparam("opens"),
        period_members.c.unit.not_in(bindparam("units", expanding=True)),
    )
)
"""Persons of the roster of ``team`` in a list of ``ledger`` after ``opens``, not in ``units``."""

_OF_PERSONS = and_(
    period_members.c.workspace.in_(bindparam("workspaces", expanding=True)),
    period_members.c.person.in_(bindparam("persons", expanding=True)),
)

SELECT_OTHER_MEMBERSHIPS = select(period_members).where(_OF_PERSONS, ~_IN_PERIOD)
"""The rows of people in all lists except that of a period, by its primary key.

Binds the lists ``workspaces`` and ``persons``, which are matched independently of each other.
"""

SELECT_PUBLISHED_MEMBERSHIPS = select(period_members).where(_OF_PERSONS, ~_IS_OPEN | _IN_PERIOD)
"""The same in the lists of closed periods, and in that of a period."""
