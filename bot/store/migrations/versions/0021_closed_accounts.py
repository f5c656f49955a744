"""Add the column `closed_since` to `person`: when the account was closed; erased after 30 days.

It is updated when the product's API reports the account as closed or open again, never because of a
filing. A copy of the database reveals from it what is visible in the workspace's list of members:
the day on which a person left. For accounts that are closed already, the next report sets it.
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
