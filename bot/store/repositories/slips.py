"""Slips: the two pseudonymous rows that a debrief leaves until its counting period closes."""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from bot.conversation import Person
from bot.domain.counts import pseudonyms
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL
from bot.domain.people import Role, Team
from bot.store.repositories.linked_accounts import LinkedAccounts
from bot.store.repositories.periods import Period, Periods
from bot.store.repositories.teams import Teams
from bot.store.schema import slips

logger = logging.getLogger("attune.ledger")

_TOTAL_CODE = "debrief"
"""The only code of slips in the total ledger, which counts debriefs without a question."""

_KEY_BYTES = 16

_SHUFFLE_COUNT = 16
"""Number of rows whose physical positions are shuffled at each insert."""


@dataclass(frozen=True)
class FilingResult:
    """Result of filing: the Monday from which the debrief cannot be withdrawn any more.

    ``None`` when nothing was stored.
    """

    withdrawable_until: date | None = None


class Slips:
    """Repository of slips: a random key, a period, a token and a code; no person, no time.

    The total and the breakdown have separate slips, salts and tokens, so that their rows
    cannot be joined.
    """

    def __init__(self, connection: Connection, peppers: tuple[bytes, ...]) -> None:
        """Use the transaction of *connection*; the newest pepper keys periods opened now."""
        self._connection = connection
        self._teams = Teams(connection)
        self._linked_accounts = LinkedAccounts(connection)
        self._periods = Periods(connection, peppers)

    def file_debrief(self, person: Person, codes: Mapping[str, str], now: datetime) -> FilingResult:
        """Insert the slips of a debrief of *person*, whose *codes* answer ``form`` and ``status``.

        Linked accounts are one person, with one token.

        Nothing is stored for a person on no roster, for a team's own supervisor, for a team too
        small to be counted by the release rule, or where the pepper of the open period is not
        configured any more, which is logged as an error for the operator.
        """
        person = self._linked_accounts.resolve_account(person)
        team = self._counting_team(person)
        if team is None:
            return FilingResult()
        total = self._periods.get_or_open_period(team, TOTAL, now)
        breakdown = self._periods.get_or_open_period(team, BREAKDOWN, now)
        if total is None or breakdown is None or self._find_locked_periods([total, breakdown]):
            return FilingResult()
        self._insert_slip(total, person, _TOTAL_CODE)
        self._insert_slip(breakdown, person, codes[breakdown.question])
        return FilingResult(min(total.closes, breakdown.closes))

    def withdraw_debriefs(self, person: Person, now: datetime) -> int:
        """Delete every debrief of *person* in the open periods and return how many.

        The tokens are derived again from the periods' salts, so only the person can withdraw,
        only while a period is open, and from any team they were in. Raises
        :class:`bot.store.repositories.periods.MissingPepperError` where a token cannot be derived.
        """
        person = self._linked_accounts.resolve_account(person)
        deleted_counts = {TOTAL: 0, BREAKDOWN: 0}
        for period in self._periods.list_open_in_workspace(person.workspace, now):
            deleted_counts[period.ledger] += self._delete_slips(period, person)
        return deleted_counts[TOTAL]

    def open_missing_periods(self, now: datetime) -> int:
        """Open the missing periods, so that every team that can be counted feeds one per ledger."""
        unit_by_feed = self._periods.units_by_team_and_ledger(now)
        return sum(
            self._periods.ensure_open_period(team, ledger, now)
            for team in self._teams.list_teams()
            for ledger in (TOTAL, BREAKDOWN)
            if (team.id, ledger) not in unit_by_feed
        )

    def close_ended_periods(self, now: datetime) -> int:
        """Publish the tables of every ended period and delete their slips, salts and terms.

        Idempotent, also across processes: a period is published once, and the release is never
        updated. A period whose pepper is not configured any more stays open and is logged: with
        another pepper its contribution cap, and so its table, would be wrong.
        """
        ended = self._periods.list_ended_periods(now)
        locked = self._find_locked_periods(ended)
        for period in ended:
            if period not in locked:
                self._periods.publish_table(period, self._load_slips(period))
                self._connection.execute(delete(slips).where(_in_period(period)))
                self._periods.destroy_period(period)
        return len(ended) - len(locked)

    def count_locked_periods(self) -> int:
        """Count the periods that can neither accept slips nor close, for lack of their pepper."""
        return sum(self._periods.is_locked(period) for period in self._periods.list_periods())

    def next_close(self, after: datetime) -> datetime | None:
        """Return the earliest instant later than *after* at which a period ends."""
        unix_seconds = self._periods.next_close_seconds(int(after.timestamp()))
        return None if unix_seconds is None else datetime.fromtimestamp(unix_seconds, UTC)

    def next_close_of_team(self, team_id: str) -> date | None:
        """Return the Monday of the next release that the team feeds; ``None`` when it feeds none.

        Before it, no count is published and debriefs can be withdrawn.
        """
        return self._periods.next_close_of_team(team_id)

    def _counting_team(self, person: Person) -> Team | None:
        """Return the team whose counts *person* contributes to; never one that they supervise."""
        team = self._teams.get_home_team(person)
        if team is None or person in self._teams.list_role_holders(team.id, Role.SUPERVISOR):
            return None
        return team

    def _find_locked_periods(self, candidates: list[Period]) -> list[Period]:
        """Return the *candidates* whose pepper is not configured, and log how many."""
        locked = [period for period in candidates if self._periods.is_locked(period)]
        if locked:
            action = "ledger.pepper_missing"
            logger.error(action, extra={"action": action, "count": len(locked)})
        return locked

    def _insert_slip(self, period: Period, person: Person, code: str) -> None:
        """Insert a slip and shuffle its physical position with those of others.

        Both databases write new rows where there is free space, so that positions in a copied
        file would reveal which debrief is the latest.
        """
        others = (
            select(slips.c.id)
            .where(_in_period(period))
            .order_by(func.random())
            .limit(_SHUFFLE_COUNT)
        )
        delete_others = delete(slips).where(slips.c.id.in_(others)).returning(*slips.c)
        rows = [dict(row) for row in self._connection.execute(delete_others).mappings()]
        secret_columns = {
            "id": secrets.token_bytes(_KEY_BYTES),
            "token": self._derive_token(period, person),
        }
        period_columns = {"ledger": period.ledger, "unit": period.unit, "closes": period.closes}
        rows.append({**period_columns, **secret_columns, "code": code})
        secrets.SystemRandom().shuffle(rows)
        self._connection.execute(insert(slips), rows)

    def _delete_slips(self, period: Period, person: Person) -> int:
        has_token = slips.c.token == self._derive_token(period, person)
        return self._connection.execute(delete(slips).where(_in_period(period), has_token)).rowcount

    def _derive_token(self, period: Period, person: Person) -> bytes:
        return pseudonyms.derive_contributor_token(
            self._periods.get_pepper(period), period.salt, person
        )

    def _load_slips(self, period: Period) -> list[tuple[bytes, str]]:
        rows = self._connection.execute(
            select(slips.c.token, slips.c.code).where(_in_period(period))
        )
        return [(bytes(row.token), row.code) for row in rows]


def _in_period(period: Period) -> ColumnElement[bool]:
    return (
        (slips.c.ledger == period.ledger)
        & (slips.c.unit == period.unit)
        & (slips.c.closes == period.closes)
    )
