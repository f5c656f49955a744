"""The database's own random id, by which a key store knows the database that it serves.

It is a row of the table of watermarks, written once and never changed; every copy has the same.
"""

from alembic import op

from bot.store import database_identity

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
supports_since = "0008"
rewritten_tables = ()


def upgrade() -> None:
    database_identity.create_database_id(op.get_bind())


def downgrade() -> None:
    # The id stays: the key store's claim has it, and a later upgrade finds it again.
    return
