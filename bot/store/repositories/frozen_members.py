"""Query the frozen lists of periods that are not closed, joined with the rosters of now."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select, tuple_

from bot.domain.teams.unlisted_members import FrozenMember
from bot.store.repositories.column_codecs import to_unix_seconds
from bot.store.schema import feeds, linked_accounts, people, period_members, periods, rosters


class FrozenMembers:
    """Read-only repository of list members, to find those without a roster row.

    Only lists and accounts are read, no row that a filing writes. Rows with ``erased`` are
    excluded: a note that counted them would reveal the erasure.
    """

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def list_members(self, team_id: str | None = None) -> tuple[FrozenMember, ...]:
        """Return the distinct members of the lists of all units, or of those that a team feeds.

        The list of a unit of several teams has the people of all of them.
        """
        if team_id is None:
            return self._fetch_members()
        fed_keys = select(feeds.c.ledger, feeds.c.unit, feeds.c.closes)
        period_key = tuple_(periods.c.ledger, periods.c.unit, periods.c.closes)
        return self._fetch_members(period_key.in_(fed_keys.where(feeds.c.team == team_id)))

    def list_members_of_ended_periods(self, now: datetime) -> tuple[FrozenMember, ...]:
        """Return the distinct members of periods that have ended and are not closed yet."""
        return self._fetch_members(periods.c.closes_at <= to_unix_seconds(now))

    def _fetch_members(self, *where: ColumnElement[bool]) -> tuple[FrozenMember, ...]:
        query = (
            select(
                period_members.c.workspace,
                period_members.c.person,
                _IS_LISTED.label("is_listed"),
                _IS_LINKED.label("is_linked"),
                func.coalesce(people.c.unreachable, "").label("reason"),
            )
            .join(periods, _IS_IN_PERIOD)
            .outerjoin(people, _IS_ROW)
            .where(~period_members.c.erased, *where)
            .distinct()
        )
        return tuple(
            FrozenMember(bool(row.is_listed), bool(row.is_linked), row.reason)
            for row in self._connection.execute(query)
        )


_IS_IN_PERIOD = and_(
    *(period_members.c[name] == periods.c[name] for name in ("ledger", "unit", "closes"))
)

_IS_ROW = (people.c.workspace == period_members.c.workspace) & (
    people.c.id == period_members.c.person
)

_IS_LISTED = exists().where(
    rosters.c.workspace == period_members.c.workspace,
    rosters.c.person == period_members.c.person,
)

_IS_LINKED = exists().where(
    linked_accounts.c.workspace == period_members.c.workspace,
    linked_accounts.c.person == period_members.c.person,
)
