"""The tables that were published: what supervisors read, frozen."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, delete, select

from bot.domain.counts import release_rule
from bot.domain.counts.release_rule import ReleasedTable
from bot.store.schema import feeds, releases


@dataclass(frozen=True)
class Release:
    """One published table: of which unit, between which local Mondays, and on what terms.

    ``cap`` is how many debriefs a person counts for; ``question`` what a breakdown asked.
    """

    ledger: str
    unit: str
    opens: date
    closes: date
    cap: int
    question: str
    table: ReleasedTable


class Releases:
    """Published tables; each is written once, when its period closes, and only read after."""

    def __init__(self, connection: Connection) -> None:
        """Open the book on *connection*."""
        self._connection = connection

    def list_by_unit(self, unit: str) -> tuple[Release, ...]:
        """What was published of *unit*, the newest first, the total before the breakdown."""
        return self._fetch_releases(releases.c.unit == unit)

    def list_by_team(self, team_id: str) -> tuple[Release, ...]:
        """What was published of a team itself, and of the units that it feeds now."""
        feeding = (feeds.c.ledger == releases.c.ledger) & (feeds.c.unit == releases.c.unit)
        fed = select(feeds.c.team).where(feeds.c.team == team_id, feeding).exists()
        return self._fetch_releases((releases.c.unit == f"team:{team_id}") | fed)

    def delete_before(self, cutoff: date) -> int:
        """Forget tables of periods that closed earlier than *before*, and say how many."""
        old = delete(releases).where(releases.c.closes < cutoff)
        return self._connection.execute(old).rowcount

    def _fetch_releases(self, where: ColumnElement[bool]) -> tuple[Release, ...]:
        asked = select(releases).where(where)
        found = self._connection.execute(
            asked.order_by(releases.c.closes.desc(), releases.c.ledger.desc(), releases.c.unit)
        )
        return tuple(
            Release(
                ledger=row.ledger,
                unit=row.unit,
                opens=row.opens,
                closes=row.closes,
                cap=row.cap,
                question=row.question,
                table=release_rule.parse_table(row.ledger, row.body),
            )
            for row in found
        )
