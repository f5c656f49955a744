"""Create the first tables: teams, people, the delivery queue and the counting ledger.

`bot/store/schema.py` documents each table and what its columns must never contain.
"""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
supports_since = "0001"
rewritten_tables = ()

_TABLES = (
    "workspace",
    "team",
    "roster",
    "role",
    "person",
    "intention",
    "delivery",
    "inbox",
    "period",
    "feed",
    "slip",
    "release",
)


def upgrade() -> None:
    _workspaces_and_teams()
    _people()
    _intentions()
    _deliveries()
    _inbox()
    _open_periods()
    _slips_and_releases()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)


def _workspaces_and_teams() -> None:
    op.create_table(
        "workspace",
        Column("id", String(80), nullable=False),
        Column("suspended", String(60), nullable=False, server_default=""),
        PrimaryKeyConstraint("id"),
        comment="A Slack workspace or Teams tenant, and why it takes no messages, if so.",
    )
    op.create_table(
        "team",
        Column("id", String(32), nullable=False),
        Column("workspace", String(80), nullable=False),
        Column("channel", String(80), nullable=False),
        Column("name", String(80), nullable=False),
        Column("practice", String(80), nullable=False, server_default=""),
        Column("language", String(10), nullable=False),
        Column("zone", String(60), nullable=False),
        Column("checkin_day", Integer, nullable=False),
        Column("checkin_time", String(5), nullable=False),
        Column("tip_days", String(20), nullable=False),
        Column("tip_time", String(5), nullable=False),
        Column("question", String(10), nullable=False),
        Column("open_to_team", Boolean, nullable=False),
        PrimaryKeyConstraint("id"),
        UniqueConstraint("workspace", "channel"),
        comment="Clinicians supervised together. checkin_day is an ISO weekday, tip_days '2,4'.",
    )


def _people() -> None:
    op.create_table(
        "roster",
        Column("team", String(32), nullable=False),
        Column("workspace", String(80), nullable=False),
        Column("person", String(80), nullable=False),
        Column("declared", Boolean, nullable=False),
        PrimaryKeyConstraint("team", "workspace", "person"),
        comment="Who may contribute to a team's counts: declared by the set-up, or joined.",
    )
    op.create_index("roster_person", "roster", ["workspace", "person"])
    op.create_table(
        "role",
        Column("team", String(32), nullable=False),
        Column("workspace", String(80), nullable=False),
        Column("person", String(80), nullable=False),
        Column("role", String(12), nullable=False),
        Column("agreed", Boolean, nullable=False),
        PrimaryKeyConstraint("team", "workspace", "person", "role"),
        comment="Supervisors and directors; agreed: the agreement on reading counts was given.",
    )
    op.create_table(
        "person",
        Column("workspace", String(80), nullable=False),
        Column("id", String(80), nullable=False),
        Column("language", String(10), nullable=False, server_default=""),
        Column("locale", String(20), nullable=False, server_default=""),
        Column("zone", String(60), nullable=False, server_default=""),
        Column("checkin_day", Integer, nullable=True),
        Column("checkin_time", String(5), nullable=True),
        Column("paused_until", Date, nullable=True),
        Column("joined", Boolean, nullable=False),
        Column("home_team", String(32), nullable=False, server_default=""),
        Column("quiet", Integer, nullable=False, server_default="0"),
        Column("unreachable", String(60), nullable=False, server_default=""),
        PrimaryKeyConstraint("workspace", "id"),
        comment="What is kept about a person; quiet counts 0 to 6 unanswered check-ins.",
    )


def _intentions() -> None:
    op.create_table(
        "intention",
        Column("workspace", String(80), nullable=False),
        Column("person", String(80), nullable=False),
        Column("code", String(20), nullable=False),
        Column("sign", String(40), nullable=False),
        Column("week", String(8), nullable=False),
        Column("until", Date, nullable=False),
        PrimaryKeyConstraint("workspace", "person"),
        comment="What a person asked to be reminded of, for 8 days; no link to any debrief.",
    )


def _deliveries() -> None:
    op.create_table(
        "delivery",
        Column("id", String(32), nullable=False),
        Column("workspace", String(80), nullable=False),
        Column("kind", String(20), nullable=False),
        Column("person", String(80), nullable=False, server_default=""),
        Column("channel", String(80), nullable=False, server_default=""),
        Column("slot", String(40), nullable=False),
        Column("due", BigInteger, nullable=False),
        Column("late", BigInteger, nullable=False),
        Column("state", String(12), nullable=False),
        Column("attempt", Integer, nullable=False, server_default="0"),
        Column("started", BigInteger, nullable=False, server_default="0"),
        Column("detail", String(200), nullable=False, server_default=""),
        Column("reference", String(80), nullable=False, server_default=""),
        Column("reason", String(60), nullable=False, server_default=""),
        PrimaryKeyConstraint("id"),
        UniqueConstraint("workspace", "kind", "person", "channel", "slot"),
        comment=(
            "A message owed; the unique key is the promise. detail: content ids, never answers."
        ),
    )
    op.create_index("delivery_owed", "delivery", ["state", "workspace", "due"])
    op.create_index("delivery_late", "delivery", ["late"])


def _inbox() -> None:
    op.create_table(
        "inbox",
        Column("key", LargeBinary(32), nullable=False),
        Column("day", Date, nullable=False),
        PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
        comment="Keyed digests of acts already done, so that a retry acts once; two days.",
    )


def _open_periods() -> None:
    op.create_table(
        "period",
        Column("ledger", String(10), nullable=False),
        Column("unit", String(180), nullable=False),
        Column("closes", Date, nullable=False),
        Column("opens", Date, nullable=False),
        Column("closes_at", BigInteger, nullable=False),
        Column("size", Integer, nullable=False),
        Column("weeks", Integer, nullable=False),
        Column("cap", Integer, nullable=False),
        Column("epsilon", String(10), nullable=False),
        Column("question", String(10), nullable=False),
        Column("pepper", String(16), nullable=False),
        Column("salt", LargeBinary(32), nullable=False),
        PrimaryKeyConstraint("ledger", "unit", "closes"),
        sqlite_with_rowid=False,
        comment="An open period and the terms it opened with; destroyed when it closes.",
    )
    op.create_table(
        "feed",
        Column("ledger", String(10), nullable=False),
        Column("team", String(32), nullable=False),
        Column("closes", Date, nullable=False),
        Column("unit", String(180), nullable=False),
        PrimaryKeyConstraint("ledger", "team", "closes"),
        sqlite_with_rowid=False,
        comment="Into which open period a team's debriefs go, fixed while it is open.",
    )


def _slips_and_releases() -> None:
    op.create_table(
        "slip",
        Column("id", LargeBinary(16), nullable=False),
        Column("ledger", String(10), nullable=False),
        Column("unit", String(180), nullable=False),
        Column("closes", Date, nullable=False),
        Column("token", LargeBinary(32), nullable=False),
        Column("code", String(20), nullable=False),
        PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
        comment="What a debrief leaves while its period is open: no person, no time, no text.",
    )
    op.create_table(
        "release",
        Column("ledger", String(10), nullable=False),
        Column("unit", String(180), nullable=False),
        Column("closes", Date, nullable=False),
        Column("opens", Date, nullable=False),
        Column("cap", Integer, nullable=False),
        Column("question", String(10), nullable=False),
        Column("body", String(400), nullable=False),
        PrimaryKeyConstraint("ledger", "unit", "closes"),
        sqlite_with_rowid=False,
        comment="A published table, in words; never computed again, kept 24 months.",
    )
