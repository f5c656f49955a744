"""Repository of the table ``release``: published tables, inserted once and never updated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, delete, literal, select, union

from bot.domain.counts import release_rule
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL, ReleasedTable
from bot.store.repositories.column_codecs import parse_practice_unit_key, team_unit_key
from bot.store.schema import feeds, releases, teams

_DELETE_BEFORE = delete(releases).where(releases.c.closes < bindparam("cutoff"))
_SELECT_KEYS_BEFORE = select(releases.c.ledger, releases.c.unit, releases.c.closes).where(
    releases.c.closes < bindparam("cutoff")
)
_DELETE_KEY = delete(releases).where(
    *(releases.c[name] == bindparam(name) for name in ("ledger", "unit", "closes"))
)


class ReleaseKey(NamedTuple):
    """Primary key of a release; ``closes`` is the local Monday of its publication."""

    ledger: str
    unit: str
    closes: date


@dataclass(frozen=True)
class Release:
    """A row: the published table of one unit and period, with its terms.

    ``opens`` and ``closes`` are local Mondays. ``cap`` is the number of debriefs per person
    that count; ``question`` is the question of a breakdown.
    """

    ledger: str
    unit: str
    opens: date
    closes: date
    cap: int
    question: str
    table: ReleasedTable

    @property
    def key(self) -> ReleaseKey:
        """The primary key of the row."""
        return ReleaseKey(self.ledger, self.unit, self.closes)


class Releases:
    """Repository that reads and deletes releases; closing a period inserts them."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def list_by_team(self, team_id: str) -> tuple[Release, ...]:
        """Return the releases of a team's own unit and of the units that it feeds now.

        Sorted by closing day, newest first, and each total before its breakdown.
        """
        of_units = select(feeds.c.ledger, feeds.c.unit).where(feeds.c.team == team_id)
        own_units = (
            select(literal(ledger), literal(team_unit_key(team_id)))
            for ledger in (TOTAL, BREAKDOWN)
        )
        units = union(of_units, *own_units).subquery()
        is_of_unit = (releases.c.ledger == units.c.ledger) & (releases.c.unit == units.c.unit)
        return self._fetch_releases(select(releases).join(units, is_of_unit))

    def list_all(self) -> tuple[Release, ...]:
        """Return all rows, sorted as by :meth:`list_by_team`."""
        return self._fetch_releases(select(releases))

    def list_keys(self) -> tuple[ReleaseKey, ...]:
        """Return the primary keys of all rows, unsorted."""
        query = select(releases.c.ledger, releases.c.unit, releases.c.closes)
        return tuple(ReleaseKey(*row) for row in self._connection.execute(query))

    def list_keys_before(self, cutoff: date) -> tuple[ReleaseKey, ...]:
        """Return the primary keys of rows with a closing day before *cutoff*."""
        rows = self._connection.execute(_SELECT_KEYS_BEFORE, {"cutoff": cutoff})
        return tuple(ReleaseKey(*row) for row in rows)

    def list_workspaces_by_unit(self) -> dict[str, str]:
        """Return a dict of workspaces by unit key: all teams, and pools with a release."""
        pools = {
            unit: workspace
            for unit in self._connection.scalars(select(releases.c.unit).distinct())
            if (workspace := parse_practice_unit_key(unit))
        }
        rows = self._connection.execute(select(teams.c.id, teams.c.workspace))
        return pools | {team_unit_key(row.id): row.workspace for row in rows}

    def delete_keys(self, keys: Iterable[ReleaseKey]) -> int:
        """Delete the rows with these primary keys and return how many existed."""
        return sum(self._connection.execute(_DELETE_KEY, key._asdict()).rowcount for key in keys)

    def delete_before(self, cutoff: date) -> int:
        """Delete the rows with a closing day before *cutoff* and return how many."""
        return self._connection.execute(_DELETE_BEFORE, {"cutoff": cutoff}).rowcount

    def _fetch_releases(self, query: Select[Any]) -> tuple[Release, ...]:
        rows = self._connection.execute(
            query.order_by(releases.c.closes.desc(), releases.c.ledger.desc(), releases.c.unit)
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
            for row in rows
        )
