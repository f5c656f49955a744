"""Query plans on PostgreSQL under row security: what it can find by an index.

A condition of which PostgreSQL does not know that it leaks nothing, such as COALESCE or a subquery,
is evaluated after the policy: it finds no row by an index, and the statement reads the whole table.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import event

from bot.store.repositories import Repositories
from bot.store.schema import metadata
from bot.store.store import Store
from tests.key_folders import open_test_store
from tests.store.conftest import PEPPERS
from tests.store.sample_workspaces import STAYING, seed_workspace, workspace_key
from tests.store.tenant_values import call_method, list_methods, load_values

pytestmark = [pytest.mark.postgresql, pytest.mark.no_cover]

SMALL_TABLES = frozenset({"workspace", "installation", "duty_run", "seal"})
"""Tables with a row for each workspace or duty."""

WHOLE_TABLES = frozenset(
    {
        *("audit_trail.list_entries", "close_notices.delete_without_role"),
        *("close_notices.list_period_closes", "close_notices.list_grants"),
        *("closed_accounts.clamp_future_days", "closed_accounts.list_closed_by"),
        *("deliveries.count_by_state", "idempotency_keys.delete_before"),
        *("ledger.add_listed_people", "ledger.close_ended_periods"),
        *("ledger.count_unreadable_periods", "ledger.mark_undone", "ledger.next_close"),
        *("ledger.open_missing_periods", "linked_accounts.list_links"),
        *("linked_accounts.set_links", "listed_accounts.list_accounts"),
        *("people.count_joined", "people.count_unreachable", "people.list_joined_reachable"),
        *("period_closing.count_unreadable_periods", "period_closing.list_ended"),
        *("period_opening.add_listed_people", "period_opening.list_pending_teams"),
        *("period_opening.list_unfed_teams", "previous_setups.delete_before"),
        *("releases.list_all", "releases.list_keys", "releases.list_workspaces_by_unit"),
        *("team_lifecycle.list_workspaces_with_expired", "team_slots.change_recipients"),
        *("team_slots.count_lost_records", "teams.list_teams", "teams.list_teams_ever"),
        *("unit_classes.delete_expired_before", "frozen_members.list_members_of_ended_periods"),
        "frozen_members.list_members",
        "period_opening.open_missing",  # once for the first period of a workspace with its end
    }
)
"""Methods of duties and of the operator's verbs, which go through the whole database."""

PURGE = "workspace_purges."
"""What a purge does once in the life of a workspace."""


def test_only_duties_read_whole_tables(migrated_postgres_url: str) -> None:
    """What a person's request looks up is found by an index, although policies filter each row.

    The pages that a duty reads walk along the lists alone, and find the people of each by an index.
    """
    store = open_test_store(migrated_postgres_url, PEPPERS)
    asyncio.run(seed_workspace(store, STAYING))
    with_scans: dict[str, set[str]] = defaultdict(set)

    def call_all(repos: Repositories) -> None:
        values = load_values(repos, word=STAYING)
        event.listen(store._engines.writer, "before_cursor_execute", record)
        for method in list_methods():
            for arguments in method.build_calls(values):
                present_method[:] = [method.key]
                savepoint = repos._connection.begin_nested()
                with suppress(Exception):  # the statements before a refusal count
                    call_method(repos, method, arguments)
                savepoint.rollback()

    present_method: list[str] = []
    scans_by_statement: dict[str, set[str]] = {}

    def record(*event_arguments: Any) -> None:
        connection, _cursor, statement, parameters, _context, is_batch = event_arguments
        first = parameters[0] if is_batch else parameters
        driver = connection.connection.driver_connection
        if statement not in scans_by_statement:
            scans_by_statement[statement] = set(_list_scans(driver, statement, first))
        if scans := scans_by_statement[statement] - SMALL_TABLES:
            with_scans[present_method[0]] |= scans

    asyncio.run(_run_job(store, call_all))

    assert {key for key in with_scans if not key.startswith(PURGE)} == WHOLE_TABLES
    assert with_scans["people.list_joined_reachable"] == {"roster"}


async def _run_job(store: Store, job: Any) -> None:
    await store.for_workspace(workspace_key(STAYING)).write(job, timeout_seconds=120)
    await store.close()


def _list_scans(driver: Any, statement: str, parameters: Any) -> Iterator[str]:
    """Yield the tables that a statement reads without a condition on an index of theirs."""
    if not re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", statement):
        return
    driver.execute("SET LOCAL enable_seqscan = off")  # else the small tables of a test are scanned
    ((plans,),) = driver.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters).fetchall()
    yield from _iter_scans(plans[0]["Plan"])


def _iter_scans(plan: Mapping[str, Any]) -> Iterator[str]:
    has_condition = "Index Cond" in plan or "Recheck Cond" in plan
    is_scan = plan.get("Relation Name") in metadata.tables and "Scan" in plan["Node Type"]
    if is_scan and not has_condition:
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from _iter_scans(part)
