"""Add the column `link_ended` to `installation`: an organisation removed the app from a workspace.

The row of such a workspace remains until it is purged, so that Slack's API can be queried before. A
copy of the database reveals no more from the column than from the suspension of the workspace,
which is written at the same time.
"""

from alembic import op
from sqlalchemy import Boolean, Column, false

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None
supports_since = "0017"
supports_since_on_postgresql = "0025"
rewritten_tables = ()

_OLD_COMMENT = (
    "The bot tokens of a workspace or organisation, sealed with a key that is destroyed "
    "when it leaves; without a body, the organisation whose token serves the workspace."
)
_COMMENT = f"{_OLD_COMMENT[:-1]}, or served it until link_ended."

_LINKED, _SERVED = "organisation <> ''", "organisation <> '' AND NOT link_ended"


def _replace_in_row_security(old: str, new: str) -> None:
    """Replace a condition in the body of the function ``attune_open_workspace``, on PostgreSQL.

    With the new one a transaction sees the organisation of an active link alone.
    """
    if op.get_bind().dialect.name == "postgresql":
        definition = "pg_get_functiondef('attune_open_workspace'::regproc)"
        op.execute(f"DO $do$ BEGIN EXECUTE replace({definition}, $${old}$$, $${new}$$); END $do$")


def upgrade() -> None:
    ended: Column[bool] = Column("link_ended", Boolean(), nullable=False, server_default=false())
    op.add_column("installation", ended)
    if op.get_bind().dialect.supports_comments:
        op.create_table_comment("installation", _COMMENT, existing_comment=_OLD_COMMENT)
    _replace_in_row_security(_LINKED, _SERVED)


def downgrade() -> None:
    _replace_in_row_security(_SERVED, _LINKED)
    op.execute("delete from installation where link_ended")
    if op.get_bind().dialect.supports_comments:
        op.create_table_comment("installation", _OLD_COMMENT, existing_comment=_COMMENT)
    op.drop_column("installation", "link_ended")
