"""The one file with DBOS: several workers over one PostgreSQL share what is owed.

A workspace is drained by one worker at a time, as one DBOS workflow whose only input is the
workspace's id. DBOS forgets nothing that was handed to it, and picks up what a worker left
behind; but only for a worker that returns under the same name. For those who never return
the living do it here. What keeps a message from being sent twice is not DBOS: it is the
intent that a drain commits before it calls a product.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, EnqueueOptions, WorkflowStatus

from bot.logs import log_error
from bot.store.store import Store

logger = logging.getLogger("attune.worker")

LEASE_CHECK_SECONDS = 5.0
"""Seconds between two looks at one's own seat, and at what nobody does any more."""

ORPHAN_GRACE_SECONDS = 30.0
"""Seconds for which a worker has to be missing before others do what it began.

Many looks long: in an outage of PostgreSQL everybody loses their seat at once, and whoever
then took the others for dead would take from them what they are doing.
"""

ENQUEUE_INTERVAL_SECONDS = 60.0
"""Seconds in which a workspace is put in line once, however many clocks tick."""

QUEUE_POLL_SECONDS = 1.0
"""Seconds between two looks at the line."""

SHUTDOWN_TIMEOUT_SECONDS = 20
"""Seconds that a worker which is told to end waits for the message it is sending."""

_QUEUE_NAME = "drain"
_DBOS_SCHEMA = "attune_dbos"

_WORKFLOW_VERSION = "delivery-1"
"""Pinned: DBOS would take a changed line in this file for another program, and leave it all."""

_MAX_CONCURRENT_WORKSPACES = 100
"""How many workspaces a worker drains at once."""

_HISTORY_RETENTION = timedelta(days=2)
"""For how long it is kept that a workspace was drained: it tells when messages were sent."""

_CLEANUP_BATCH = 1000


class WorkspaceSender(Protocol):
    """What is shared: finding whom something is owed to, and emptying one workspace."""

    async def list_due_workspaces(self) -> tuple[str, ...]:
        """The workspaces that are owed something now."""

    async def send_workspace(self, workspace: str) -> int:
        """Send what *workspace* is owed, and say how many messages went."""

    async def start(self) -> None:
        """Begin to send to every one of them here, with nobody's help."""

    async def stop(self) -> None:
        """Begin no further message."""


class SharedWorkers:
    """Shares the draining with every other worker over the same PostgreSQL.

    Until the database has given it a seat, it drains by itself: nobody waits for the others,
    and nobody is written to twice.
    """

    def __init__(self, sender: WorkspaceSender, store: Store, url: str) -> None:
        """Share *drain* with whoever else works over *store*, at *url*; nothing runs yet."""
        self._sender = sender
        self._store = store
        self._url = url
        self._lease = store.create_worker_lease(shares_deliveries=True)
        self._executor_name = ""
        self._running_workflows: set[str] = set()
        self._missing_since: dict[str, float] = {}
        self._wakeup = asyncio.Event()
        self._is_stopping = False
        self._loop_task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Have whoever is owed something put in line, for any worker, and wait for none of it.

        Each worker does so at each of its ticks. What stands in line already stays as it is,
        and what ended badly a minute ago is begun anew.
        """
        self._wakeup.set()
        if self._loop_task is None:
            self._loop_task = asyncio.create_task(self._run_loop())

    async def stop(self) -> None:
        """Finish the messages being sent, leave the rest to the others, and give up the seat."""
        self._is_stopping = True
        self._wakeup.set()
        if self._loop_task is not None:
            await self._loop_task
        await self._sender.stop()
        await self._shut_down_dbos(SHUTDOWN_TIMEOUT_SECONDS)
        await asyncio.to_thread(self._lease.release_lease)

    async def _run_loop(self) -> None:
        """Look after one's seat and the others, and line up what is owed when the bell rings."""
        while not self._is_stopping:
            try:
                rung = self._wakeup.is_set()
                self._wakeup.clear()
                await self._renew_and_recover()
            except Exception as error:  # noqa: BLE001 - the database is away; it is asked again
                log_error(logger, "worker.not_sharing", error)
            if rung:
                await self._enqueue_or_send()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wakeup.wait(), LEASE_CHECK_SECONDS)

    async def _renew_and_recover(self) -> None:
        """Make sure of the seat, and take over from whoever lost theirs; in this order."""
        if await asyncio.to_thread(self._lease.renew_or_acquire):
            self._missing_since.clear()
        if self._executor_name != _format_executor_name(self._lease.lease_number):
            await self._shut_down_dbos(0)
            await self._launch_dbos(_format_executor_name(self._lease.lease_number))
        await asyncio.to_thread(self._recover_orphans)

    async def _enqueue_or_send(self) -> None:
        try:
            if self._executor_name:
                await asyncio.to_thread(
                    _enqueue_workspaces, await self._sender.list_due_workspaces()
                )
            else:
                await self._sender.start()
        except Exception as error:  # noqa: BLE001 - the next tick rings again
            log_error(logger, "worker.not_lined_up", error)

    async def _launch_dbos(self, name: str) -> None:
        """Launch DBOS inside the running loop: its drains then share the HTTP session."""
        chatty = logging.getLogger("dbos")
        if not chatty.handlers:  # it would print by itself, past everything that names nobody
            chatty.addHandler(logging.NullHandler())
        DBOS(config=_build_config(name, self._url))
        try:
            DBOS.workflow(name=_QUEUE_NAME, max_recovery_attempts=None)(self._build_workflow())
            DBOS.launch()
            await asyncio.to_thread(_register_queue)
        except Exception:
            await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
            raise
        self._executor_name = name

    async def _shut_down_dbos(self, timeout_seconds: int) -> None:
        if self._executor_name:
            self._executor_name = ""
            await asyncio.to_thread(
                DBOS.destroy, destroy_registry=True, workflow_completion_timeout_sec=timeout_seconds
            )

    def _build_workflow(self) -> Callable[[str], Awaitable[None]]:
        async def run_workspace(workspace: str) -> None:
            """Drain, and leave nothing in DBOS's tables: an error's words may repeat a row's."""
            mine = DBOS.workflow_id or ""
            self._running_workflows.add(mine)
            try:
                await self._sender.send_workspace(workspace)
            except Exception as error:  # noqa: BLE001 - the next tick puts it in line again
                log_error(logger, "duty.failed", error, duty="drain")
            finally:
                self._running_workflows.discard(mine)

        return run_workspace

    def _recover_orphans(self) -> None:
        """Put in line again what a worker began that is gone, and what got lost in our hands.

        The second happens when PostgreSQL goes away just after DBOS took a workflow in our
        name, and before we heard of it: nobody else would ever run it.
        """
        begun = _list_workflows("PENDING")
        living = {
            _format_executor_name(one.lease_number)
            for one in self._store.list_live_workers()
            if one.shares_deliveries
        }
        lost = {one.workflow_id for one in begun if one.executor_id == self._executor_name}
        gone = {one.executor_id for one in begun if one.executor_id} - living
        for key in self._missing_past_grace((lost - self._running_workflows) | gone):
            if key in lost:
                _resume_workflows([key], "worker.found_again")
                continue
            with self._lease.lock_vacant_lease(_parse_lease_number(key)) as vacant:
                if vacant:
                    left = _list_workflows("PENDING", executor_id=key)
                    _resume_workflows([one.workflow_id for one in left], "worker.took_over")

    def _missing_past_grace(self, keys: set[str]) -> list[str]:
        now = time.monotonic()
        self._missing_since = {key: self._missing_since.get(key, now) for key in sorted(keys)}
        return [
            key for key, since in self._missing_since.items() if now - since >= ORPHAN_GRACE_SECONDS
        ]


def _build_config(name: str, url: str) -> DBOSConfig:
    """No pickles, no traffic but PostgreSQL's, few connections, and little said."""
    return DBOSConfig(
        name="attune",
        system_database_url=url,
        dbos_system_schema=_DBOS_SCHEMA,
        application_version=_WORKFLOW_VERSION,
        executor_id=name,
        serializer=DBOSPortableJSONSerializer(),
        use_listen_notify=False,
        sys_db_pool_size=4,
        log_level="ERROR",
    )


def _register_queue() -> None:
    """One workspace at a time; the pace is the drain's own, and costs DBOS no transactions."""
    DBOS.register_queue(
        _QUEUE_NAME,
        partition_concurrency=1,
        worker_concurrency=_MAX_CONCURRENT_WORKSPACES,
        polling_interval_sec=QUEUE_POLL_SECONDS,
    )


def _enqueue_workspaces(workspaces: tuple[str, ...]) -> None:
    waiting = {
        one.queue_partition_key
        for one in _list_workflows("ENQUEUED", app_version=_WORKFLOW_VERSION)
    }
    for workspace in workspaces:
        if workspace not in waiting:
            DBOS.enqueue_workflow_with_options(_build_enqueue_options(workspace), workspace)
    _delete_old_workflows()


def _build_enqueue_options(workspace: str) -> EnqueueOptions:
    return EnqueueOptions(
        workflow_name=_QUEUE_NAME,
        queue_name=_QUEUE_NAME,
        workflow_id=f"{_QUEUE_NAME}:{workspace}:{int(time.time() // ENQUEUE_INTERVAL_SECONDS)}",
        queue_partition_key=workspace,
        app_version=_WORKFLOW_VERSION,
    )


def _list_workflows(status: str, **filters: str) -> list[WorkflowStatus]:
    return DBOS.list_workflows(
        queue_name=_QUEUE_NAME,
        status=status,
        load_input=False,
        load_output=False,
        app_version=filters.get("app_version"),
        executor_id=filters.get("executor_id"),
    )


def _resume_workflows(workflows: list[str], action: str) -> None:
    if workflows:
        DBOS.resume_workflows(workflows, queue_name=_QUEUE_NAME)
        logger.warning(action, extra={"action": action, "count": len(workflows)})


def _delete_old_workflows() -> None:
    """Forget the drains of two days ago, of this version or an older one, however they ended."""
    before = (datetime.now(UTC) - _HISTORY_RETENTION).isoformat()
    old = DBOS.list_workflows(
        end_time=before, limit=_CLEANUP_BATCH, load_input=False, load_output=False
    )
    if old:
        DBOS.delete_workflows([one.workflow_id for one in old])


def _format_executor_name(lease_number: int) -> str:
    return f"worker-{lease_number}"


def _parse_lease_number(name: str) -> int:
    return int(name.rpartition("-")[2])
