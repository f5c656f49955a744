"""The set-up of a team before its last change, so that it can be undone for a day.

A copy of the database of the night before has the same set-up. It contains the declared list, and
nothing of who joined; the next change of any kind and the retention duty delete it.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, String, Text

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
supports_since = "0017"
rewritten_tables = ()

_COMMENT = "The set-up before the last change, for a day, so that who made it can undo it."


def upgrade() -> None:
    op.create_table(
        "previous_setup",
        Column("team", String(32), nullable=False),
        Column("workspace", String(80), nullable=False),
        Column("person", String(80), nullable=False),
        Column("at", BigInteger, nullable=False),
        Column("body", Text, nullable=False),
        PrimaryKeyConstraint("team"),
        sqlite_with_rowid=False,
        comment=_COMMENT,
    )


def downgrade() -> None:
    op.drop_table("previous_setup")
