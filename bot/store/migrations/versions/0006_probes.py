"""Add the columns `probes` and `probe_at` to `workspace`: failed probes, and the next one's time.

Both change only with the responses of the product's API to the bot, and contain nothing about a
person.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
supports_since = "0001"
rewritten_tables = ()


def upgrade() -> None:
    op.add_column("workspace", Column("probes", Integer(), nullable=False, server_default="0"))
    op.add_column("workspace", Column("probe_at", BigInteger(), nullable=False, server_default="0"))
    if op.get_bind().dialect.supports_comments:
        op.create_table_comment(
            "workspace",
            "A Slack workspace or Teams tenant: why or until when it takes no messages, if so; "
            "probes counts the probes in vain, and before the next message a probe is sent.",
        )


def downgrade() -> None:
    op.drop_column("workspace", "probe_at")
    op.drop_column("workspace", "probes")
