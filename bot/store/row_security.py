"""Tenant isolation: which rows a transaction may read and write, and the one place that sets it.

**The rule.** A job that serves a workspace reads and writes the rows of its tenant group alone:

- the workspace itself;
- the workspaces to which an operator's link (``[[same]]``) connects it, directly or through
  another one. A linked person counts in the team of their main account, so that their forms write
  the records of that team, and how many tables a person is in is counted over all accounts of
  everybody on a list;
- the Enterprise organisation whose installation serves it, of which nothing is stored but that.

Which rows a workspace has is in :mod:`bot.store.workspace_rows`. What acts for several tenants says
so by name: :attr:`bot.store.store.Store.across_workspaces`, and :func:`begin_across_workspaces` for
steps with a transaction of their own.

**PostgreSQL** enforces it by row-level security (RLS), forced for the owner of the tables too. The
policies of the migration 0025 compare each row with the list in the transaction's setting
``attune.workspaces``, which the database computes from its own rows in the function
``attune_open_workspace``. A job sets it anew in the statement that opens its savepoint: neither an
earlier job of the same transaction nor a rolled back one leaves its own list behind. Without the
setting every statement that would read or write a row fails, instead of finding none: a program
that does not know it, such as an earlier release, must not take a full database for an empty one
and remove the keys that no row seems to need. Superusers and roles with ``BYPASSRLS`` pass any
policy; ``doctor`` says so, see :class:`bot.store.server_roles.ServerRoles`.

**SQLite** has no row security: there the queries alone decide which rows a job reads and writes.
The tests that try every handler and verb with the ids of another workspace run on both databases.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine

_SET_ALL_TENANTS_SQL = "SELECT set_config('attune.workspaces', '{*}', true)"
"""Lets the policies admit the rows of all tenants until the end of the transaction."""

_SET_TENANT_SQL = "SELECT attune_open_workspace(%s)"


def build_set_tenant_sql(workspace: str | None) -> str:
    """Return the statement that sets the tenant group of *workspace*; with ``None`` all tenants.

    The id is encoded, so that nothing in it can end the literal. Raises :class:`ValueError`
    for what is no id, with which the database would fail the jobs of other workspaces too.
    """
    if workspace is None:
        return _SET_ALL_TENANTS_SQL
    if workspace == "*" or "\0" in workspace:
        raise ValueError("no workspace has this id")
    encoded = workspace.encode().hex()
    return f"SELECT attune_open_workspace(convert_from(decode('{encoded}', 'hex'), 'UTF8'))"


def set_tenant(connection: Connection, workspace: str | None) -> None:
    """Set the tenant group of *workspace* for the rest of the transaction; ``None`` for all.

    On SQLite it does nothing.
    """
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        if workspace is None:
            driver.execute(_SET_ALL_TENANTS_SQL)
        else:
            driver.execute(_SET_TENANT_SQL, (workspace,))


@contextmanager
def begin_across_workspaces(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction with the rows of all tenants; for steps that no job can run."""
    with engine.begin() as connection:
        set_tenant(connection, None)
        yield connection
