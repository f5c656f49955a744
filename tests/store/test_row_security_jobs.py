"""Row security on PostgreSQL among the jobs of one transaction, and tenant groups."""

import asyncio
import threading
from collections.abc import Callable
from functools import partial

import psycopg
import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import ProgrammingError

from bot.conversation import Person
from bot.errors import StoreBusyError
from bot.store.repositories import Repositories
from bot.store.schema import workspaces
from bot.store.store import Store
from tests.store.sample_jobs import insert_row_job, list_row_names
from tests.store.sample_workspaces import (
    GONE,
    STAYING,
    build_members,
    build_own_team,
)

pytestmark = pytest.mark.postgresql


FAILING_FUNCTION = """
CREATE OR REPLACE FUNCTION attune_open_workspace(opened text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF opened = 'slack:T1' THEN
        RAISE EXCEPTION USING ERRCODE = 'query_canceled';
    END IF;
    PERFORM set_config('attune.workspaces', ARRAY[opened]::text, true);
END $$
"""
"""A function that fails for one workspace, as a timeout of the server lets it fail."""


class UndoneError(Exception):
    """Ends a job whose changes are to be rolled back."""


@pytest.fixture
def database(migrated_postgres_url: str) -> str:
    """The URL of a database without rows; SQLite has no row security."""
    return migrated_postgres_url


async def test_jobs_of_one_transaction_have_their_own_rows_each(store: Store) -> None:
    """Also after a job that failed, and after a savepoint within a job that was rolled back."""

    def fail(repos: Repositories) -> None:
        assert list_row_names(repos) == ["slack:T1"]
        raise UndoneError

    def undo_savepoint(repos: Repositories) -> list[str]:
        savepoint = repos._connection.begin_nested()
        repos._connection.execute(update(workspaces).values(pace=7))
        savepoint.rollback()
        return list_row_names(repos)

    names = [f"slack:T{number}" for number in range(3)]
    for name in names:
        await store.for_workspace(name).write(insert_row_job(name))

    results = await asyncio.gather(
        *(
            store.for_workspace(name).write(job)
            for name, job in (
                ("slack:T0", list_row_names),
                ("slack:T1", fail),
                ("slack:T2", undo_savepoint),
                ("slack:T1", list_row_names),
            )
        ),
        store.across_workspaces.write(list_row_names),
        store.for_workspace("slack:T3").write(list_row_names),
        return_exceptions=True,
    )

    assert isinstance(results.pop(1), UndoneError)
    assert results == [["slack:T0"], ["slack:T2"], ["slack:T1"], names, []]


def fail_unnoticed(repos: Repositories) -> None:
    """Job whose statement fails, and which hides the error, outside any savepoint of its own."""
    with pytest.raises(ProgrammingError):
        repos._connection.execute(text("SELECT no_such_column"))


@pytest.mark.parametrize(
    ("workspace", "job"),
    [("slack:T1", list_row_names), ("slack:T2", fail_unnoticed)],
    ids=["rows not opened", "hidden error"],
)
@pytest.mark.parametrize("is_last", [False, True], ids=["followed", "last"])
async def test_no_job_of_a_lost_transaction_is_reported_as_saved(
    store: Store,
    database: str,
    workspace: str,
    job: Callable[[Repositories], object],
    *,
    is_last: bool,
) -> None:
    """All callers learn it where a workspace's rows are not opened, and where a job hides an error.

    The server undoes the jobs before, too. What it reports as saved, and the next batch, is stored.
    """
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        connection.execute(FAILING_FUNCTION)
    may_continue = threading.Event()

    def insert_later(repos: Repositories) -> str:
        assert may_continue.wait(10)
        return insert_row_job("slack:T0")(repos)

    writes = [
        store.for_workspace("slack:T0").write(insert_later),
        store.for_workspace(workspace).write(job),
    ]
    if not is_last:
        writes.append(store.for_workspace("slack:T3").write(insert_row_job("slack:T3")))
    batch = asyncio.gather(*writes, return_exceptions=True)
    await asyncio.sleep(0)
    may_continue.set()
    results = await batch

    assert [type(result) for result in results[:2]] == [StoreBusyError, StoreBusyError]
    names = [result for result in results if isinstance(result, str)]
    assert await store.across_workspaces.read(list_row_names) == names
    await store.for_workspace("slack:T0").write(insert_row_job("slack:T0"))
    assert await store.across_workspaces.read(list_row_names) == ["slack:T0", *names]


async def test_hostile_id_of_a_workspace_opens_nothing(store: Store) -> None:
    """Neither the sign for all nor the end of a literal; the other jobs are committed."""
    await store.across_workspaces.write(insert_row_job("slack:T1"))

    results = await asyncio.gather(
        *(
            store.for_workspace(name).write(list_row_names)
            for name in ("*", "'", '{"*"}', '"', "\\", "\0", "\ud800", "", "NULL", "slack:T1")
        ),
        return_exceptions=True,
    )

    assert [result for result in results if not isinstance(result, Exception)] == [
        *([[]] * 6),
        ["slack:T1"],
    ]


async def test_linked_workspaces_are_one_group(store: Store) -> None:
    """Through another one, too; a workspace without a link to them sees none of their rows."""
    names = [f"slack:T{number}" for number in range(4)]

    def link(repos: Repositories) -> None:
        first, second, third, _ = (Person(name, "U1") for name in names)
        other = Person(second.workspace, "U2")
        repos.linked_accounts.set_links([(first, second), (other, third)])

    for name in names:
        await store.for_workspace(name).write(insert_row_job(name))
    await store.across_workspaces.write(link)

    visible = [await store.for_workspace(name).read(list_row_names) for name in names]

    assert visible == [names[:3], names[:3], names[:3], names[3:]]


async def test_organisation_is_visible_to_its_workspaces_and_they_not_to_each_other(
    store: Store,
) -> None:
    """A workspace is served by its organisation's installation, and knows of no sibling.

    Once that link has ended, it does not see the organisation either.
    """

    def install(repos: Repositories) -> None:
        repos.installations.save("slack:E1", {"token": "xoxb-made-up"})
        repos.installations.link_workspaces("slack:E1", ["slack:T1", "slack:T2"])

    await store.across_workspaces.write(install)
    scope = store.for_workspace("slack:T1")

    stored = await scope.read(lambda repos: repos.installations.find("slack:T1"))
    listed = await scope.read(lambda repos: repos.installations.list_workspaces())

    assert stored
    assert stored.installed_as == "slack:E1"
    assert listed == ("slack:E1", "slack:T1")
    await scope.write(lambda repos: repos.installations.end_link("slack:E1", "slack:T1"))
    listed = await scope.read(lambda repos: repos.installations.list_workspaces())
    assert listed == ("slack:T1",)


@pytest.mark.parametrize("words", [(GONE,), (GONE, STAYING)])
async def test_records_that_the_jobs_of_a_transaction_change_are_written(
    store: Store, words: tuple[str, ...]
) -> None:
    """Those of one workspace, and those of several, whoever's job was the last."""

    def set_up(repos: Repositories, word: str) -> None:
        team = build_own_team(word)
        repos.teams.save(team)
        repos.teams.declare_clinicians(team.id, build_members(word, team))
        repos.people.join_team(build_members(word, team)[0], team.id)

    members = {word: build_members(word, build_own_team(word))[0] for word in words}
    for word in words:
        await store.across_workspaces.write(partial(set_up, word=word))

    await asyncio.gather(
        *(
            store.for_workspace(member.workspace).write(
                partial(_set_count, person=member, count=number + 1)
            )
            for number, member in enumerate(members.values())
        )
    )

    counts = [
        (await store.for_workspace(member.workspace).read(partial(_read_count, person=member)))
        for member in members.values()
    ]
    assert counts == [number + 1 for number in range(len(words))]


def _set_count(repos: Repositories, person: Person, count: int) -> None:
    repos.people.set_unanswered_count(person, count)


def _read_count(repos: Repositories, person: Person) -> int:
    return repos.people.get(person).unanswered_count
