"""Add the table `previous_setup`: a team's set-up before its last change, to undo it for a day.

The row contains the declared list, which a backup of the night before contains as well, and not
who joined. The next change of any kind and the retention job delete it.
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
