"""Every method of every repository, called for one workspace with the ids of another."""

import asyncio
import shutil
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

import pytest
from sqlalchemy import delete, select

from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import InstallationKeyId, TeamKeyId, period_key_prefix
from bot.store.repositories import Repositories
from bot.store.row_security import set_tenant
from bot.store.schema import metadata
from bot.store.store import Store
from bot.store.workspace_rows import TABLES_WITHOUT_WORKSPACE
from tests.key_folders import key_store_for, open_test_store
from tests.postgres import PostgresServer
from tests.store.conftest import PEPPERS
from tests.store.sample_workspaces import (
    GONE,
    STAYING,
    build_teams,
    mentions,
    seed_workspace,
    workspace_key,
)
from tests.store.tenant_values import Method, call_method, list_methods, load_values

pytestmark = [pytest.mark.postgresql, pytest.mark.no_cover]

METHODS = {
    name: list(methods)
    for name, methods in groupby(list_methods(), key=lambda method: method.repository)
}
REPOSITORIES = sorted(METHODS)

QUERIES = {
    table.name: f"SELECT * FROM \"{table.name}\" AS r WHERE r::text ILIKE '%{STAYING}%'"  # noqa: S608 - fixed names
    for table in metadata.sorted_tables
    if table.name not in TABLES_WITHOUT_WORKSPACE
}


class Outcome(NamedTuple):
    """What a call returned or raised, and every row that then mentions the other workspace."""

    answer: str
    other_rows: frozenset[object]


class UndoneError(Exception):
    """Ends a job whose changes are to be rolled back, with its outcome."""


class Databases(NamedTuple):
    """The same database with another workspace in it, and without."""

    both: Store
    alone: Store
    other_values: Mapping[str, Any]
    own_values: Mapping[str, Any]


@pytest.fixture(scope="module")
def databases(postgres: PostgresServer, postgres_template: str) -> Iterator[Databases]:
    """Two databases that differ in nothing but the rows and keys of the other workspace."""
    both_name = postgres.create_database(postgres_template)
    store = open_test_store(postgres.database_url(both_name), PEPPERS)
    for word in (STAYING, GONE):
        asyncio.run(seed_workspace(store, word))
    store.close_sync()
    names = (both_name, postgres.create_database(both_name))
    urls = [postgres.database_url(name) for name in names]
    folders = [key_store_for(url).folder for url in urls]
    shutil.copytree(folders[0], folders[1], dirs_exist_ok=True)
    both, alone = (open_test_store(url, PEPPERS) for url in urls)
    asyncio.run(alone.across_workspaces.write(delete_other_rows))
    other_values, own_values = (
        both.read_sync(partial(load_values, word=word)) for word in (STAYING, GONE)
    )
    yield Databases(both, alone, other_values, own_values)
    for store, name in zip((both, alone), names, strict=True):
        store.close_sync()
        postgres.drop_database(name)


def delete_other_rows(repos: Repositories) -> None:
    """Delete every row that mentions the other workspace."""
    for name in QUERIES:
        table = metadata.tables[name]
        for row in repos._connection.execute(select(table)).mappings().all():
            if mentions(tuple(row.values()), STAYING):
                is_row = [column == row[column.name] for column in table.primary_key]
                repos._connection.execute(delete(table).where(*is_row))


def read_other_rows(repos: Repositories) -> frozenset[object]:
    """Return every row that mentions the other workspace; the job has all rows from now on."""
    set_tenant(repos._connection, None)
    driver: Any = repos._connection.connection.driver_connection
    return frozenset(
        (name, *row) for name, query in QUERIES.items() for row in driver.execute(query).fetchall()
    )


async def try_method(
    store: Store, method: Method, arguments: Mapping[str, Any], *, reads_rows: bool = True
) -> Outcome:
    """Call a method for the workspace, and undo what it changed."""

    def run(repos: Repositories) -> None:
        savepoint = repos._connection.begin_nested()
        try:
            answer = repr(call_method(repos, method, arguments))
            repos._records.write_dirty()
        except Exception as error:  # noqa: BLE001 - how it is refused is not the claim
            savepoint.rollback()
            answer = f"raised {type(error).__name__}"
        rows: frozenset[object] = read_other_rows(repos) if reads_rows else frozenset()
        raise UndoneError(Outcome(answer, rows))

    with pytest.raises(UndoneError) as undone:
        await store.for_workspace(workspace_key(GONE)).write(run)
    (outcome,) = undone.value.args
    assert isinstance(outcome, Outcome)
    return outcome


def read_keys(store: Store) -> dict[str, bytes]:
    """Return the keys of the other workspace, of its periods and of its teams."""
    assert isinstance(store.key_store, FolderKeyStore)
    prefixes = (
        period_key_prefix(workspace_key(STAYING)),
        InstallationKeyId(workspace_key(STAYING)).file_name,
        *(TeamKeyId(team.id).file_name for team in build_teams(STAYING)),
    )
    files = store.key_store.folder.iterdir()
    return {file.name: file.read_bytes() for file in files if file.name.startswith(prefixes)}


@pytest.mark.parametrize("repository", REPOSITORIES)
async def test_no_method_reads_or_writes_another_workspace(
    databases: Databases, repository: str
) -> None:
    """Each answers as if the other did not exist, and leaves its rows and keys to the byte."""
    rows_before = databases.both.read_sync(read_other_rows)
    keys_before = read_keys(databases.both)
    assert len(keys_before) > len(build_teams(STAYING)) + 1
    for method in METHODS[repository]:
        for arguments in method.build_calls(databases.other_values):
            outcome = await try_method(databases.both, method, arguments)
            expected = await try_method(databases.alone, method, arguments)

            assert outcome == Outcome(expected.answer, rows_before), method.key
            assert not expected.other_rows, method.key
            assert read_keys(databases.both) == keys_before, method.key


@pytest.mark.parametrize("repository", REPOSITORIES)
async def test_arguments_are_accepted_from_their_own_workspace(
    databases: Databases, repository: str
) -> None:
    """So that the refusal of another's is none of a malformed call."""
    for method in METHODS[repository]:
        for arguments in method.build_calls(databases.own_values):
            outcome = await try_method(databases.alone, method, arguments, reads_rows=False)

            assert not outcome.answer.startswith("raised"), (method.key, outcome.answer)
