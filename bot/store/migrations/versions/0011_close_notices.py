"""Choices of supervisors and directors about the notice of a closed period: stopped, or moved.

A row is written only when its person makes a choice.
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
