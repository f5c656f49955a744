"""Since when a restore of the database has undone what was filed in an open period.

The column changes with a restore alone, for all open periods alike.
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
