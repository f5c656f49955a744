"""Add the table `audit_entry`: the audit trail of set-ups and roles.

A row is inserted in the transaction of a set-up, a change of roles, a move, a handover or the
closing of a team, with the id of who made it. All of that is posted in the channel or visible in
the set-up, so that a copy of the database reveals nothing new but the time. No row is inserted when
a person files, answers, joins, pauses or leaves: a list is stored as a count, without ids.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, String

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
supports_since = "0015"
rewritten_tables = ()

_COMMENT = "Who changed which set-up or role when, '' for the operator; kept 24 months."


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        Column("id", String(32), nullable=False),
        Column("workspace", String(80), nullable=False),
        Column("team", String(32), nullable=False),
        Column("team_name", String(80), nullable=False),
        Column("at", BigInteger, nullable=False),
        Column("actor", String(80), nullable=False),
        Column("action", String(20), nullable=False),
        Column("subject", String(80), nullable=False, server_default=""),
        Column("detail", String(200), nullable=False, server_default=""),
        PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
        comment=_COMMENT,
    )
    op.create_index("audit_entry_team", "audit_entry", ["team", "at"])
    op.create_index("audit_entry_at", "audit_entry", ["at"])


def downgrade() -> None:
    op.drop_table("audit_entry")
