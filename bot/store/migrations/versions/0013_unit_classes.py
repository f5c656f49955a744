"""Add the table `unit_class`: the declared size that selects a unit's terms, fixed for a year.

For a unit with an open period a row is inserted with that period's size, valid until the end of the
common year in which the period opened: 52 weeks, counted from Monday 5 January 2026.
"""

from datetime import date, timedelta
from typing import Any

from alembic import op
from sqlalchemy import (
    Column,
    Date,
    Integer,
    PrimaryKeyConstraint,
    String,
    column,
    insert,
    select,
    table,
)

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
supports_since = "0012"
rewritten_tables = ("period",)

_COMMENT = (
    "The declared size that selects the terms of a unit's periods, fixed for a year; "
    "written when a period opens."
)
_EPOCH = date(2026, 1, 5)
_YEAR = timedelta(weeks=52)

_periods = table(
    "period", *(column(name) for name in ("ledger", "unit", "size")), column("opens", Date())
)
_classes = table(
    "unit_class",
    *(column(name) for name in ("ledger", "unit", "size")),
    column("fixed_until", Date()),
)


def upgrade() -> None:
    op.create_table(
        "unit_class",
        Column("ledger", String(10), nullable=False),
        Column("unit", String(180), nullable=False),
        Column("size", Integer, nullable=False),
        Column("fixed_until", Date, nullable=False),
        PrimaryKeyConstraint("ledger", "unit"),
        sqlite_with_rowid=False,
        comment=_COMMENT,
    )
    connection = op.get_bind()
    classes: dict[tuple[str, str], dict[str, Any]] = {}
    for row in connection.execute(select(_periods).order_by(_periods.c.opens)):
        classes[row.ledger, row.unit] = {
            "ledger": row.ledger,
            "unit": row.unit,
            "size": row.size,
            "fixed_until": _EPOCH + ((row.opens - _EPOCH) // _YEAR + 1) * _YEAR,
        }
    if classes:
        connection.execute(insert(_classes), list(classes.values()))


def downgrade() -> None:
    op.drop_table("unit_class")
