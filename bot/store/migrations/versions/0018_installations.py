"""Add the table `installation`: the workspaces that installed the app, with encrypted tokens.

Each row is encrypted with a random key of its own, which is in the key store, and with the pepper:
without that key no copy of the row can be decrypted. It does not contain who installed the app.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, LargeBinary, PrimaryKeyConstraint, String

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
supports_since = "0017"
rewritten_tables = ()

_COMMENT = (
    "The bot tokens of a workspace or organisation, sealed with a key that is destroyed "
    "when it leaves; without a body, the organisation whose token serves the workspace."
)


def upgrade() -> None:
    op.create_table(
        "installation",
        Column("workspace", String(80), nullable=False),
        Column("organisation", String(80), nullable=False, server_default=""),
        Column("body", LargeBinary, nullable=True),
        Column("version", BigInteger, nullable=False, server_default="0"),
        Column("renewal_until", BigInteger, nullable=False, server_default="0"),
        PrimaryKeyConstraint("workspace"),
        comment=_COMMENT,
    )
    op.create_index("installation_organisation", "installation", ["organisation"])


def downgrade() -> None:
    op.drop_table("installation")
