"""Insert the random id of the database, by which a key store identifies the database it serves.

It is a row in the table of watermarks (`duty`), inserted once and never updated, so that every copy
of the database has the same.
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
    # The row remains: the claim in the key store contains the id, and a later upgrade reuses it.
    return
