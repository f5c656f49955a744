"""Delivery by several workers that share a queue in PostgreSQL; the one module that imports DBOS.

One worker at a time sends to a workspace, as one DBOS workflow whose only argument is the
workspace's id. DBOS persists every enqueued workflow, and recovers those of a crashed worker only
when a worker with the same executor id starts again; those of workers that never restart are
recovered here, by a heartbeat. DBOS does not make sends idempotent: the claim of a delivery, which
a sender commits before its request, prevents a second one.
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
from bot.state_log import StateLog
from bot.store.store import Store
from schedules.delivery.worker import DeliveryWorker
from schedules.delivery.worker_timings import WorkerTimings

logger = logging.getLogger("attune.worker")

_QUEUE_NAME = "drain"
"""Stored in the row of every workflow: with another name those of an earlier release never run."""

_DBOS_SCHEMA = "attune_dbos"

_WORKFLOW_VERSION = "delivery-1"
"""Pinned: DBOS hashes the source code by default, and a changed line would orphan workflows."""

_MAX_CONCURRENT_WORKSPACES = 250
"""Maximum workflows that one worker runs concurrently, one per workspace; others stay queued."""

_HISTORY_RETENTION = timedelta(days=2)
"""Retention of workflows, whose rows reveal when a workspace received messages."""

_CLEANUP_BATCH_SIZE = 1000
"""Maximum workflows deleted per query."""


class WorkspaceSender(DeliveryWorker, Protocol):
    """A delivery worker that can also list the due workspaces and send to a single one."""

    async def list_due_workspaces(self) -> tuple[str, ...]:
        """Query the workspaces with deliveries that are due now."""

    async def send_workspace(self, workspace: str) -> int:
        """Send what is due in *workspace*; return how many messages were sent."""


class SharedQueueWorker:
    """Enqueues the due workspaces, and runs queued workflows, as every worker on the database does.

    A background task of the event loop sends the lease's heartbeats. Until the worker has a lease
    and DBOS is launched, it sends without the queue: the claims prevent a second send.
    """

    def __init__(
        self, sender: WorkspaceSender, store: Store, url: str, timings: WorkerTimings
    ) -> None:
        """Send by *sender*; leases are in *store*, the queue is at *url*. Nothing runs yet."""
        self._sender = sender
        self._store = store
        self._url = url
        self._timings = timings
        self._lease = store.worker_locks.create_worker_lease(shares_deliveries=True)
        self._executor_name = ""
        self._running_workflows: set[str] = set()
        self._missing_since: dict[str, float] = {}
        self._wakeup = asyncio.Event()
        self._is_stopping = False
        self._loop_task: asyncio.Task[None] | None = None
        self._state_log = StateLog(logger)

    async def trigger_sending(self) -> None:
        """Wake the background task, which enqueues the due workspaces; start it if necessary.

        Idempotent: a workspace in the queue is not enqueued again. One whose workflow has ended is,
        in the next interval of a minute.
        """
        self._wakeup.set()
        if self._loop_task is None:
            self._loop_task = asyncio.create_task(self._run_loop())

    def begin_stop(self) -> None:
        """Set the stop flags: no further request is sent, those in flight complete. Idempotent."""
        self._is_stopping = True
        self._wakeup.set()
        self._sender.begin_stop()

    async def stop(self) -> None:
        """Await the requests in flight, shut DBOS down with a timeout, and release the lease."""
        self.begin_stop()
        if self._loop_task is not None:
            await self._loop_task
        await self._sender.stop()
        await self._shut_down_dbos(self._timings.shutdown_timeout_seconds)
        await asyncio.to_thread(self._lease.release_lease)

    async def _run_loop(self) -> None:
        """Heartbeat: renew the lease, recover orphans; when woken, enqueue due workspaces, too."""
        while not self._is_stopping:
            try:
                is_woken = self._wakeup.is_set()
                self._wakeup.clear()
                await self._renew_and_recover()
            except Exception as error:  # noqa: BLE001 - the database is unreachable; the loop retries
                self._state_log.report_fault("worker.lease_failed", error)
            else:
                self._state_log.report_recovery("worker.lease_failed")
            if is_woken:
                await self._enqueue_or_send()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wakeup.wait(), self._timings.lease_check_seconds)

    async def _renew_and_recover(self) -> None:
        """Renew the lease, relaunch DBOS if that has a new number, and recover orphans."""
        if await asyncio.to_thread(self._lease.renew_or_acquire):
            self._missing_since.clear()
        if self._executor_name != _format_executor_name(self._lease.lease_number):
            await self._shut_down_dbos(0)
            await self._launch_dbos(_format_executor_name(self._lease.lease_number))
        await asyncio.to_thread(self._recover_orphans)

    async def _enqueue_or_send(self) -> None:
        try:
            if self._executor_name:
                workspaces = await self._sender.list_due_workspaces()
                interval_seconds = self._timings.enqueue_interval_seconds
                await asyncio.to_thread(_enqueue_workspaces, workspaces, interval_seconds)
            else:
                await self._sender.trigger_sending()
        except Exception as error:  # noqa: BLE001 - the next tick retries
            self._state_log.report_fault("worker.enqueue_failed", error)
        else:
            self._state_log.report_recovery("worker.enqueue_failed")

    async def _launch_dbos(self, executor_name: str) -> None:
        """Launch DBOS on the running event loop, so that workflows share the HTTP session."""
        dbos_logger = logging.getLogger("dbos")
        if not dbos_logger.handlers:  # without one it prints to stderr, personal data included
            dbos_logger.addHandler(logging.NullHandler())
        DBOS(config=_build_config(executor_name, self._url))
        try:
            DBOS.workflow(name=_QUEUE_NAME, max_recovery_attempts=None)(self._build_workflow())
            DBOS.launch()
            await asyncio.to_thread(_register_queue, self._timings.queue_poll_seconds)
        except Exception:
            await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
            raise
        self._executor_name = executor_name

    async def _shut_down_dbos(self, timeout_seconds: int) -> None:
        if self._executor_name:
            self._executor_name = ""
            await asyncio.to_thread(
                DBOS.destroy, destroy_registry=True, workflow_completion_timeout_sec=timeout_seconds
            )

    def _build_workflow(self) -> Callable[[str], Awaitable[None]]:
        async def run_workspace(workspace: str) -> None:
            """Send; log exceptions, whose text DBOS would store: it may contain a row's values."""
            workflow_id = DBOS.workflow_id or ""
            self._running_workflows.add(workflow_id)
            try:
                await self._sender.send_workspace(workspace)
            except Exception as error:  # noqa: BLE001 - the next tick enqueues it again
                log_error(logger, "delivery.workspace_failed", error)
            finally:
                self._running_workflows.discard(workflow_id)

        return run_workspace

    def _recover_orphans(self) -> None:
        """Resume pending workflows of workers without a lease, and those that this worker lost.

        Only after the grace period, and with the vacant lease locked. This worker loses a workflow
        if the connection to PostgreSQL fails after DBOS dequeued it and before its coroutine
        started: no other worker would ever run it. Blocks.
        """
        pending = _list_workflows("PENDING")
        live_executors = {
            _format_executor_name(worker.lease_number)
            for worker in self._store.worker_locks.list_live_workers()
            if worker.shares_deliveries
        }
        own_pending = {w.workflow_id for w in pending if w.executor_id == self._executor_name}
        dead_executors = {w.executor_id for w in pending if w.executor_id} - live_executors
        lost_workflows = own_pending - self._running_workflows
        for missing_id in self._list_ids_missing_past_grace(lost_workflows | dead_executors):
            if missing_id in own_pending:
                _resume_workflows([missing_id], "worker.lost_workflow_resumed")
                continue
            with self._lease.lock_vacant_lease(_parse_lease_number(missing_id)) as is_vacant:
                if is_vacant:
                    orphans = _list_workflows("PENDING", executor_id=missing_id)
                    _resume_workflows([w.workflow_id for w in orphans], "worker.orphans_resumed")

    def _list_ids_missing_past_grace(self, ids: set[str]) -> list[str]:
        """Return the *ids*, of workflows or executors, that calls have had for the grace period."""
        now = time.monotonic()
        self._missing_since = {id_: self._missing_since.get(id_, now) for id_ in sorted(ids)}
        grace_seconds = self._timings.orphan_grace_seconds
        return [id_ for id_, since in self._missing_since.items() if now - since >= grace_seconds]


def _build_config(executor_name: str, url: str) -> DBOSConfig:
    """Build DBOS's configuration: JSON instead of pickle, polling instead of NOTIFY, small pool."""
    return DBOSConfig(
        name="attune",
        system_database_url=url,
        dbos_system_schema=_DBOS_SCHEMA,
        application_version=_WORKFLOW_VERSION,
        executor_id=executor_name,
        serializer=DBOSPortableJSONSerializer(),
        use_listen_notify=False,
        sys_db_pool_size=4,
        log_level="ERROR",
    )


def _register_queue(poll_seconds: float) -> None:
    """Register the queue: one workflow per workspace at a time; the sender limits rates. Blocks."""
    DBOS.register_queue(
        _QUEUE_NAME,
        partition_concurrency=1,
        worker_concurrency=_MAX_CONCURRENT_WORKSPACES,
        polling_interval_sec=poll_seconds,
    )


def _enqueue_workspaces(workspaces: tuple[str, ...], interval_seconds: float) -> None:
    """Enqueue the workspaces without an unfinished workflow, and delete old workflows; blocks.

    A second workflow of a workspace would block behind the first, and every worker's poll would
    query it again. The workflow's id is an idempotency key: of several workers that enqueue a
    workspace in one interval, one inserts it.
    """
    unfinished = {
        workflow.queue_partition_key
        for status in ("ENQUEUED", "PENDING")
        for workflow in _list_workflows(status, app_version=_WORKFLOW_VERSION)
    }
    for workspace in workspaces:
        if workspace not in unfinished:
            options = _build_enqueue_options(workspace, interval_seconds)
            DBOS.enqueue_workflow_with_options(options, workspace)
    _delete_old_workflows()


def _build_enqueue_options(workspace: str, interval_seconds: float) -> EnqueueOptions:
    interval = int(time.time() // interval_seconds)
    return EnqueueOptions(
        workflow_name=_QUEUE_NAME,
        queue_name=_QUEUE_NAME,
        workflow_id=f"{_QUEUE_NAME}:{workspace}:{interval}",
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


def _resume_workflows(workflow_ids: list[str], action: str) -> None:
    if workflow_ids:
        DBOS.resume_workflows(workflow_ids, queue_name=_QUEUE_NAME)
        logger.warning(action, extra={"action": action, "count": len(workflow_ids)})


def _delete_old_workflows() -> None:
    """Delete a batch of workflows older than the retention period, of any version and status."""
    cutoff = (datetime.now(UTC) - _HISTORY_RETENTION).isoformat()
    old_workflows = DBOS.list_workflows(
        end_time=cutoff, limit=_CLEANUP_BATCH_SIZE, load_input=False, load_output=False
    )
    if old_workflows:
        DBOS.delete_workflows([workflow.workflow_id for workflow in old_workflows])


def _format_executor_name(lease_number: int) -> str:
    return f"worker-{lease_number}"


def _parse_lease_number(name: str) -> int:
    return int(name.rpartition("-")[2])
