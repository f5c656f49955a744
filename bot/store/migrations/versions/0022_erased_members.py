"""Add the column `erased` to `period_member`: the person left their team's list by an erasure.

Rows with it are excluded from the counts in notes. It is updated when the data of a person is
erased, never because of a filing. A copy of the database reveals no more from it than from the
`roster` row that is deleted in the same transaction.
"""

from alembic import op
from sqlalchemy import Boolean, Column, false

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
supports_since = "0017"
rewritten_tables = ()

_OLD_COMMENT = (
    "Who was on a unit's list when its period was frozen, and the period's epsilon; "
    "written by the set-up alone, kept for 53 weeks after the close."
)
_COMMENT = f"{_OLD_COMMENT} erased: the person left their team's list when their data was erased."


def upgrade() -> None:
    erased: Column[bool] = Column("erased", Boolean(), nullable=False, server_default=false())
    op.add_column("period_member", erased)
    if op.get_bind().dialect.supports_comments:
        op.create_table_comment("period_member", _COMMENT, existing_comment=_OLD_COMMENT)


def downgrade() -> None:
    if op.get_bind().dialect.supports_comments:
        op.create_table_comment("period_member", _OLD_COMMENT, existing_comment=_COMMENT)
    op.drop_column("period_member", "erased")
