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

from bot.logs import trouble
from bot.store.store import Store

logger = logging.getLogger("attune.worker")

LOOK = 5.0
"""Seconds between two looks at one's own seat, and at what nobody does any more."""

DWELL = 30.0
"""Seconds for which a worker has to be missing before others do what it began.

Many looks long: in an outage of PostgreSQL everybody loses their seat at once, and whoever
then took the others for dead would take from them what they are doing.
"""

ROUND = 60.0
"""Seconds in which a workspace is put in line once, however many clocks tick."""

POLL = 1.0
"""Seconds between two looks at the line."""

PATIENCE = 20
"""Seconds that a worker which is told to end waits for the message it is sending."""

_QUEUE = "drain"
_SCHEMA = "attune_dbos"

_VERSION = "delivery-1"
"""Pinned: DBOS would take a changed line in this file for another program, and leave it all."""

_SIDE_BY_SIDE = 100
"""How many workspaces a worker drains at once."""

_KEPT = timedelta(days=2)
"""For how long it is kept that a workspace was drained: it tells when messages were sent."""

_SWEEP = 1000


class Draining(Protocol):
    """What is shared: finding whom something is owed to, and emptying one workspace."""

    async def owing(self) -> tuple[str, ...]:
        """The workspaces that are owed something now."""

    async def workspace(self, workspace: str) -> int:
        """Send what *workspace* is owed, and say how many messages went."""

    async def start(self) -> None:
        """Begin to send to every one of them here, with nobody's help."""

    async def stop(self) -> None:
        """Begin no further message."""


class Shared:
    """Shares the draining with every other worker over the same PostgreSQL.

    Until the database has given it a seat, it drains by itself: nobody waits for the others,
    and nobody is written to twice.
    """

    def __init__(self, drain: Draining, store: Store, url: str) -> None:
        """Share *drain* with whoever else works over *store*, at *url*; nothing runs yet."""
        self._drain = drain
        self._store = store
        self._url = url
        self._seat = store.seat(shares=True)
        self._name = ""
        self._under_way: set[str] = set()
        self._missing: dict[str, float] = {}
        self._bell = asyncio.Event()
        self._ending = False
        self._work: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Have whoever is owed something put in line, for any worker, and wait for none of it.

        Each worker does so at each of its ticks. What stands in line already stays as it is,
        and what ended badly a minute ago is begun anew.
        """
        self._bell.set()
        if self._work is None:
            self._work = asyncio.create_task(self._share())

    async def stop(self) -> None:
        """Finish the messages being sent, leave the rest to the others, and give up the seat."""
        self._ending = True
        self._bell.set()
        if self._work is not None:
            await self._work
        await self._drain.stop()
        await self._leave(PATIENCE)
        await asyncio.to_thread(self._seat.leave)

    async def _share(self) -> None:
        """Look after one's seat and the others, and line up what is owed when the bell rings."""
        while not self._ending:
            try:
                rung = self._bell.is_set()
                self._bell.clear()
                await self._look()
            except Exception as error:  # noqa: BLE001 - the database is away; it is asked again
                trouble(logger, "worker.not_sharing", error)
            if rung:
                await self._hand_over()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._bell.wait(), LOOK)

    async def _look(self) -> None:
        """Make sure of the seat, and take over from whoever lost theirs; in this order."""
        if await asyncio.to_thread(self._seat.keep):
            self._missing.clear()
        if self._name != _name(self._seat.number):
            await self._leave(0)
            await self._join(_name(self._seat.number))
        await asyncio.to_thread(self._take_over)

    async def _hand_over(self) -> None:
        try:
            if self._name:
                await asyncio.to_thread(_line_up, await self._drain.owing())
            else:
                await self._drain.start()
        except Exception as error:  # noqa: BLE001 - the next tick rings again
            trouble(logger, "worker.not_lined_up", error)

    async def _join(self, name: str) -> None:
        """Launch DBOS inside the running loop: its drains then share the HTTP session."""
        chatty = logging.getLogger("dbos")
        if not chatty.handlers:  # it would print by itself, past everything that names nobody
            chatty.addHandler(logging.NullHandler())
        DBOS(config=_config(name, self._url))
        try:
            DBOS.workflow(name=_QUEUE, max_recovery_attempts=None)(self._workflow())
            DBOS.launch()
            await asyncio.to_thread(_open_queue)
        except Exception:
            await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
            raise
        self._name = name

    async def _leave(self, patience: int) -> None:
        if self._name:
            self._name = ""
            await asyncio.to_thread(
                DBOS.destroy, destroy_registry=True, workflow_completion_timeout_sec=patience
            )

    def _workflow(self) -> Callable[[str], Awaitable[None]]:
        async def drained(workspace: str) -> None:
            """Drain, and leave nothing in DBOS's tables: an error's words may repeat a row's."""
            mine = DBOS.workflow_id or ""
            self._under_way.add(mine)
            try:
                await self._drain.workspace(workspace)
            except Exception as error:  # noqa: BLE001 - the next tick puts it in line again
                trouble(logger, "duty.failed", error, duty="drain")
            finally:
                self._under_way.discard(mine)

        return drained

    def _take_over(self) -> None:
        """Put in line again what a worker began that is gone, and what got lost in our hands.

        The second happens when PostgreSQL goes away just after DBOS took a workflow in our
        name, and before we heard of it: nobody else would ever run it.
        """
        begun = _listed("PENDING")
        living = {_name(one.seat) for one in self._store.workers() if one.shares}
        lost = {one.workflow_id for one in begun if one.executor_id == self._name}
        gone = {one.executor_id for one in begun if one.executor_id} - living
        for key in self._missing_for_long((lost - self._under_way) | gone):
            if key in lost:
                _again([key], "worker.found_again")
                continue
            with self._seat.instead_of(_number(key)) as vacant:
                if vacant:
                    left = _listed("PENDING", executor_id=key)
                    _again([one.workflow_id for one in left], "worker.took_over")

    def _missing_for_long(self, keys: set[str]) -> list[str]:
        now = time.monotonic()
        self._missing = {key: self._missing.get(key, now) for key in sorted(keys)}
        return [key for key, since in self._missing.items() if now - since >= DWELL]


def _config(name: str, url: str) -> DBOSConfig:
    """No pickles, no traffic but PostgreSQL's, few connections, and little said."""
    return DBOSConfig(
        name="attune",
        system_database_url=url,
        dbos_system_schema=_SCHEMA,
        application_version=_VERSION,
        executor_id=name,
        serializer=DBOSPortableJSONSerializer(),
        use_listen_notify=False,
        sys_db_pool_size=4,
        log_level="ERROR",
    )


def _open_queue() -> None:
    """One workspace at a time; the pace is the drain's own, and costs DBOS no transactions."""
    DBOS.register_queue(
        _QUEUE,
        partition_concurrency=1,
        worker_concurrency=_SIDE_BY_SIDE,
        polling_interval_sec=POLL,
    )


def _line_up(owing: tuple[str, ...]) -> None:
    waiting = {one.queue_partition_key for one in _listed("ENQUEUED", app_version=_VERSION)}
    for workspace in owing:
        if workspace not in waiting:
            DBOS.enqueue_workflow_with_options(_in_line(workspace), workspace)
    _sweep()


def _in_line(workspace: str) -> EnqueueOptions:
    return EnqueueOptions(
        workflow_name=_QUEUE,
        queue_name=_QUEUE,
        workflow_id=f"{_QUEUE}:{workspace}:{int(time.time() // ROUND)}",
        queue_partition_key=workspace,
        app_version=_VERSION,
    )


def _listed(status: str, **narrowed: str) -> list[WorkflowStatus]:
    return DBOS.list_workflows(
        queue_name=_QUEUE,
        status=status,
        load_input=False,
        load_output=False,
        app_version=narrowed.get("app_version"),
        executor_id=narrowed.get("executor_id"),
    )


def _again(workflows: list[str], action: str) -> None:
    if workflows:
        DBOS.resume_workflows(workflows, queue_name=_QUEUE)
        logger.warning(action, extra={"action": action, "count": len(workflows)})


def _sweep() -> None:
    """Forget the drains of two days ago, of this version or an older one, however they ended."""
    before = (datetime.now(UTC) - _KEPT).isoformat()
    old = DBOS.list_workflows(end_time=before, limit=_SWEEP, load_input=False, load_output=False)
    if old:
        DBOS.delete_workflows([one.workflow_id for one in old])


def _name(seat: int) -> str:
    return f"worker-{seat}"


def _number(name: str) -> int:
    return int(name.rpartition("-")[2])
