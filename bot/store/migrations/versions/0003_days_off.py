"""Add public holidays, part-time days and the watermarks of scheduled duties.

`bot/store/schema.py` documents each table and what its columns must never contain.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, String

_TEAMS = (
    "Clinicians supervised together. checkin_day is an ISO weekday, tip_days '2,4', "
    "holidays the region whose public holidays are kept, 'CA-QC'."
)
_PEOPLE = (
    "What is kept about a person; quiet counts 0 to 6 unanswered check-ins, work_days "
    "are '1,2,3' for somebody part-time."
)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
supports_since = "0001"
rewritten_tables = ()


def upgrade() -> None:
    op.create_table(
        "duty",
        Column("name", String(40), nullable=False),
        Column("looked", BigInteger, nullable=False),
        PrimaryKeyConstraint("name"),
        comment="Until when each duty of the clock has looked; what fell due later was missed.",
    )
    for table, column, length in (("team", "holidays", 9), ("person", "work_days", 13)):
        op.add_column(table, Column(column, String(length), nullable=False, server_default=""))
    if op.get_bind().dialect.supports_comments:
        op.create_table_comment("team", _TEAMS)
        op.create_table_comment("person", _PEOPLE)


def downgrade() -> None:
    op.drop_column("person", "work_days")
    op.drop_column("team", "holidays")
    op.drop_table("duty")
