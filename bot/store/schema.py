"""The database schema: all tables and columns; the first file for a privacy officer to read.

Before adding a column, consider what a supervisor with a copy of the database could learn
from it, or from a copy each night. Instants are whole Unix seconds in UTC, local days are
dates, ids are those of Slack or Teams. What people file is in sealed records of a fixed size,
whose keys are not in the database. No other row may change with what somebody files, and
tables whose physical order could reveal an order of requests have random keys and no row id.

Some names in the database are older than the terms of the code: ``duty`` has the watermarks, its
column ``looked`` their Unix seconds; ``inbox`` has idempotency keys, ``seal`` encrypted secrets,
``alias`` linked accounts, ``way`` chat routes; ``delivery.late`` is a deadline and
``workspace.pace`` a rate limit in messages per minute.

A new table is also listed in :mod:`bot.store.workspace_rows`, which tells a purge its rows, and in
:mod:`bot.store.data_map`, which declares the columns that are about a person.
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
    UniqueConstraint,
)

from bot.store import audit_schema, counting_schema, installation_schema, schema_metadata

metadata = schema_metadata.metadata
audit_entries = audit_schema.audit_entries
operator_entries = audit_schema.operator_entries
previous_setups = audit_schema.previous_setups
installations = installation_schema.installations
periods = counting_schema.periods
feeds = counting_schema.feeds
ledger_records = counting_schema.ledger_records
period_members = counting_schema.period_members
unit_classes = counting_schema.unit_classes
releases = counting_schema.releases

workspaces = Table(
    "workspace",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("suspended", String(60), nullable=False, server_default=""),
    Column("rests_until", BigInteger, nullable=False, server_default="0"),
    Column("pace", Integer, nullable=False, server_default="0"),
    Column("probes", Integer, nullable=False, server_default="0"),
    Column("probe_at", BigInteger, nullable=False, server_default="0"),
    Column("uninstalled", BigInteger, nullable=False, server_default="0"),
    comment="A Slack workspace or Teams tenant: why or until when it takes no messages, if so; "
    "probes counts the probes in vain, and before the next message a probe is sent. "
    "uninstalled is since when the app is removed, if it is.",
)

chat_routes = Table(
    "way",
    metadata,
    Column("workspace", String(80), primary_key=True),
    Column("person", String(80), primary_key=True),
    Column("channel", String(80), primary_key=True),
    Column("way", String(400), nullable=False),
    comment="A product's own route to a channel, or to a person for as long as they joined.",
)

teams = Table(
    "team",
    metadata,
    Column("id", String(32), primary_key=True),
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
    Column("unreachable", String(60), nullable=False, server_default=""),
    Column("holidays", String(9), nullable=False, server_default=""),
    Column("removed", Date, nullable=True),
    UniqueConstraint("workspace", "channel"),
    comment="Clinicians supervised together. checkin_day is an ISO weekday, tip_days '2,4', "
    "holidays the region whose public holidays are kept, 'CA-QC'.",
)

linked_accounts = Table(
    "alias",
    metadata,
    Column("workspace", String(80), primary_key=True),
    Column("person", String(80), primary_key=True),
    Column("same_workspace", String(80), nullable=False),
    Column("same_person", String(80), nullable=False),
    Index("alias_same", "same_workspace", "same_person"),
    comment="Accounts that an operator says are one person's; nothing of what either does.",
)

rosters = Table(
    "roster",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("workspace", String(80), primary_key=True),
    Column("person", String(80), primary_key=True),
    Column("declared", Boolean, nullable=False),
    Index("roster_person", "workspace", "person"),
    comment="Who may contribute to a team's counts: declared by the set-up, or joined.",
)

roles = Table(
    "role",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("workspace", String(80), primary_key=True),
    Column("person", String(80), primary_key=True),
    Column("role", String(12), primary_key=True),
    Column("agreed", Boolean, nullable=False),
    Index("role_person", "workspace", "person"),
    comment="Supervisors and directors; agreed: the agreement on reading counts was given.",
)

close_notices = Table(
    "close_notice",
    metadata,
    Column("workspace", String(80), primary_key=True),
    Column("person", String(80), primary_key=True),
    Column("stopped", Boolean, nullable=False),
    Column("day", Integer, nullable=True),
    Column("time", String(5), nullable=True),
    sqlite_with_rowid=False,
    comment="Who stopped or moved the notice of a closed period; written when they choose alone.",
)

people = Table(
    "person",
    metadata,
    Column("workspace", String(80), primary_key=True),
    Column("id", String(80), primary_key=True),
    Column("language", String(10), nullable=False, server_default=""),
    Column("locale", String(20), nullable=False, server_default=""),
    Column("zone", String(60), nullable=False, server_default=""),
    Column("checkin_day", Integer, nullable=True),
    Column("checkin_time", String(5), nullable=True),
    Column("paused_until", Date, nullable=True),
    Column("joined", Boolean, nullable=False),
    Column("home_team", String(32), nullable=False, server_default=""),
    Column("unreachable", String(60), nullable=False, server_default=""),
    Column("work_days", String(13), nullable=False, server_default=""),
    Column("closed_since", Date, nullable=True),
    comment="What is kept about a person; work_days are '1,2,3' for somebody part-time, "
    "closed_since is the day on which the product first reported the account as closed.",
)

team_records = Table(
    "team_record",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
    comment="Unanswered counts and intentions of a team's people, encrypted; of one size.",
)

deliveries = Table(
    "delivery",
    metadata,
    Column("id", String(32), primary_key=True),
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
    UniqueConstraint("workspace", "kind", "person", "channel", "slot"),
    Index("delivery_owed", "state", "workspace", "due"),
    Index("delivery_late", "late"),
    comment="A message owed; the unique key is the promise. detail: content ids, never answers.",
)

watermarks = Table(
    "duty",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("looked", BigInteger, nullable=False),
    comment="Until when each duty of the clock has looked; what fell due later was missed.",
)

duty_runs = Table(
    "duty_run",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("last_run", BigInteger, nullable=False),
    Column("failed_runs", Integer, nullable=False),
    comment="When each duty of the clock last ran, and how many of its runs failed in a row.",
)

idempotency_keys = Table(
    "inbox",
    metadata,
    Column("key", LargeBinary(32), primary_key=True),
    Column("day", Date, nullable=False),
    sqlite_with_rowid=False,
    comment="Keyed digests of acts already done, so that a retry acts once; two days.",
)

encrypted_secrets = Table(
    "seal",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("body", LargeBinary(4000), nullable=False),
    comment="A product's tokens, sealed with the pepper; nobody reads them from a copy.",
)
