"""Add indexes for queries that scanned a whole table.

With 5,000 teams and 100,000 people a form scanned the frozen lists of all teams for accounts that
are linked to people of its team, which took 100 milliseconds; a page of tables scanned all roles.
An index contains no data that its table does not.
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
supports_since = "0017"
rewritten_tables = ()

_INDEXES = {
    "alias_same": ("alias", ["same_workspace", "same_person"]),
    "audit_entry_workspace": ("audit_entry", ["workspace"]),
    "feed_team": ("feed", ["team"]),
    "feed_unit": ("feed", ["ledger", "unit", "closes"]),
    "previous_setup_workspace": ("previous_setup", ["workspace"]),
    "role_person": ("role", ["workspace", "person"]),
}


def upgrade() -> None:
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table)
