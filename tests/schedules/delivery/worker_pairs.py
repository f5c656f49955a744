"""Fixtures for tests of several workers: a context over PostgreSQL, and a slow outlet."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.conversation import Address, SendResult
from bot.elements import Message
from bot.store.repositories.deliveries import PlannedDelivery
from tests.doubles import PEPPERS, START, FakeClock, RecordingOutlet
from tests.key_folders import open_test_store
from tests.postgres import ALL_ROWS

DEADLINE = START.replace(hour=23)
WORKSPACES = ("slack:T0NORTH", "slack:T0SOUTH")


def _build_set_event() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class SlowOutlet(RecordingOutlet):
    """An outlet that takes a moment for each message, and counts concurrent sends.

    No message is answered while ``answer_gate`` is cleared.
    """

    in_flight: Counter[str] = field(default_factory=Counter)
    max_in_flight: dict[str, int] = field(default_factory=dict)
    max_in_flight_total: int = 0
    raises_error: bool = False
    answer_gate: asyncio.Event = field(default_factory=_build_set_event)

    async def send(self, to: Address, message: Message, delivery_id: str) -> SendResult:
        """Record the message after 20 milliseconds, or raise ``RuntimeError`` if configured."""
        if self.raises_error:
            raise RuntimeError(to.person)
        self.in_flight[to.workspace] += 1
        self.max_in_flight[to.workspace] = max(
            self.max_in_flight.get(to.workspace, 0), self.in_flight[to.workspace]
        )
        self.max_in_flight_total = max(self.max_in_flight_total, sum(self.in_flight.values()))
        await asyncio.sleep(0.02)
        await self.answer_gate.wait()
        self.in_flight[to.workspace] -= 1
        return await super().send(to, message, delivery_id)


@pytest.fixture
def outlet() -> SlowOutlet:
    """A slow Slack outlet."""
    return SlowOutlet()


@pytest.fixture
async def context(
    migrated_postgres_url: str, outlet: SlowOutlet, full_catalogue: Catalogue
) -> AsyncIterator[Context]:
    """A context over PostgreSQL without any team."""
    store = open_test_store(migrated_postgres_url, PEPPERS)
    yield Context(store, full_catalogue, FakeClock(), {"slack": outlet})
    await store.close()


def compose_empty_message(_repos: object, _delivery: object, _context: Context) -> Message:
    """Compose a message without text."""
    return Message("", ())


async def plan_notes(context: Context, workspace: str, *people: str) -> None:
    """Plan a message that is due now for each of *people*."""
    deliveries = [
        PlannedDelivery(workspace, "note", person_id, "", "2026-W27", START, DEADLINE, "")
        for person_id in people
    ]
    await context.store.across_workspaces.write(
        lambda repos: repos.deliveries.plan_deliveries(deliveries)
    )


async def wait_until(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    """Poll *condition*, which other threads fulfil; fail after *seconds*, on a busy machine too."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.05)


class DbosTables:
    """The rows about the workflows that a reader of the database can see."""

    def __init__(self, url: str) -> None:
        """Read the database at *url*."""
        self._url = url.replace("+psycopg", "")

    def run_query(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run *query* in a connection of its own, outside the store."""
        with psycopg.connect(self._url, autocommit=True, options=ALL_ROWS) as connection:
            cursor = connection.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def read_all(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of DBOS's tables, by table name."""
        table_query = "SELECT tablename FROM pg_tables WHERE schemaname = 'attune_dbos'"
        return {
            name: self.run_query(f"TABLE attune_dbos.{name}")
            for (name,) in self.run_query(table_query)
        }

    def count_states(self) -> Counter[str]:
        """Count the workflows by status."""
        return Counter(
            state for (state,) in self.run_query("SELECT status FROM attune_dbos.workflow_status")
        )

    def insert_pending_workflow(self, workspace: str, executor: str) -> None:
        """Insert a workflow that *executor* started and never finished."""
        self.run_query(
            "INSERT INTO attune_dbos.workflow_status (workflow_uuid, status, name, executor_id,"
            " application_version, queue_name, queue_partition_key, priority, serialization,"
            " application_name, created_at, updated_at)"
            " VALUES (%s, 'PENDING', 'drain', %s, 'delivery-1', 'drain', %s, 0, 'portable_json',"
            " 'attune', extract(epoch from now()) * 1000, extract(epoch from now()) * 1000)",
            f"drain:{workspace}:1",
            executor,
            workspace,
        )
        self.run_query(
            "INSERT INTO attune_dbos.workflow_input (workflow_uuid, inputs) VALUES (%s, %s)",
            f"drain:{workspace}:1",
            f'{{"namedArgs":{{}},"positionalArgs":["{workspace}"]}}',
        )
