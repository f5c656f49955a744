"""On which day a team was removed: its row stays, because people count in its open periods.

Whoever is on a frozen list counts until the close through the team that feeds the period, and the
supervisors go on reading the published tables. The column changes with an operator's command
alone, and names nobody. A team removed before a downgrade would be active again, with a channel
that no product has, so that its rows are deleted.
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
