"""Delivery by several workers over one PostgreSQL; the one module that imports DBOS.

One worker at a time sends to a workspace, as one DBOS workflow whose only input is the
workspace's id. DBOS persists every enqueued workflow, and recovers those of a crashed worker;
but only when a worker with the same executor id starts again. For workers that never return,
the live workers recover them here. DBOS does not prevent doubled messages: the claim does,
which a sender commits before the request to the product.
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
"""Stored with every enqueued workflow: another name would leave those of a release before it."""

_DBOS_SCHEMA = "attune_dbos"

_WORKFLOW_VERSION = "delivery-1"
"""Pinned: DBOS hashes the source code by default, and a changed line would orphan workflows."""

_MAX_CONCURRENT_WORKSPACES = 250
"""Maximum workspaces that one worker sends to concurrently.

Of more that fall due in one minute, each waits until another one has all its messages.
"""

_HISTORY_RETENTION = timedelta(days=2)
"""Retention of ended workflows, which reveal when a workspace received messages."""

_CLEANUP_BATCH = 1000
"""Maximum workflows deleted at once."""


class WorkspaceSender(DeliveryWorker, Protocol):
    """A delivery worker that can also list the due workspaces and send to a single one."""

    async def list_due_workspaces(self) -> tuple[str, ...]:
        """Return the workspaces with deliveries that are due now."""

    async def send_workspace(self, workspace: str) -> int:
        """Send what is due in *workspace*; return how many messages were sent."""


class SharedWorkers:
    """Shares the due workspaces with every other worker over the same PostgreSQL.

    Until the database has granted a lease, this worker sends without the queue: no message waits
    for other workers, and the claims prevent doubled ones.
    """

    def __init__(
        self, sender: WorkspaceSender, store: Store, url: str, timings: WorkerTimings
    ) -> None:
        """Share *sender* with the other workers over *store*, at *url*; nothing runs yet."""
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

    async def start_sending(self) -> None:
        """Request that the due workspaces be enqueued, for any worker, and return at once.

        Each worker does so at each of its ticks. A workspace that is in the queue stays as it is,
        and one whose workflow failed is enqueued again after a minute.
        """
        self._wakeup.set()
        if self._loop_task is None:
            self._loop_task = asyncio.create_task(self._run_loop())

    def begin_stop(self) -> None:
        """Send no further message from now on; those in flight go on."""
        self._is_stopping = True
        self._wakeup.set()
        self._sender.begin_stop()

    async def stop(self) -> None:
        """Finish the messages in flight, leave the queue to other workers, release the lease."""
        self.begin_stop()
        if self._loop_task is not None:
            await self._loop_task
        await self._sender.stop()
        await self._shut_down_dbos(self._timings.shutdown_timeout_seconds)
        await asyncio.to_thread(self._lease.release_lease)

    async def _run_loop(self) -> None:
        """Heartbeat: renew the lease, recover orphaned workflows, enqueue due workspaces."""
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
        """Renew the lease first, then resume the workflows of workers that lost theirs."""
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
                await self._sender.start_sending()
        except Exception as error:  # noqa: BLE001 - the next tick retries
            self._state_log.report_fault("worker.enqueue_failed", error)
        else:
            self._state_log.report_recovery("worker.enqueue_failed")

    async def _launch_dbos(self, executor_name: str) -> None:
        """Launch DBOS inside the running event loop: its workflows then share the HTTP session."""
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
            """Send, and store no error in DBOS's tables: its message may contain a row's values."""
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
        """Resume the workflows of workers that are gone, and those that this worker lost.

        The second happens when the connection to PostgreSQL fails just after DBOS dequeued a
        workflow for this worker, and before it started here: no other worker would ever run it.
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
        for key in self._keys_missing_past_grace(lost_workflows | dead_executors):
            if key in own_pending:
                _resume_workflows([key], "worker.lost_workflow_resumed")
                continue
            with self._lease.lock_vacant_lease(_parse_lease_number(key)) as is_vacant:
                if is_vacant:
                    orphans = _list_workflows("PENDING", executor_id=key)
                    _resume_workflows([w.workflow_id for w in orphans], "worker.orphans_resumed")

    def _keys_missing_past_grace(self, keys: set[str]) -> list[str]:
        now = time.monotonic()
        self._missing_since = {key: self._missing_since.get(key, now) for key in sorted(keys)}
        grace_seconds = self._timings.orphan_grace_seconds
        return [key for key, since in self._missing_since.items() if now - since >= grace_seconds]


def _build_config(executor_name: str, url: str) -> DBOSConfig:
    """Return DBOS's configuration: no pickles, no NOTIFY, few connections, only errors logged."""
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
    """Register the queue: one workflow per workspace at a time; the rate limit is the sender's."""
    DBOS.register_queue(
        _QUEUE_NAME,
        partition_concurrency=1,
        worker_concurrency=_MAX_CONCURRENT_WORKSPACES,
        polling_interval_sec=poll_seconds,
    )


def _enqueue_workspaces(workspaces: tuple[str, ...], interval_seconds: float) -> None:
    """Enqueue the workspaces that are neither in the queue nor being sent to.

    A second workflow of a workspace would wait for the first, and every worker would look for room
    for it at each of its polls.
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
    """Delete the workflows older than the retention period, of any version and status."""
    cutoff = (datetime.now(UTC) - _HISTORY_RETENTION).isoformat()
    old_workflows = DBOS.list_workflows(
        end_time=cutoff, limit=_CLEANUP_BATCH, load_input=False, load_output=False
    )
    if old_workflows:
        DBOS.delete_workflows([workflow.workflow_id for workflow in old_workflows])


def _format_executor_name(lease_number: int) -> str:
    return f"worker-{lease_number}"


def _parse_lease_number(name: str) -> int:
    return int(name.rpartition("-")[2])
