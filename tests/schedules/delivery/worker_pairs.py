"""Fixtures for tests of several workers: a context over PostgreSQL, and a slow outlet."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.conversation import Address, SendResult
from bot.elements import Message
from bot.store.repositories.deliveries import PlannedDelivery
from tests.doubles import PEPPERS, START, FakeClock, RecordingOutlet
from tests.key_folders import open_test_store

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
    postgres_url: str, outlet: SlowOutlet, full_catalogue: Catalogue
) -> AsyncIterator[Context]:
    """A context over PostgreSQL without any team."""
    store = open_test_store(postgres_url, PEPPERS)
    store.migrate()
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
