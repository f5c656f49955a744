"""The table of the Slack workspaces and organisations that installed the bot from its link."""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, String, Table, false

from bot.store.schema_metadata import metadata

installations = Table(
    "installation",
    metadata,
    Column("workspace", String(80), primary_key=True),
    Column("organisation", String(80), nullable=False, server_default=""),
    Column("body", LargeBinary, nullable=True),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("renewal_until", BigInteger, nullable=False, server_default="0"),
    Column("link_ended", Boolean, nullable=False, server_default=false()),
    Index("installation_organisation", "organisation"),
    comment="The bot tokens of a workspace or organisation, sealed with a key that is destroyed "
    "when it leaves; without a body, the organisation whose token serves the workspace, or served "
    "it until link_ended.",
)
