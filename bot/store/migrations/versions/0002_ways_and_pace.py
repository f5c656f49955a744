"""Add chat routes, and the rest and the message rate that a workspace requested.

`bot/store/schema.py` documents each table and what its columns must never contain.
"""

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, String
from sqlalchemy.types import TypeEngine

_TAKES = "A Slack workspace or Teams tenant: why or until when it takes no messages, if so."

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
supports_since = "0001"
rewritten_tables = ()

_ADDED: tuple[tuple[str, str, TypeEngine[Any], str], ...] = (
    ("workspace", "rests_until", BigInteger(), "0"),
    ("workspace", "pace", Integer(), "0"),
    ("team", "unreachable", String(60), ""),
)


def upgrade() -> None:
    op.create_table(
        "way",
        Column("workspace", String(80), nullable=False),
        Column("person", String(80), nullable=False),
        Column("channel", String(80), nullable=False),
        Column("way", String(400), nullable=False),
        PrimaryKeyConstraint("workspace", "person", "channel"),
        comment="A product's own route to a channel, or to a person for as long as they joined.",
    )
    for table, name, kind, default in _ADDED:
        op.add_column(table, Column(name, kind, nullable=False, server_default=default))
    if op.get_bind().dialect.supports_comments:
        op.create_table_comment("workspace", _TAKES)


def downgrade() -> None:
    for table, name, _kind, _default in _ADDED:
        op.drop_column(table, name)
    op.drop_table("way")
