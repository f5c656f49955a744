"""What a debrief leaves while its period is open: two slips that name nobody."""

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
"""The one code of the total's slips: that ledger counts and asks nothing."""

_KEY_BYTES = 16

_SHUFFLE_COUNT = 16
"""How many slips change places when one is added."""


@dataclass(frozen=True)
class FilingResult:
    """What filing came to: ``until`` is the Monday from which the debrief is sealed.

    Up to then the clinician can take it back; ``None`` when nothing of it was kept.
    """

    withdrawable_until: date | None = None


class Slips:
    """Debriefs as slips: a random key, a period, a token and a code; no person, no time.

    The total and the breakdown have slips, salts and tokens of their own, so that one
    cannot be joined with the other.
    """

    def __init__(self, connection: Connection, peppers: tuple[bytes, ...]) -> None:
        """Open the book on *connection*; periods opened now are keyed by the newest pepper."""
        self._connection = connection
        self._teams = Teams(connection)
        self._linked_accounts = LinkedAccounts(connection)
        self._periods = Periods(connection, peppers)

    def file_debrief(self, person: Person, codes: Mapping[str, str], now: datetime) -> FilingResult:
        """Count a debrief of *person*, whose *codes* answer ``form`` and ``status``.

        Whoever has accounts in two products is one person, with one token.

        Nothing is kept of somebody on no roster, of a team's own supervisor, of a team
        too small to count without pointing at someone, or where the pepper of the open
        period is no longer configured, which the log tells the operator.
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
        """Take back every debrief of *person* that is in an open period, and say how many.

        Their tokens are made again from the periods' salts, so only they can do it, only
        while a period is open, and whichever team they have moved to since. Raises
        :class:`bot.store.repositories.periods.MissingPepperError` where a token cannot be made.
        """
        person, taken = self._linked_accounts.resolve_account(person), {TOTAL: 0, BREAKDOWN: 0}
        for period in self._periods.list_open_in_workspace(person.workspace, now):
            taken[period.ledger] += self._delete_slips(period, person)
        return taken[TOTAL]

    def open_missing_periods(self, now: datetime) -> int:
        """Open what is missing, so that every team that can be counted feeds a period."""
        fed = self._periods.units_by_feed(now)
        return sum(
            self._periods.ensure_open_period(team, ledger, now)
            for team in self._teams.list_teams()
            for ledger in (TOTAL, BREAKDOWN)
            if (team.id, ledger) not in fed
        )

    def close_ended_periods(self, now: datetime) -> int:
        """Publish the tables of every period that has ended, and destroy what made them.

        Closing twice, or on two machines, publishes once: a published table is frozen. A
        period whose pepper is no longer configured stays as it is, and the log says so:
        with another one its cap, and so its table, would be wrong.
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
        """How many periods can take nothing and not close, for want of their pepper."""
        return sum(self._periods.is_locked(period) for period in self._periods.list_periods())

    def next_close(self, after: datetime) -> datetime | None:
        """When the next period ends, later than *after*."""
        soonest = self._periods.next_close(int(after.timestamp()))
        return None if soonest is None else datetime.fromtimestamp(soonest, UTC)

    def next_close_of_team(self, team_id: str) -> date | None:
        """The Monday on which something the team feeds is told next; ``None`` when it feeds none.

        Until then nobody sees a count, and what was filed can be taken back.
        """
        return self._periods.next_close_of_team(team_id)

    def _counting_team(self, person: Person) -> Team | None:
        """The team that *person* counts in; never one that they supervise."""
        team = self._teams.get_home_team(person)
        if team is None or person in self._teams.list_role_holders(team.id, Role.SUPERVISOR):
            return None
        return team

    def _find_locked_periods(self, candidates: list[Period]) -> list[Period]:
        """Those of *found* whose pepper is not configured, told to the operator."""
        locked = [period for period in candidates if self._periods.is_locked(period)]
        if locked:
            action = "ledger.pepper_missing"
            logger.error(action, extra={"action": action, "count": len(locked)})
        return locked

    def _insert_slip(self, period: Period, person: Person, code: str) -> None:
        """Keep a slip, and let others change places with it.

        Both databases put new bytes where there is room, so that places in a copied file
        would tell who filed last.
        """
        others = (
            select(slips.c.id)
            .where(_in_period(period))
            .order_by(func.random())
            .limit(_SHUFFLE_COUNT)
        )
        moved = delete(slips).where(slips.c.id.in_(others)).returning(*slips.c)
        rows = [dict(row) for row in self._connection.execute(moved).mappings()]
        new = {"id": secrets.token_bytes(_KEY_BYTES), "token": self._derive_token(period, person)}
        place = {"ledger": period.ledger, "unit": period.unit, "closes": period.closes}
        rows.append({**place, **new, "code": code})
        secrets.SystemRandom().shuffle(rows)
        self._connection.execute(insert(slips), rows)

    def _delete_slips(self, period: Period, person: Person) -> int:
        mine = slips.c.token == self._derive_token(period, person)
        return self._connection.execute(delete(slips).where(_in_period(period), mine)).rowcount

    def _derive_token(self, period: Period, person: Person) -> bytes:
        return pseudonyms.derive_contributor_token(
            self._periods.get_pepper(period), period.salt, person
        )

    def _load_slips(self, period: Period) -> list[tuple[bytes, str]]:
        found = self._connection.execute(
            select(slips.c.token, slips.c.code).where(_in_period(period))
        )
        return [(bytes(row.token), row.code) for row in found]


def _in_period(period: Period) -> ColumnElement[bool]:
    return (
        (slips.c.ledger == period.ledger)
        & (slips.c.unit == period.unit)
        & (slips.c.closes == period.closes)
    )
