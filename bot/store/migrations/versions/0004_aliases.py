"""Add the table `alias` of linked accounts, so that a clinician on two products counts once."""

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint, String

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
supports_since = "0001"
rewritten_tables = ()


def upgrade() -> None:
    op.create_table(
        "alias",
        Column("workspace", String(80), nullable=False),
        Column("person", String(80), nullable=False),
        Column("same_workspace", String(80), nullable=False),
        Column("same_person", String(80), nullable=False),
        PrimaryKeyConstraint("workspace", "person"),
        comment="Accounts that an operator says are one person's; nothing of what either does.",
    )


def downgrade() -> None:
    op.drop_table("alias")
