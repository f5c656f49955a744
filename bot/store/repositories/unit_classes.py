"""Repository of the table ``unit_class``: a unit's declared size, fixed for a common year."""

from datetime import date

from sqlalchemy import Connection, bindparam, delete, select

from bot.domain.counts.unit_class import UnitClass
from bot.store.schema import unit_classes
from bot.store.upsert import upsert_row

_SELECT_CLASS = select(unit_classes).where(
    unit_classes.c.unit == bindparam("unit"), unit_classes.c.ledger == bindparam("ledger")
)
_DELETE_EXPIRED = delete(unit_classes).where(unit_classes.c.fixed_until < bindparam("first_day"))


class UnitClasses:
    """Repository of size classes, by the primary key ledger and unit."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def find(self, unit: str, ledger: str) -> UnitClass | None:
        """Return the stored class of *unit*, expired or not; ``None`` without a row."""
        parameters = {"unit": unit, "ledger": ledger}
        row = self._connection.execute(_SELECT_CLASS, parameters).one_or_none()
        return UnitClass(row.size, row.fixed_until) if row else None

    def save(self, unit: str, ledger: str, unit_class: UnitClass) -> None:
        """Upsert the class of *unit*."""
        columns = {"size": unit_class.size, "fixed_until": unit_class.fixed_until}
        upsert_row(self._connection, unit_classes, {"ledger": ledger, "unit": unit, **columns})

    def delete_expired_before(self, day: date) -> int:
        """Delete the rows with ``fixed_until`` before *day*; return how many."""
        return self._connection.execute(_DELETE_EXPIRED, {"first_day": day}).rowcount
