"""Since when a person's account is closed, so that the person is erased after 30 days.

The column changes when the product reports that the account is closed or open again, and with
nothing that anybody files. A copy tells from it what everybody in the workspace reads in its list
of members: on which day somebody left. The present closed accounts get their day with the next
report.
"""

from alembic import op
from sqlalchemy import Column, Date

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
supports_since = "0017"
rewritten_tables = ()

_OLD_COMMENT = "What is kept about a person; work_days are '1,2,3' for somebody part-time."
_COMMENT = (
    "What is kept about a person; work_days are '1,2,3' for somebody part-time, "
    "closed_since is the day on which the product first reported the account as closed."
)


def upgrade() -> None:
    op.add_column("person", Column("closed_since", Date(), nullable=True))
    if op.get_bind().dialect.supports_comments:
        op.create_table_comment("person", _COMMENT, existing_comment=_OLD_COMMENT)


def downgrade() -> None:
    if op.get_bind().dialect.supports_comments:
        op.create_table_comment("person", _OLD_COMMENT, existing_comment=_COMMENT)
    op.drop_column("person", "closed_since")
