"""Nested queries of every repository method: no table of an outer one is read once more."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from bot.store.repositories import Repositories
from tests.key_folders import open_test_store
from tests.nested_queries import list_repeated_tables
from tests.query_plans import record_statements
from tests.store.conftest import PEPPERS
from tests.store.sample_workspaces import STAYING, seed_workspace
from tests.store.tenant_values import call_method, list_methods, load_values

pytestmark = pytest.mark.no_cover


def test_nested_queries_compare_with_the_enclosing_one(tmp_path: Path) -> None:
    """A condition on an outer row holds for that row, and not for any row of its table."""
    store = open_test_store(f"sqlite:///{tmp_path / 'attune.sqlite'}", PEPPERS)
    store.migrate()
    asyncio.run(seed_workspace(store, STAYING))

    def call_all(repos: Repositories) -> None:
        values = load_values(repos, word=STAYING)
        for method in list_methods():
            for arguments in method.build_calls(values):
                savepoint = repos._connection.begin_nested()
                with suppress(Exception):  # the statements before a refusal count
                    call_method(repos, method, arguments)
                savepoint.rollback()

    with record_statements(store._engines) as statements:
        asyncio.run(store.across_workspaces.write(call_all, timeout_seconds=60))
    store.close_sync()

    assert sum(statement.startswith("SELECT") for statement in statements) > 100
    assert {s: names for s in statements if (names := list_repeated_tables(s))} == {}


def test_repeated_table_is_recognized() -> None:
    """Also two levels below, and within a change; an alias or another branch is no repetition."""
    nested = (
        "SELECT feed.team FROM period JOIN feed ON feed.unit = period.unit WHERE EXISTS ("
        "SELECT * FROM roster WHERE roster.team = feed.team AND NOT (EXISTS ("
        "SELECT * FROM period_member, period WHERE period_member.unit = period.unit)))"
    )
    branches = "SELECT a FROM (SELECT a FROM team UNION SELECT a FROM team WHERE a) AS t"

    change = nested.replace(
        "SELECT feed.team FROM period JOIN feed ON", "UPDATE period SET a = 1 WHERE"
    )

    assert list_repeated_tables(nested) == list_repeated_tables(change) == {"period"}
    assert list_repeated_tables(nested.replace(", period ", ", period AS other ")) == set()
    assert list_repeated_tables(branches) == set()
