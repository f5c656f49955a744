"""Add the column `uninstalled` to `workspace`: when the app was removed; a purge follows in a day.

It is updated after an event of the workspace or a rejected API call, not by a person of a team. For
a workspace that was uninstalled before this release the time is that of the migration.
"""

import time

from alembic import op
from sqlalchemy import BigInteger, Column, String, column, table, update

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None
supports_since = "0017"
rewritten_tables = ("workspace",)

_COMMENT = (
    "A Slack workspace or Teams tenant: why or until when it takes no messages, if so; "
    "probes counts the probes in vain, and before the next message a probe is sent. "
    "uninstalled is since when the app is removed, if it is."
)

_UNINSTALL_REASONS = ("app_uninstalled", "tokens_revoked")

_workspaces = table("workspace", column("suspended", String), column("uninstalled", BigInteger))


def upgrade() -> None:
    added = Column("uninstalled", BigInteger(), nullable=False, server_default="0")
    op.add_column("workspace", added)
    is_uninstalled = _workspaces.c.suspended.in_(_UNINSTALL_REASONS)
    op.execute(update(_workspaces).where(is_uninstalled).values(uninstalled=int(time.time())))
    if op.get_context().dialect.supports_comments:
        op.create_table_comment("workspace", _COMMENT)


def downgrade() -> None:
    op.drop_column("workspace", "uninstalled")
