"""Add the column `removed` to `team`: the day on which it was removed; the row remains.

People on a frozen list count until the close through the team that feeds the period, and the
supervisors can read the published tables after it. The column is updated by an operator's command
alone. A downgrade deletes the rows of removed teams: they would be active again, with a channel
that does not exist.
"""

from alembic import op
from sqlalchemy import Column, Date, column, delete, select, table

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
supports_since = "0015"
rewritten_tables = ()

_teams = table("team", column("id"), column("removed"))
_roles = table("role", column("team"))


def upgrade() -> None:
    op.add_column("team", Column("removed", Date(), nullable=True))


def downgrade() -> None:
    is_removed = _teams.c.removed.is_not(None)
    op.execute(delete(_roles).where(_roles.c.team.in_(select(_teams.c.id).where(is_removed))))
    op.execute(delete(_teams).where(is_removed))
    op.drop_column("team", "removed")
