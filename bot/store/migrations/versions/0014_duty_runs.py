"""Add the table `duty_run`: the last run of each periodic job, and its consecutive failures.

The rows are those of the timetable, the tick and the write probe. They are upserted at every tick,
whatever people do, and contain no id of a person, team or workspace.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, String

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
supports_since = "0012"
rewritten_tables = ()

_COMMENT = "When each duty of the clock last ran, and how many of its runs failed in a row."


def upgrade() -> None:
    op.create_table(
        "duty_run",
        Column("name", String(40), nullable=False),
        Column("last_run", BigInteger, nullable=False),
        Column("failed_runs", Integer, nullable=False),
        PrimaryKeyConstraint("name"),
        comment=_COMMENT,
    )


def downgrade() -> None:
    op.drop_table("duty_run")
