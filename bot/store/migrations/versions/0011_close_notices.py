"""Add the table `close_notice`: who stopped or moved the notice of a closed period.

A row is upserted only when its person makes a choice; supervisors and directors without a row get
the default.
"""

from alembic import op
from sqlalchemy import Boolean, Column, Integer, PrimaryKeyConstraint, String

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
supports_since = "0008"
rewritten_tables = ()

_COMMENT = "Who stopped or moved the notice of a closed period; written when they choose alone."


def upgrade() -> None:
    op.create_table(
        "close_notice",
        Column("workspace", String(80), nullable=False),
        Column("person", String(80), nullable=False),
        Column("stopped", Boolean, nullable=False),
        Column("day", Integer, nullable=True),
        Column("time", String(5), nullable=True),
        PrimaryKeyConstraint("workspace", "person"),
        sqlite_with_rowid=False,
        comment=_COMMENT,
    )


def downgrade() -> None:
    op.drop_table("close_notice")
