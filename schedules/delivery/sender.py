"""Sender of due deliveries: one task per workspace, one request after another, results stored."""

import asyncio
import logging
import math
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import timedelta

from bot.context import Context
from bot.conversation import SendResult, SendStatus
from bot.logs import log_error
from bot.outlet import Outlet
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from bot.store.repositories.delivery_statements import RECONCILE_AFTER
from bot.workflows import delivery_outcome
from bot.workflows.workspace_probes import list_due_retries
from schedules.delivery.action_log import log_action
from schedules.delivery.composition import (
    ClaimedMessage,
    ComposedMessage,
    Composer,
    MessageComposer,
)
from schedules.delivery.prober import OutageDetector, Prober
from schedules.delivery.rate_limit import RateLimiter, halve_rate, recover_rate
from schedules.delivery.reconciler import Reconciler

logger = logging.getLogger("attune.delivery")

_MAX_CLAIM_AGE = timedelta(seconds=5)
"""Maximum age of a claim at which its request is sent; an older one is queued again.

A later request could still be in flight when another process reconciles the delivery.
"""

_CLAIM_LEAD_SECONDS = 0.1
"""Seconds before its send time at which a row is claimed, so that the commit delays no request.

No earlier: a delivery that is claimed when the process crashes is in doubt.
"""

_REST_MARGIN_SECONDS = 1.0
"""Seconds by which the stored end of a rest, rounded up, may be later than the product's."""

_RESULT_TIMEOUT_SECONDS = 60.0
"""Timeout of the write transaction of a result: without a result a delivery is in doubt."""

_COMPOSE_BATCH_SIZE = 5
"""Messages composed per read transaction: at the usual rate they are sent within two seconds."""

_QUERY_BATCH_SIZE = 20
"""Maximum rows per query of due deliveries: few, so that no query delays a first message."""


class DeliverySender:
    """Sends the due deliveries of every workspace, each in a task of its own on the event loop.

    At most once: a delivery is claimed by an optimistic lock on its row, so that of two concurrent
    senders one sends it. The claim is committed before the request, so that a crash leaves the
    delivery in doubt, to be reconciled, instead of lost. A rate limit that the product reports for
    one workspace delays no other one.
    """

    def __init__(
        self,
        context: Context,
        composers: Mapping[str, Composer],
        max_per_second: float = math.inf,
        *,
        max_rest_seconds: float = 0.0,
        reconcile_after: timedelta = RECONCILE_AFTER,
        composes_before_claim: bool = False,
    ) -> None:
        """Send with *composers*, a dict by delivery kind; no task is created yet.

        *max_per_second* is the rate limit per workspace, by default infinite. A retry-after of
        *max_rest_seconds* at most is slept through; after a longer one, or with the default of 0, a
        later tick continues. A claim without a result is reconciled after *reconcile_after*. With
        *composes_before_claim* messages are composed in read transactions instead of that of the
        claim, whose writer lock delays other processes.
        """
        self._composes_before_claim = composes_before_claim
        self._context = context
        self._composer = MessageComposer(context, composers)
        self._max_per_second = max_per_second
        self._max_rest_seconds = max_rest_seconds
        self._reconcile_after = reconcile_after
        self._reconciler = Reconciler(context, reconcile_after)
        self._prober = Prober(context)
        self._rate_limiters: dict[str, RateLimiter] = {}
        self._running_tasks: dict[str, asyncio.Task[int]] = {}
        self._stop_event = asyncio.Event()

    async def list_due_workspaces(self) -> tuple[str, ...]:
        """Query the workspaces of configured products with rows due or in doubt, or a due probe."""
        now = self._context.now()
        workspaces = await self._context.store.across_workspaces.read(
            lambda repos: (
                *repos.deliveries.list_due_workspaces(now, self._reconcile_after),
                *list_due_retries(repos, now),
            )
        )
        return tuple(filter(self._context.is_configured, workspaces))

    async def trigger_sending(self) -> None:
        """Create a task for every workspace with due rows and no running task; do not await it."""
        for workspace in await self.list_due_workspaces():
            if workspace not in self._running_tasks:
                self._running_tasks[workspace] = asyncio.create_task(
                    self._send_workspace_safely(workspace)
                )

    async def send_all_due(self) -> int:
        """Send what is due, workspaces concurrently; return how many messages were sent.

        Awaits the tasks that are running first, and then those that it creates.
        """
        sent = sum(await asyncio.gather(*self._running_tasks.values()))
        await self.trigger_sending()
        return sent + sum(await asyncio.gather(*self._running_tasks.values()))

    def begin_stop(self) -> None:
        """Set the stop event: no further request is sent, those in flight complete. Idempotent."""
        self._stop_event.set()

    async def stop(self) -> None:
        """Set the stop event, and await the tasks of all workspaces."""
        self.begin_stop()
        await asyncio.gather(*self._running_tasks.values())

    async def send_workspace(self, workspace: str) -> int:
        """Send what is due in *workspace*, one request after another; return how many were sent.

        First probes the workspace if that is due, then reconciles deliveries in doubt. A row that
        another process has claimed is skipped; the end of a rest is stored for all processes.
        Returns 0 without a claim for a product that is not configured, and during a rest, an outage
        or a suspension. Raises :class:`bot.errors.StoreBusyError`, and the database's exceptions.
        """
        outlet = self._context.find_outlet(workspace)
        if outlet is None:
            return 0
        detector = await self._prober.probe_if_due(workspace, outlet)
        if detector is None:
            return 0
        await self._reconciler.reconcile_workspace(workspace, outlet)
        try:
            return await self._send_until_done(workspace, outlet, detector)
        finally:
            await detector.schedule_probe_after_outage()

    async def _send_until_done(
        self, workspace: str, outlet: Outlet, detector: OutageDetector
    ) -> int:
        """Query and send batches of due rows until none is left; return how many were sent.

        Stops before that at a rejection of the whole workspace, at a retry-after that is too long
        to sleep through, when *detector* reports an outage, and on a stop.
        """
        rate_limiter = self._rate_limiters.setdefault(workspace, RateLimiter(self._max_per_second))
        rate_limiter.resume(asyncio.get_running_loop().time())
        sent = 0
        while deliveries := await self._load_due_deliveries(workspace, rate_limiter):
            async with aclosing(self._compose_in_batches(deliveries)) as composed_deliveries:
                async for delivery, composed in composed_deliveries:
                    result = await self._send_delivery(delivery, composed, outlet, rate_limiter)
                    status = result.status if result else None
                    sent += status is SendStatus.SENT
                    await detector.record_status(status)
                    if await self._wait_for_retry_after(result, rate_limiter):
                        break
                    is_refused = status in {
                        SendStatus.RETRY_LATER,
                        SendStatus.REJECTED_BY_WORKSPACE,
                    }
                    if is_refused or detector.has_outage or self._stop_event.is_set():
                        return sent
        return sent

    async def _wait_for_retry_after(
        self, result: SendResult | None, rate_limiter: RateLimiter
    ) -> bool:
        """Sleep for the retry-after of *result* if that is short; return whether to query again."""
        if result is None or result.status is not SendStatus.RETRY_LATER:
            return False
        seconds = result.retry_after_seconds
        if not 0 < seconds <= self._max_rest_seconds:
            return False
        loop = asyncio.get_running_loop()
        continues = await self._sleep_until(loop.time() + seconds + _REST_MARGIN_SECONDS)
        rate_limiter.resume(loop.time())
        return continues

    async def _send_workspace_safely(self, workspace: str) -> int:
        try:
            return await self.send_workspace(workspace)
        except Exception as error:  # noqa: BLE001 - the next tick retries
            log_error(logger, "delivery.workspace_failed", error)
            return 0
        finally:
            del self._running_tasks[workspace]

    async def _load_due_deliveries(
        self, workspace: str, rate_limiter: RateLimiter
    ) -> tuple[Delivery, ...]:
        now = self._context.now()

        def read_due_deliveries(repos: Repositories) -> tuple[tuple[Delivery, ...], float]:
            rate_per_minute, slowed_at = repos.workspaces.get_reduced_rate(workspace)
            rate_per_second = recover_rate(rate_per_minute, slowed_at, now, self._max_per_second)
            if not repos.workspaces.accepts_messages(workspace, now):
                return (), rate_per_second
            deliveries = repos.deliveries.list_due_deliveries(workspace, now, _QUERY_BATCH_SIZE)
            return deliveries, rate_per_second

        deliveries, rate_limiter.rate_per_second = await self._context.store.for_workspace(
            workspace
        ).read(read_due_deliveries)
        return deliveries

    async def _sleep_until(self, loop_time: float) -> bool:
        """Sleep until *loop_time* of the event loop; return ``False`` if the stop event is set."""
        seconds = loop_time - asyncio.get_running_loop().time()
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop_event.wait(), seconds)
        return not self._stop_event.is_set()

    async def _compose_in_batches(
        self, deliveries: Sequence[Delivery]
    ) -> AsyncGenerator[tuple[Delivery, ComposedMessage | None], None]:
        """Yield each delivery with its message; with ``None`` if the claim has to compose it.

        Messages are composed in batches, lazily. A delivery without a message is skipped: the
        composer has withdrawn or postponed it.
        """
        if not self._composes_before_claim:
            for delivery in deliveries:
                yield delivery, None
            return
        for start in range(0, len(deliveries), _COMPOSE_BATCH_SIZE):
            batch = deliveries[start : start + _COMPOSE_BATCH_SIZE]
            for delivery, composed in zip(batch, await self._composer.compose(batch), strict=True):
                if composed is not None:
                    yield delivery, composed

    async def _send_delivery(
        self,
        delivery: Delivery,
        composed: ComposedMessage | None,
        outlet: Outlet,
        rate_limiter: RateLimiter,
    ) -> SendResult | None:
        """Claim a row shortly before its send time, send the request on time, store the result.

        Two write transactions; none is open during the request. Returns ``None`` if the claim
        fails, and on a stop, which queues a claimed row again.
        """
        loop = asyncio.get_running_loop()
        send_at = loop.time() + rate_limiter.reserve(loop.time())
        if not await self._sleep_until(send_at - _CLAIM_LEAD_SECONDS):
            return None
        claimed = await self._composer.claim(delivery, composed)
        if claimed is None:
            return None
        if not await self._sleep_until(send_at):
            await self._release_claim(delivery)
            return None
        rate_limiter.mark_sent(loop.time())
        result = await self._send_claimed_message(delivery, outlet, claimed)
        rate_after_limit = halve_rate(rate_limiter.rate_per_second)
        action = await self._context.store.for_workspace(delivery.workspace).write(
            lambda repos: delivery_outcome.record_send_result(
                repos, delivery, result, self._context.now(), rate_after_limit
            ),
            timeout_seconds=_RESULT_TIMEOUT_SECONDS,
        )
        log_action(action, delivery, result.reason)
        return result

    async def _send_claimed_message(
        self, delivery: Delivery, outlet: Outlet, claimed: ClaimedMessage
    ) -> SendResult:
        if self._context.now() - claimed.claimed_at > _MAX_CLAIM_AGE:
            return SendResult(SendStatus.RETRY_LATER, reason="too_old")
        address = claimed.composed.address
        result = await outlet.send(address, claimed.composed.message, delivery.id)
        is_known_route = result.route == address.route
        return replace(result, route="") if is_known_route else result  # saves an upsert

    async def _release_claim(self, delivery: Delivery) -> None:
        """Queue a claimed row again in a write transaction, as its request was not sent."""
        await self._context.store.for_workspace(delivery.workspace).write(
            lambda repos: repos.deliveries.requeue_delivery(delivery.id, delivery.attempt + 1),
            timeout_seconds=_RESULT_TIMEOUT_SECONDS,
        )
