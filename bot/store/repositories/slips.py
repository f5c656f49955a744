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
from bot.store.repositories.linked_accounts import Aliases
from bot.store.repositories.periods import Period, Periods
from bot.store.repositories.teams import Teams
from bot.store.schema import slips

logger = logging.getLogger("attune.ledger")

_TOTAL_CODE = "debrief"
"""The one code of the total's slips: that ledger counts and asks nothing."""

_KEY_BYTES = 16

_MIXED = 16
"""How many slips change places when one is added."""


@dataclass(frozen=True)
class Filed:
    """What filing came to: ``until`` is the Monday from which the debrief is sealed.

    Up to then the clinician can take it back; ``None`` when nothing of it was kept.
    """

    until: date | None = None


class Ledger:
    """Debriefs as slips: a random key, a period, a token and a code; no person, no time.

    The total and the breakdown have slips, salts and tokens of their own, so that one
    cannot be joined with the other.
    """

    def __init__(self, connection: Connection, peppers: tuple[bytes, ...]) -> None:
        """Open the book on *connection*; periods opened now are keyed by the newest pepper."""
        self._connection = connection
        self._teams = Teams(connection)
        self._aliases = Aliases(connection)
        self._periods = Periods(connection, peppers)

    def file(self, person: Person, codes: Mapping[str, str], now: datetime) -> Filed:
        """Count a debrief of *person*, whose *codes* answer ``form`` and ``status``.

        Whoever has accounts in two products is one person, with one token.

        Nothing is kept of somebody on no roster, of a team's own supervisor, of a team
        too small to count without pointing at someone, or where the pepper of the open
        period is no longer configured, which the log tells the operator.
        """
        person = self._aliases.of(person)
        team = self._team_of(person)
        if team is None:
            return Filed()
        total = self._periods.current(team, TOTAL, now)
        breakdown = self._periods.current(team, BREAKDOWN, now)
        if total is None or breakdown is None or self._locked([total, breakdown]):
            return Filed()
        self._add(total, person, _TOTAL_CODE)
        self._add(breakdown, person, codes[breakdown.question])
        return Filed(min(total.closes, breakdown.closes))

    def withdraw(self, person: Person, now: datetime) -> int:
        """Take back every debrief of *person* that is in an open period, and say how many.

        Their tokens are made again from the periods' salts, so only they can do it, only
        while a period is open, and whichever team they have moved to since. Raises
        :class:`bot.store.repositories.periods.MissingPepperError` where a token cannot be made.
        """
        person, taken = self._aliases.of(person), {TOTAL: 0, BREAKDOWN: 0}
        for period in self._periods.open_in(person.workspace, now):
            taken[period.ledger] += self._take(period, person)
        return taken[TOTAL]

    def open_due(self, now: datetime) -> int:
        """Open what is missing, so that every team that can be counted feeds a period."""
        fed = self._periods.fed(now)
        return sum(
            self._periods.opened(team, ledger, now)
            for team in self._teams.every()
            for ledger in (TOTAL, BREAKDOWN)
            if (team.id, ledger) not in fed
        )

    def close_due(self, now: datetime) -> int:
        """Publish the tables of every period that has ended, and destroy what made them.

        Closing twice, or on two machines, publishes once: a published table is frozen. A
        period whose pepper is no longer configured stays as it is, and the log says so:
        with another one its cap, and so its table, would be wrong.
        """
        ended = self._periods.ended(now)
        locked = self._locked(ended)
        for period in ended:
            if period not in locked:
                self._periods.publish(period, self._slips_of(period))
                self._connection.execute(delete(slips).where(_in(period)))
                self._periods.destroy(period)
        return len(ended) - len(locked)

    def locked(self) -> int:
        """How many periods can take nothing and not close, for want of their pepper."""
        return sum(self._periods.is_locked(period) for period in self._periods.every())

    def next_close(self, after: datetime) -> datetime | None:
        """When the next period ends, later than *after*."""
        soonest = self._periods.next_close(int(after.timestamp()))
        return None if soonest is None else datetime.fromtimestamp(soonest, UTC)

    def closing_of(self, team_id: str) -> date | None:
        """The Monday on which something the team feeds is told next; ``None`` when it feeds none.

        Until then nobody sees a count, and what was filed can be taken back.
        """
        return self._periods.closing_of(team_id)

    def _team_of(self, person: Person) -> Team | None:
        """The team that *person* counts in; never one that they supervise."""
        team = self._teams.home_of(person)
        if team is None or person in self._teams.holders(team.id, Role.SUPERVISOR):
            return None
        return team

    def _locked(self, found: list[Period]) -> list[Period]:
        """Those of *found* whose pepper is not configured, told to the operator."""
        locked = [period for period in found if self._periods.is_locked(period)]
        if locked:
            action = "ledger.pepper_missing"
            logger.error(action, extra={"action": action, "count": len(locked)})
        return locked

    def _add(self, period: Period, person: Person, code: str) -> None:
        """Keep a slip, and let others change places with it.

        Both databases put new bytes where there is room, so that places in a copied file
        would tell who filed last.
        """
        others = select(slips.c.id).where(_in(period)).order_by(func.random()).limit(_MIXED)
        moved = delete(slips).where(slips.c.id.in_(others)).returning(*slips.c)
        rows = [dict(row) for row in self._connection.execute(moved).mappings()]
        new = {"id": secrets.token_bytes(_KEY_BYTES), "token": self._token(period, person)}
        place = {"ledger": period.ledger, "unit": period.unit, "closes": period.closes}
        rows.append({**place, **new, "code": code})
        secrets.SystemRandom().shuffle(rows)
        self._connection.execute(insert(slips), rows)

    def _take(self, period: Period, person: Person) -> int:
        mine = slips.c.token == self._token(period, person)
        return self._connection.execute(delete(slips).where(_in(period), mine)).rowcount

    def _token(self, period: Period, person: Person) -> bytes:
        return pseudonyms.contributor(self._periods.pepper_of(period), period.salt, person)

    def _slips_of(self, period: Period) -> list[tuple[bytes, str]]:
        found = self._connection.execute(select(slips.c.token, slips.c.code).where(_in(period)))
        return [(bytes(row.token), row.code) for row in found]


def _in(period: Period) -> ColumnElement[bool]:
    return (
        (slips.c.ledger == period.ledger)
        & (slips.c.unit == period.unit)
        & (slips.c.closes == period.closes)
    )
