"""Insert people into frozen lists (``period_member``) in the first week of their period."""

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
    """Inserts rows into the frozen lists of open periods, and tokens into their records."""

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records.ledger_records
        self._members = PeriodMembers(connection)
        self._exposures = Exposures(connection)

    def list_pending(
        self, now: datetime, team_ids: Collection[str] | None = None
    ) -> list[tuple[str, Period]]:
        """Return pairs of team id and period with roster rows that have no row in its frozen list.

        Only periods in which additions still count. With *team_ids*, of these teams alone.
        """
        query = _SELECT_PENDING
        if team_ids is not None:
            query = query.where(feeds.c.team.in_(team_ids))
        rows = self._connection.execute(query, {"now": to_unix_seconds(now)})
        return [(row.team, parse_period_row(row)) for row in rows]

    def add_people(self, team_id: str, period: Period, now: datetime) -> int:
        """Insert a team's people into the frozen list of *period*; return how many. Idempotent.

        Each gets a token, and thus a slot, in the record at once: a full record at the first filing
        would reveal who had filed. Excluded are people on the list of another unit, those who would
        exceed the yearly exposure limit, and those beyond the number of free slots. Nothing is
        written after ``additions_until``, or if the record cannot be decrypted.
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
"""EXISTS in the list of that period; without the explicit correlation it matches any period."""

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
