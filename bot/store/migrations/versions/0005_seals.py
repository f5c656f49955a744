"""Add encrypted secrets: tokens that a product rotates, encrypted with the pepper.

`bot/store/schema.py` documents each table and what its columns must never contain.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary, PrimaryKeyConstraint, String

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
supports_since = "0001"
rewritten_tables = ()


def upgrade() -> None:
    op.create_table(
        "seal",
        Column("name", String(80), nullable=False),
        Column("body", LargeBinary(4000), nullable=False),
        PrimaryKeyConstraint("name"),
        comment="A product's tokens, sealed with the pepper; nobody reads them from a copy.",
    )


def downgrade() -> None:
    op.drop_table("seal")
