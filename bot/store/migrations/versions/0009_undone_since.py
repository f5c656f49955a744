"""Add the column `undone_since` to `period`: since when a restore has undone what was filed.

It is updated by a restore of the database alone, in the rows of all open periods alike.
"""

from alembic import op
from sqlalchemy import BigInteger, Column

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
supports_since = "0008"
rewritten_tables = ()


def upgrade() -> None:
    column = Column("undone_since", BigInteger(), nullable=False, server_default="0")
    op.add_column("period", column)


def downgrade() -> None:
    op.drop_column("period", "undone_since")
