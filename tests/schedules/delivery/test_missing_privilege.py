"""A role without CREATE on the database: each worker sends alone, and the log says so once."""

import asyncio
import logging
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from bot.content.log_texts import get_remedy
from bot.context import Context
from schedules.delivery.sender import DeliverySender
from schedules.delivery.shared_queue_worker import SharedQueueWorker
from tests.schedules.delivery.test_shared_queue_worker import TIMINGS
from tests.schedules.delivery.worker_pairs import (
    WORKSPACES,
    SlowOutlet,
    compose_empty_message,
    context,
    outlet,
    plan_notes,
    wait_until,
)

__all__ = ["context", "outlet"]

EVENT = "worker.lease_failed"


@pytest.fixture
def limited_url(migrated_postgres_url: str, context: Context) -> Iterator[str]:
    """The URL of the migrated database, for a role that may create no schema."""
    role = f"limited_{uuid4().hex}"
    with psycopg.connect(
        migrated_postgres_url.replace("+psycopg", ""), autocommit=True
    ) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    yield make_url(migrated_postgres_url).set(username=role).render_as_string(hide_password=False)
    with psycopg.connect(
        migrated_postgres_url.replace("+psycopg", ""), autocommit=True
    ) as connection:
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


async def test_worker_without_the_privilege_sends_alone_and_says_so_once(
    context: Context, outlet: SlowOutlet, limited_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The line has PostgreSQL's code and the statement that grants the privilege."""
    caplog.set_level(logging.INFO, "attune.worker")
    sender = DeliverySender(context, {"note": compose_empty_message})
    worker = SharedQueueWorker(sender, context.store, limited_url, TIMINGS)
    await plan_notes(context, WORKSPACES[0], "U1", "U2")
    await worker.trigger_sending()
    await wait_until(lambda: len(outlet.sent_messages) == 2)
    for _ in range(3):  # each wakes the loop, which tries again
        await worker.trigger_sending()
        await asyncio.sleep(TIMINGS.lease_check_seconds)
    await worker.stop()

    (record,) = [record for record in caplog.records if record.getMessage() == EVENT]
    assert vars(record)["code"] == "42501"
    assert vars(record)["remedy"] == get_remedy(EVENT, "42501")
    assert "GRANT CREATE ON DATABASE" in vars(record)["remedy"]
