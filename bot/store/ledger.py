"""What a debrief leaves while its period is open: two slips that name nobody."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, Connection, delete, select

from bot.conversation import Person
from bot.practice import tokens
from bot.practice.counts import BREAKDOWN, TOTAL
from bot.practice.people import Role, Team
from bot.store.periods import Period, Periods
from bot.store.tables import slips
from bot.store.teams import Teams

_TOTAL_CODE = "debrief"
"""The one code of the total's slips: that ledger counts and asks nothing."""

_KEY_BYTES = 16


@dataclass(frozen=True)
class Filed:
    """What filing came to: whether it is counted, and the Monday from which it is sealed.

    ``until`` is the day on which the period closes, at midnight before it; up to then the
    clinician can take it back.
    """

    counted: bool
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
        self._periods = Periods(connection, peppers)

    def file(self, person: Person, codes: Mapping[str, str], now: datetime) -> Filed:
        """Count a debrief of *person*, whose *codes* answer ``form`` and ``status``.

        Nothing is kept of somebody on no roster, of a team's own supervisor, or of a team
        too small to count without pointing at someone.
        """
        team = self._team_of(person)
        if team is None:
            return Filed(counted=False)
        total = self._periods.current(team, TOTAL, now)
        breakdown = self._periods.current(team, BREAKDOWN, now)
        if total is None or breakdown is None:
            return Filed(counted=False)
        self._add(total, person, _TOTAL_CODE)
        self._add(breakdown, person, codes[breakdown.question])
        return Filed(counted=True, until=min(total.closes, breakdown.closes))

    def withdraw(self, person: Person, now: datetime) -> int:
        """Take back every debrief that *person* filed in the open period, and say how many.

        Their token is made again from the period's salt, so only they can do it, and only
        while the period is open.
        """
        team = self._team_of(person)
        if team is None:
            return 0
        taken = {
            ledger: self._take(period, person)
            for ledger in (TOTAL, BREAKDOWN)
            if (period := self._periods.current(team, ledger, now))
        }
        return taken.get(TOTAL, 0)

    def open_due(self, now: datetime) -> int:
        """Open what is missing, so that every team that can be counted feeds a period."""
        return sum(
            self._periods.opened(team, ledger, now)
            for team in self._teams.every()
            for ledger in (TOTAL, BREAKDOWN)
        )

    def close_due(self, now: datetime) -> int:
        """Publish the tables of every period that has ended, and destroy what made them.

        Closing twice, or on two machines, publishes once: a published table is frozen.
        Raises :class:`bot.store.periods.MissingPepperError` for a period whose pepper is
        no longer configured; it stays open and nothing of it is lost.
        """
        ended = self._periods.ended(now)
        for period in ended:
            self._periods.publish(period, self._slips_of(period))
            self._connection.execute(delete(slips).where(_in(period)))
            self._periods.destroy(period)
        return len(ended)

    def next_close(self, after: datetime) -> datetime | None:
        """When the next period ends, later than *after*."""
        soonest = self._periods.next_close(int(after.timestamp()))
        return None if soonest is None else datetime.fromtimestamp(soonest, UTC)

    def closing_of(self, team_id: str) -> date | None:
        """The Monday before which the team's open period closes; ``None`` when none is open."""
        return self._periods.closing_of(team_id, TOTAL)

    def _team_of(self, person: Person) -> Team | None:
        """The team that *person* counts in; never one that they supervise."""
        team = self._teams.home_of(person)
        if team is None or person in self._teams.holders(team.id, Role.SUPERVISOR):
            return None
        return team

    def _add(self, period: Period, person: Person, code: str) -> None:
        self._connection.execute(
            slips.insert().values(
                id=secrets.token_bytes(_KEY_BYTES),
                ledger=period.ledger,
                unit=period.unit,
                closes=period.closes,
                token=self._token(period, person),
                code=code,
            )
        )

    def _take(self, period: Period, person: Person) -> int:
        mine = slips.c.token == self._token(period, person)
        return self._connection.execute(delete(slips).where(_in(period), mine)).rowcount

    def _token(self, period: Period, person: Person) -> bytes:
        return tokens.contributor(self._periods.pepper_of(period), period.salt, person)

    def _slips_of(self, period: Period) -> list[tuple[bytes, str]]:
        found = self._connection.execute(select(slips.c.token, slips.c.code).where(_in(period)))
        return [(bytes(row.token), row.code) for row in found]


def _in(period: Period) -> ColumnElement[bool]:
    return (
        (slips.c.ledger == period.ledger)
        & (slips.c.unit == period.unit)
        & (slips.c.closes == period.closes)
    )
