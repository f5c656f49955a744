"""Additions to frozen lists: people who are added to a list in the first week of its period."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, select

from bot.domain.counts import pseudonyms, slots
from bot.store.period import Period, parse_period_row
from bot.store.record_cache import RecordCache
from bot.store.repositories.column_codecs import to_unix_seconds
from bot.store.repositories.exposures import Exposures
from bot.store.repositories.period_members import PeriodMembers
from bot.store.schema import feeds, period_members, periods, rosters


class ListAdditions:
    """Adds people to the frozen lists of open periods; nothing removes one before the close."""

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records.ledger_records
        self._members = PeriodMembers(connection)
        self._exposures = Exposures(connection)

    def list_pending(
        self, now: datetime, team_ids: Collection[str] | None = None
    ) -> list[tuple[str, Period]]:
        """Return each (team id, period) in its first week with people not on its frozen list.

        With *team_ids*, of these teams alone.
        """
        query = _SELECT_PENDING
        if team_ids is not None:
            query = query.where(feeds.c.team.in_(team_ids))
        rows = self._connection.execute(query, {"now": to_unix_seconds(now)})
        return [(row.team, parse_period_row(row)) for row in rows]

    def add_people(self, team_id: str, period: Period, now: datetime) -> int:
        """Add the people of a team to the list of *period*, while additions count and slots last.

        Each gets a slot at once: a later refusal would tell who had filed. A person who is on the
        list of another unit is not added, nor one who would exceed the yearly exposure, nor anybody
        to a record that cannot be opened. Returns how many were added.
        """
        if period.additions_until <= to_unix_seconds(now):
            return 0
        open_record = self._records.load_records([period]).get(period)
        if open_record is None:
            return 0
        listed = self._members.list_countable(team_id, period.ledger, period.opens, (period.unit,))
        members = set(self._members.list_members(period))
        new_people = [person.person for person in listed if person.person not in members]
        exceeding = self._exposures.list_exceeding(period, new_people)
        new_people = [person for person in new_people if person not in exceeding]
        token_key, record = open_record.token_key, open_record.record
        free_slots = record.shape.slot_count - len(record.slots)
        added = new_people[:free_slots]
        if added:
            tokens = [pseudonyms.derive_contributor_token(token_key, person) for person in added]
            self._records.replace_record(period, slots.add_tokens(record, tokens))
        return self._members.insert_members(period, added)


_FEEDS_PERIOD = (
    (feeds.c.ledger == periods.c.ledger)
    & (feeds.c.unit == periods.c.unit)
    & (feeds.c.closes == periods.c.closes)
)

_IS_MEMBER = (
    exists()
    .where(
        period_members.c.ledger == periods.c.ledger,
        period_members.c.unit == periods.c.unit,
        period_members.c.closes == periods.c.closes,
        period_members.c.workspace == rosters.c.workspace,
        period_members.c.person == rosters.c.person,
    )
    .correlate(periods, rosters)
)
"""On the list of that very period; without the explicit correlation it is one of any period."""

_SELECT_PENDING = (
    select(periods, feeds.c.team)
    .join(feeds, _FEEDS_PERIOD)
    .where(
        periods.c.additions_until > bindparam("now"),
        periods.c.closes_at > bindparam("now"),
        exists().where(rosters.c.team == feeds.c.team, ~_IS_MEMBER),
    )
    .order_by(feeds.c.team, periods.c.ledger)
)
