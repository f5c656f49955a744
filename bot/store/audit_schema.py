"""Tables of what happened to set-ups, a part of :mod:`bot.store.schema`, where its rules are."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table, Text

from bot.store.schema_metadata import metadata

audit_entries = Table(
    "audit_entry",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("workspace", String(80), nullable=False),
    Column("team", String(32), nullable=False),
    Column("team_name", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(20), nullable=False),
    Column("subject", String(80), nullable=False, server_default=""),
    Column("detail", String(200), nullable=False, server_default=""),
    Index("audit_entry_team", "team", "at"),
    Index("audit_entry_at", "at"),
    Index("audit_entry_workspace", "workspace"),
    sqlite_with_rowid=False,
    comment="Who changed which set-up or role when, '' for the operator; kept 24 months.",
)

operator_entries = Table(
    "operator_entry",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("action", String(20), nullable=False),
    Column("actor", String(20), nullable=False),
    Column("row_count", BigInteger, nullable=False),
    Column("reason", String(60), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Index("operator_entry_at", "at"),
    sqlite_with_rowid=False,
    comment="Purges of workspaces, each as a digest with a key outside the database, and rotations "
    "of secrets; kept 24 months.",
)

previous_setups = Table(
    "previous_setup",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("workspace", String(80), nullable=False),
    Column("person", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Index("previous_setup_workspace", "workspace"),
    sqlite_with_rowid=False,
    comment="The set-up before the last change, for a day, so that who made it can undo it.",
)
