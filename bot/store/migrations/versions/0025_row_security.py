"""Add row security on PostgreSQL: a transaction reads and writes the rows of one tenant alone.

No column and no row changes. Each policy compares a row with the list of workspaces in the
transaction's setting ``attune.workspaces``, in which ``*`` is every workspace. Without the setting
a statement fails with 42704 or 22P02: an earlier release, which does not set it, cannot run on this
schema, and treats the database as unavailable, not as empty. So stop every process of the earlier
release first. The policies do not apply to a superuser or a role with BYPASSRLS.
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None
supports_since = "0017"
supports_since_on_postgresql = "0025"
rewritten_tables = ()

_VISIBLE = "(SELECT current_setting('attune.workspaces')::text[])::text[]"
"""The cast is outside the subquery, which is thus evaluated once per statement."""


def _is_visible(workspace: str) -> str:
    """Return the SQL condition that the setting contains *workspace* or ``*``.

    It is one comparison, since the planner prepares each use of the setting for each statement.
    """
    return f"ARRAY[{workspace}, '*']::text[] && {_VISIBLE}"


def _is_team_visible(column: str) -> str:
    """Return the SQL condition that the policy of ``team`` shows the row with this id."""
    return f"EXISTS (SELECT FROM team WHERE team.id = {column})"


def _is_unit_visible(table: str) -> str:
    unit = f"{table}.unit"
    name = f"split_part(substr({unit}, 10), '/', 1)"
    pool = f"CASE WHEN starts_with({unit}, 'practice:') THEN {name} END"
    is_team = f"starts_with({unit}, 'team:') AND {_is_team_visible(f'substr({unit}, 6)')}"
    return f"({_is_visible(pool)} OR ({is_team}))"


_BY_WORKSPACE = (
    "delivery",
    "way",
    "close_notice",
    "previous_setup",
    "audit_entry",
    "installation",
    "person",
    "team",
)
_BY_TEAM = ("roster", "role")
_BY_UNIT = ("ledger_record", "unit_class", "release")

_POLICIES = {
    "workspace": _is_visible("id"),
    **{name: _is_visible("workspace") for name in _BY_WORKSPACE},
    "alias": f"{_is_visible('workspace')} OR {_is_visible('same_workspace')}",
    "team_record": f"{_is_visible('NULL')} OR {_is_team_visible('team_record.team')}",
    **{
        name: f"{_is_visible('workspace')} OR {_is_team_visible(f'{name}.team')}"
        for name in _BY_TEAM
    },
    **{name: _is_unit_visible(name) for name in _BY_UNIT},
    "feed": _is_unit_visible("feed"),
    "period": _is_visible("workspace"),
    "period_member": f"{_is_visible('workspace')} OR {_is_unit_visible('period_member')}",
}
"""Conditions of the rows that SELECT, UPDATE and DELETE see, by table.

The comparison with the setting comes first, so that a query across workspaces executes no subquery
for each row.
"""

_IS_UNRESTRICTED = _is_visible("NULL")

_INSERTS = {
    "alias": f"{_is_visible('workspace')} AND {_is_visible('same_workspace')}",
    **{
        name: f"{_IS_UNRESTRICTED} OR "
        f"({_is_visible('workspace')} AND {_is_team_visible(f'{name}.team')})"
        for name in _BY_TEAM
    },
    "feed": f"{_IS_UNRESTRICTED} OR {_is_team_visible('feed.team')}",
    "period": _is_unit_visible("period"),
    "period_member": _is_unit_visible("period_member"),
}
"""Additional conditions of inserted rows, by table: both tenants of a row must be in the setting.

With ``*`` the condition is always true: rows may then be inserted before their team.
"""

_OPEN_WORKSPACE = """
CREATE FUNCTION attune_open_workspace(opened text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    visible text[] := ARRAY[opened];
    found text[];
BEGIN
    IF opened IS NULL OR opened = '*' THEN
        RAISE EXCEPTION 'no workspace' USING ERRCODE = '22023';
    END IF;
    PERFORM set_config('attune.workspaces', '{*}', true);
    LOOP
        SELECT array_agg(DISTINCT linked.name) INTO found FROM (
            SELECT same_workspace AS name FROM alias WHERE workspace = ANY (visible)
            UNION
            SELECT workspace FROM alias WHERE same_workspace = ANY (visible)
        ) AS linked WHERE linked.name <> ALL (visible);
        EXIT WHEN found IS NULL;
        visible := visible || found;
    END LOOP;
    SELECT array_agg(organisation) INTO found FROM installation
        WHERE workspace = opened AND organisation <> '';
    PERFORM set_config('attune.workspaces', (visible || found)::text, true);
END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(_OPEN_WORKSPACE)
    for table, condition in _POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({condition})")
    for table, condition in _INSERTS.items():
        op.execute(
            f"CREATE POLICY tenant_insert ON {table} AS RESTRICTIVE FOR INSERT "
            f"WITH CHECK ({condition})"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in _INSERTS:
        op.execute(f"DROP POLICY tenant_insert ON {table}")
    for table in _POLICIES:
        op.execute(f"DROP POLICY tenant ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP FUNCTION attune_open_workspace(text)")
