"""Unanswered counts and intentions are sealed by the migration, and leave no trace as rows."""

from datetime import date
from pathlib import Path

import pytest

from bot.conversation import Person
from bot.domain.checkins.questions import Intention
from bot.store.repositories import Repositories
from bot.store.row_security import begin_across_workspaces
from bot.store.store import Store
from tests.database_files import read_all_bytes
from tests.key_folders import open_test_store
from tests.store.conftest import PEPPERS
from tests.store.test_sealing_migration import PEOPLE, WORKSPACE, insert_rows, upgrade_to

EARLIER_REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
UNTIL = date(2026, 9, 15)
SIGN = "sign-in-a-row"
TRACE_NUMBER = 0x5A5B5C5D5E5F
"""A count that no release stores: its six bytes can be searched for in SQLite's files."""

Content = tuple[int, Intention | None]


def create_earlier_database(database: str, revision: str, count: int = 4) -> Store:
    """Create a database of an earlier release, in which all have a count and three a wish."""
    store = open_test_store(database, PEPPERS)
    upgrade_to(store, revision)
    with begin_across_workspaces(store._engines.writer) as connection:
        for number, person in enumerate(PEOPLE):
            identity = {"workspace": WORKSPACE, "id": person.id, "joined": True}
            insert_rows(connection, "person", identity | {"home_team": "north", "quiet": count})
            if number < 3:
                wish = {"code": f"I{number}", "sign": SIGN, "week": "2026-W37", "until": UNTIL}
                insert_rows(
                    connection, "intention", {"workspace": WORKSPACE, "person": person.id, **wish}
                )
    return store


async def fetch_contents(store: Store) -> list[Content]:
    """Return everybody's count and intention."""

    def read_all(repos: Repositories) -> list[Content]:
        return [
            (repos.people.get(person).unanswered_count, repos.intentions.get_intention(person))
            for person in PEOPLE
        ]

    return await store.across_workspaces.read(read_all)


@pytest.mark.parametrize("revision", EARLIER_REVISIONS)
async def test_counts_and_intentions_are_sealed(database: str, revision: str) -> None:
    """Everybody has the count and the intention of before."""
    store = create_earlier_database(database, revision)
    store.migrate()

    wishes = [Intention(f"I{number}", SIGN, "2026-W37", UNTIL) for number in range(3)]
    assert await fetch_contents(store) == [(4, wish) for wish in (*wishes, *[None] * 6)]
    await store.close()


@pytest.mark.parametrize("revision", ["0001", "0007"])
async def test_no_byte_of_the_rows_is_left(tmp_path: Path, revision: str) -> None:
    """No count and no intention remains in the database file, its log or its journal."""
    store = create_earlier_database(f"sqlite:///{tmp_path}/attune.sqlite", revision, TRACE_NUMBER)
    traces = [SIGN.encode(), b"I02026-W37", TRACE_NUMBER.to_bytes(6, "big")]
    before = read_all_bytes(tmp_path)
    assert traces[0] in before
    assert traces[2] in before

    store.migrate()

    bytes_left = read_all_bytes(tmp_path)
    assert [trace for trace in traces if trace in bytes_left] == []
    assert (await fetch_contents(store))[8] == (6, None)
    await store.close()


async def test_intention_of_a_person_without_a_home_team_is_dropped(database: str) -> None:
    """Nobody would be reminded of it."""
    store = open_test_store(database, PEPPERS)
    upgrade_to(store, "0007")
    person = Person(WORKSPACE, "no member")
    with begin_across_workspaces(store._engines.writer) as connection:
        wish = {"code": "I1", "sign": SIGN, "week": "2026-W37", "until": UNTIL}
        insert_rows(connection, "intention", {"workspace": WORKSPACE, "person": person.id, **wish})
    store.migrate()

    assert (
        await store.across_workspaces.read(lambda repos: repos.intentions.get_intention(person))
        is None
    )
    await store.close()
