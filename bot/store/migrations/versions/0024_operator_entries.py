"""Add the table `operator_entry`: purges of workspaces, and rotations of the operator's secret.

A purge deletes every row of a workspace, so this row contains no id of the workspace or of a
person, only an HMAC digest whose key is outside the database. A copy of the database reveals that a
workspace was deleted at that time, with how many rows, and why; a comparison of the copies before
and after reveals that as well.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, LargeBinary, PrimaryKeyConstraint, String

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None
supports_since = "0017"
rewritten_tables = ()

_COMMENT = (
    "Purges of workspaces, each as a digest with a key outside the database, and rotations of "
    "secrets; kept 24 months."
)


def upgrade() -> None:
    op.create_table(
        "operator_entry",
        Column("id", String(32), nullable=False),
        Column("at", BigInteger, nullable=False),
        Column("action", String(20), nullable=False),
        Column("actor", String(20), nullable=False),
        Column("row_count", BigInteger, nullable=False),
        Column("reason", String(60), nullable=False),
        Column("digest", LargeBinary(32), nullable=False),
        PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
        comment=_COMMENT,
    )
    op.create_index("operator_entry_at", "operator_entry", ["at"])


def downgrade() -> None:
    op.drop_table("operator_entry")
