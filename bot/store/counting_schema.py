"""Tables of counting periods and of what they publish, a part of :mod:`bot.store.schema`.

Its rules are there. Open periods are destroyed when they close; lists and published tables stay.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    false,
)

from bot.store.schema_metadata import metadata

periods = Table(
    "period",
    metadata,
    Column("ledger", String(10), primary_key=True),
    Column("unit", String(180), primary_key=True),
    Column("closes", Date, primary_key=True),
    Column("opens", Date, nullable=False),
    Column("closes_at", BigInteger, nullable=False),
    Column("size", Integer, nullable=False),
    Column("weeks", Integer, nullable=False),
    Column("cap", Integer, nullable=False),
    Column("epsilon", String(10), nullable=False),
    Column("question", String(10), nullable=False),
    Column("workspace", String(80), nullable=False),
    Column("undone_since", BigInteger, nullable=False, server_default="0"),
    Column("additions_until", BigInteger, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
    comment="An open period and the terms it opened with; destroyed when it closes.",
)

feeds = Table(
    "feed",
    metadata,
    Column("ledger", String(10), primary_key=True),
    Column("team", String(32), primary_key=True),
    Column("closes", Date, primary_key=True),
    Column("unit", String(180), nullable=False),
    Index("feed_team", "team"),
    Index("feed_unit", "ledger", "unit", "closes"),
    sqlite_with_rowid=False,
    comment="Into which open period a team's debriefs go, fixed while it is open.",
)

ledger_records = Table(
    "ledger_record",
    metadata,
    Column("ledger", String(10), primary_key=True),
    Column("unit", String(180), primary_key=True),
    Column("closes", Date, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
    comment="Everything filed in an open period, encrypted; of one size, whatever was filed.",
)

period_members = Table(
    "period_member",
    metadata,
    Column("ledger", String(10), primary_key=True),
    Column("unit", String(180), primary_key=True),
    Column("closes", Date, primary_key=True),
    Column("workspace", String(80), primary_key=True),
    Column("person", String(80), primary_key=True),
    Column("epsilon", String(10), nullable=False),
    Column("erased", Boolean, nullable=False, server_default=false()),
    Index("period_member_person", "workspace", "person"),
    sqlite_with_rowid=False,
    comment="Who was on a unit's list when its period was frozen, and the period's epsilon; "
    "written by the set-up alone, kept for 53 weeks after the close. "
    "erased: the person left their team's list when their data was erased.",
)

unit_classes = Table(
    "unit_class",
    metadata,
    Column("ledger", String(10), primary_key=True),
    Column("unit", String(180), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("fixed_until", Date, nullable=False),
    sqlite_with_rowid=False,
    comment="The declared size that selects the terms of a unit's periods, fixed for a year; "
    "written when a period opens.",
)

releases = Table(
    "release",
    metadata,
    Column("ledger", String(10), primary_key=True),
    Column("unit", String(180), primary_key=True),
    Column("closes", Date, primary_key=True),
    Column("opens", Date, nullable=False),
    Column("cap", Integer, nullable=False),
    Column("question", String(10), nullable=False),
    Column("body", String(400), nullable=False),
    sqlite_with_rowid=False,
    comment="A published table, in words; never computed again, kept 24 months.",
)
