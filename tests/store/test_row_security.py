"""Row security on PostgreSQL: a transaction has the rows of its workspace, and without one none."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from bot.store.repositories import Repositories
from bot.store.row_security import build_set_tenant_sql, set_tenant
from bot.store.schema import metadata
from bot.store.store import Store
from bot.store.workspace_rows import LAST_ROWS_BY_TABLE, ROWS_BY_TABLE
from tests.key_folders import open_test_store
from tests.postgres import PostgresServer
from tests.store.conftest import PEPPERS
from tests.store.sample_workspaces import (
    GONE,
    STAYING,
    build_own_team,
    mentions,
    seed_workspace,
    workspace_key,
)

pytestmark = pytest.mark.postgresql

TENANT_TABLES = sorted({*ROWS_BY_TABLE, *LAST_ROWS_BY_TABLE})
"""The tables with rows of a workspace."""

Rows = dict[str, set[tuple[object, ...]]]


class UndoneError(Exception):
    """Ends a job whose changes are to be rolled back."""


@pytest.fixture(scope="module")
def seeded_url(postgres: PostgresServer, postgres_template: str) -> Iterator[str]:
    """The URL of a database with two workspaces, which no test changes."""
    name = postgres.create_database(postgres_template)
    url = postgres.database_url(name)
    store = open_test_store(url, PEPPERS)
    for word in (STAYING, GONE):
        asyncio.run(seed_workspace(store, word))
    store.close_sync()
    yield url
    postgres.drop_database(name)


@pytest.fixture
def database(migrated_postgres_url: str) -> str:
    """The URL of a database without rows; SQLite has no row security."""
    return migrated_postgres_url


@pytest.fixture
async def seeded_store(seeded_url: str) -> AsyncIterator[Store]:
    """A store on the database with two workspaces."""
    store = open_test_store(seeded_url, PEPPERS)
    yield store
    await store.close()


def list_tables() -> list[Table]:
    """Return the tables with rows of a workspace."""
    return [metadata.tables[name] for name in TENANT_TABLES]


def read_rows(repos: Repositories) -> Rows:
    """Return every row that the job sees, by table."""
    return {
        table.name: {tuple(row) for row in repos._connection.execute(select(table))}
        for table in list_tables()
    }


def read_all_rows(repos: Repositories) -> Rows:
    """Return every row of all workspaces, by table; the job has them from now on."""
    set_tenant(repos._connection, None)
    return read_rows(repos)


def select_mentioning(rows: Rows, word: str) -> Rows:
    """Return the rows that mention *word*."""
    return {name: {row for row in rows[name] if mentions(row, word)} for name in rows}


def test_every_table_of_workspaces_has_a_forced_policy(seeded_url: str) -> None:
    """And only these: a new table with a workspace needs one, also against its owner."""
    with psycopg.connect(seeded_url.replace("+psycopg", "")) as connection:
        rows = connection.execute(
            "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid"
            " WHERE relrowsecurity AND relforcerowsecurity AND polpermissive"
        )
        assert sorted(name for (name,) in rows) == TENANT_TABLES


@pytest.mark.parametrize("name", TENANT_TABLES)
@pytest.mark.parametrize("code", ["42704", "22P02"])
def test_connection_without_the_setting_has_no_row(seeded_url: str, name: str, code: str) -> None:
    """It is refused rather than shown an empty table, before the first transaction and after it."""
    read, erase = (
        sql.SQL(verb + " FROM {}").format(sql.Identifier(name)) for verb in ("SELECT *", "DELETE")
    )
    with psycopg.connect(seeded_url.replace("+psycopg", ""), autocommit=True) as connection:
        if code == "22P02":
            with connection.transaction():
                connection.execute(build_set_tenant_sql(None).encode())
                assert connection.execute(read).fetchall()
        for statement in (read, erase):
            with pytest.raises(psycopg.Error) as refusal:
                connection.execute(statement)
            assert refusal.value.sqlstate == code


@pytest.mark.parametrize(("word", "other"), [(GONE, STAYING), (STAYING, GONE)])
async def test_workspace_reads_its_own_rows_alone(
    seeded_store: Store, word: str, other: str
) -> None:
    """All of them, to the byte, and none of another's, of each table."""
    every = await seeded_store.across_workspaces.read(read_rows)

    visible = await seeded_store.for_workspace(workspace_key(word)).read(read_rows)

    own = select_mentioning(every, word)
    # Which workspaces an organisation serves is read across workspaces.
    own["installation"] = {row for row in own["installation"] if row[0] == workspace_key(word)}
    assert visible == own
    assert all(visible.values())
    assert not any(select_mentioning(visible, other).values())


async def test_workspace_changes_and_deletes_no_row_of_another(seeded_store: Store) -> None:
    """A statement without any condition leaves the other workspace's rows, to the byte."""

    def overwrite_and_delete(repos: Repositories) -> None:
        for table in list_tables():
            column = list(table.columns)[-1]
            repos._connection.execute(update(table).values({column: column}))
            repos._connection.execute(delete(table))
        read_after.append(read_all_rows(repos))
        raise UndoneError

    read_after: list[Rows] = []
    before = await seeded_store.across_workspaces.read(read_rows)

    with pytest.raises(UndoneError):
        await seeded_store.for_workspace(workspace_key(GONE)).write(overwrite_and_delete)

    (after,) = read_after
    assert select_mentioning(after, STAYING) == select_mentioning(before, STAYING)
    remaining = {row for rows in select_mentioning(after, GONE).values() for row in rows}
    # Rows that are found by those of a table that is deleted before them, and the link of an
    # organisation, which is another workspace's row.
    assert len(remaining) < sum(map(len, select_mentioning(before, GONE).values())) / 2


@pytest.mark.parametrize("name", TENANT_TABLES)
async def test_workspace_inserts_no_row_of_another(seeded_store: Store, name: str) -> None:
    """A row that was just deleted cannot be put back by a job of another workspace."""

    def put_back(repos: Repositories) -> None:
        table, connection = metadata.tables[name], repos._connection
        set_tenant(connection, None)
        row = next(
            row
            for row in connection.execute(select(table)).mappings()
            if mentions(tuple(row.values()), STAYING)
        )
        is_row = [column == row[column.name] for column in table.primary_key]
        assert connection.execute(delete(table).where(*is_row)).rowcount == 1
        set_tenant(connection, workspace_key(GONE))
        connection.execute(insert(table), dict(row))

    with pytest.raises(DBAPIError, match="42501"):
        await seeded_store.for_workspace(workspace_key(GONE)).write(put_back)


async def test_record_that_another_job_opened_stays_hidden(seeded_store: Store) -> None:
    """The jobs of a transaction share opened records, but not across workspaces."""
    team, other = build_own_team(GONE), build_own_team(STAYING)

    def open_both(repos: Repositories) -> list[str]:
        loaded = repos._records.team_records.load_records([team.id, other.id])
        return sorted(loaded)

    results = await asyncio.gather(
        seeded_store.across_workspaces.write(open_both),
        seeded_store.for_workspace(other.workspace).write(open_both),
        seeded_store.for_workspace(team.workspace).write(open_both),
        seeded_store.across_workspaces.write(open_both),
    )

    assert list(results) == [[team.id, other.id], [other.id], [team.id], [team.id, other.id]]
