"""Hands what is owed to its product, one workspace at a time, and keeps what became of it."""

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from bot.context import Context
from bot.conversation import Address, SendResult, SendStatus
from bot.domain.checkins.scheduling import Postponement
from bot.elements import Message
from bot.errors import StoreBusyError
from bot.logs import log_error
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from bot.workflows import delivery_outcome
from schedules.delivery.rate_limit import RateLimiter, halve_rate, recover_rate

logger = logging.getLogger("attune.drain")

Composer = Callable[[Repositories, Delivery, Context], Message | Postponement | None]
"""Writes the message a delivery owes, or says until when it waits; ``None``: nobody wants it.

It reads the books in the transaction that begins the delivery, so that whoever left before
is sent nothing; of the desk it needs the words and the time.
"""

_MAX_CLAIM_AGE = timedelta(seconds=5)
"""A message not on its way so long after it was begun is begun anew: others may look for it."""

_CLAIM_LEAD_SECONDS = 0.1
"""Seconds before its turn at which a message is begun, so that it leaves when its turn comes.

No earlier: what a crash finds begun is in doubt.
"""

_REST_MARGIN_SECONDS = 1.0
"""Seconds by which a rest may be kept as longer than it was asked for."""

_COMPOSE_RETRY_AFTER = timedelta(minutes=15)
"""When a message that could not be written is tried again."""

_RESULT_TIMEOUT_SECONDS = 60.0
"""Seconds that the fate of a message may wait for a busy store: forgotten, it is in doubt."""

_BATCH_SIZE, _MAX_LOOKUPS = 20, 40
"""How many are read at once: few, so that nobody's first message waits for others' lists."""

_MAX_UNKNOWN_RESULTS, _OUTAGE_PAUSE = 3, timedelta(minutes=1)
"""After so many fates in doubt on end a product is ill, and more messages would join them."""

_MAX_LOOKUP_BACKOFF_SECONDS = 64 * 60.0
"""Seconds between two searches at most, where a product does not let us look just now."""


class _ClaimedMessage(NamedTuple):
    """A message whose delivery is claimed, where it goes, and since when."""

    message: Message
    address: Address
    claimed_at: datetime


class DeliverySender:
    """Empties the owed deliveries of every workspace; called twice, it sends nothing twice.

    The intent to send is committed before the product is called, so what a crash leaves
    is known to be unknown. A workspace that asks for rest gets it, and no other does.
    """

    def __init__(
        self,
        context: Context,
        composers: Mapping[str, Composer],
        max_per_second: float = math.inf,
        *,
        max_rest_seconds: float = 0.0,
    ) -> None:
        """Serve *desk*, with a composer a kind; *a_second* messages at most to one workspace.

        A rest of *sits_out* seconds at most is waited for; after a longer one, it is for the
        next tick to go on.
        """
        self._context = context
        self._composers = composers
        self._max_per_second = max_per_second
        self._max_rest_seconds = max_rest_seconds
        self._rate_limiters: dict[str, RateLimiter] = {}
        self._lookup_backoffs: dict[str, tuple[datetime, float]] = {}
        self._running_tasks: dict[str, asyncio.Task[int]] = {}
        self._stop_event = asyncio.Event()

    async def list_due_workspaces(self) -> tuple[str, ...]:
        """The workspaces that are owed something now, or a look into what is in doubt."""
        now = self._context.now()
        return await self._context.store.read(
            lambda repos: repos.deliveries.list_due_workspaces(now)
        )

    async def start(self) -> None:
        """Begin to send to every workspace that is owed something, and wait for none of them."""
        for workspace in await self.list_due_workspaces():
            if workspace not in self._running_tasks:
                self._running_tasks[workspace] = asyncio.create_task(
                    self._send_workspace_safely(workspace)
                )

    async def send_all_due(self) -> int:
        """Send what is owed now, workspaces side by side, and say how many messages went."""
        sent = sum(await asyncio.gather(*self._running_tasks.values()))
        await self.start()
        return sent + sum(await asyncio.gather(*self._running_tasks.values()))

    async def stop(self) -> None:
        """Begin no further message, and wait until what was begun has ended."""
        self._stop_event.set()
        await asyncio.gather(*self._running_tasks.values())

    async def send_workspace(self, workspace: str) -> int:
        """Send what *workspace* is owed now, one message after another, and say how many went.

        The one function that does so, in whichever process: what is under way elsewhere is
        left alone, and the rest that a product asked for is kept where all can see it.
        Raises :class:`bot.errors.BusyError`, and what the database raises.
        """
        await self._reconcile_in_doubt(workspace)
        pacer = self._rate_limiters.setdefault(workspace, RateLimiter(self._max_per_second))
        pacer.resume(asyncio.get_running_loop().time())
        sent = doubts = 0
        while owed := await self._load_due_deliveries(workspace, pacer):
            for delivery in owed:
                outcome = await self._send_delivery(delivery, pacer)
                fate = outcome and outcome.status
                sent += fate is SendStatus.SENT
                doubts = doubts + 1 if fate is SendStatus.UNKNOWN else 0
                if doubts == _MAX_UNKNOWN_RESULTS:
                    await self._pause_workspace(workspace)
                if await self._wait_out_rest(outcome, pacer):
                    break
                refused = fate in {SendStatus.RETRY_LATER, SendStatus.CLOSED}
                if refused or doubts == _MAX_UNKNOWN_RESULTS or self._stop_event.is_set():
                    return sent
        return sent

    async def _wait_out_rest(self, result: SendResult | None, rate_limiter: RateLimiter) -> bool:
        """Wait for the end of a short rest that was asked for, if one was."""
        if result is None or result.status is not SendStatus.RETRY_LATER:
            return False
        seconds = result.retry_after_seconds
        if not 0 < seconds <= self._max_rest_seconds:
            return False
        loop = asyncio.get_running_loop()
        goes_on = await self._sleep_until(loop.time() + seconds + _REST_MARGIN_SECONDS)
        rate_limiter.resume(loop.time())
        return goes_on

    async def _pause_workspace(self, workspace: str) -> None:
        """Leave a product that answers nothing clearly alone for a while."""
        until = self._context.now() + _OUTAGE_PAUSE
        await self._context.store.write(lambda repos: repos.workspaces.set_rest(workspace, until))

    async def _send_workspace_safely(self, workspace: str) -> int:
        try:
            return await self.send_workspace(workspace)
        except Exception as error:  # noqa: BLE001 - the next tick tries again, others go on
            log_error(logger, "drain.failed", error)
            return 0
        finally:
            del self._running_tasks[workspace]

    async def _load_due_deliveries(
        self, workspace: str, rate_limiter: RateLimiter
    ) -> tuple[Delivery, ...]:
        now = self._context.now()

        def read_due_deliveries(repos: Repositories) -> tuple[tuple[Delivery, ...], float]:
            a_minute, since = repos.workspaces.get_pace(workspace)
            a_second = recover_rate(a_minute, since, now, self._max_per_second)
            takes = repos.workspaces.accepts_messages(workspace, now)
            return repos.deliveries.list_due_deliveries(
                workspace, now, _BATCH_SIZE
            ) if takes else (), a_second

        owed, rate_limiter.rate_per_second = await self._context.store.read(read_due_deliveries)
        return owed

    async def _sleep_until(self, loop_time: float) -> bool:
        """Wait until *moment* by the loop's clock; ``False`` when nothing more is to be begun."""
        seconds = loop_time - asyncio.get_running_loop().time()
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop_event.wait(), seconds)
        return not self._stop_event.is_set()

    async def _send_delivery(
        self, delivery: Delivery, rate_limiter: RateLimiter
    ) -> SendResult | None:
        """Begin a message a little before its turn, and send it when its turn comes."""
        loop = asyncio.get_running_loop()
        turn = loop.time() + rate_limiter.reserve(loop.time())
        if not await self._sleep_until(turn - _CLAIM_LEAD_SECONDS):
            return None
        begun = await self._claim_delivery(delivery)
        if begun is None:
            return None
        message, address, at = begun
        await asyncio.sleep(turn - loop.time())
        rate_limiter.mark_sent(loop.time())
        if self._context.now() - at > _MAX_CLAIM_AGE:
            outcome = SendResult(SendStatus.RETRY_LATER, reason="too_old")
        else:
            outlet = self._context.outlets[delivery.workspace.partition(":")[0]]
            outcome = await outlet.send(address, message, delivery.id)
            if outcome.route == address.route:  # known already: one thing less to keep
                outcome = replace(outcome, route="")
        pace = halve_rate(rate_limiter.rate_per_second)
        say = await self._context.store.write(
            lambda repos: delivery_outcome.record_send_result(
                repos, delivery, outcome, self._context.now(), pace
            ),
            timeout_seconds=_RESULT_TIMEOUT_SECONDS,
        )
        _log_action(say, delivery, outcome.reason)
        return outcome

    async def _claim_delivery(self, delivery: Delivery) -> _ClaimedMessage | None:
        """Write the message and claim its delivery; after an error, the delivery is put off."""
        compose = self._composers[delivery.kind]
        try:
            return await self._context.store.write(
                partial(
                    _compose_and_claim, delivery=delivery, context=self._context, compose=compose
                )
            )
        except StoreBusyError:
            raise
        except Exception as error:  # noqa: BLE001 - one that cannot be written holds up no other
            log_error(logger, "drain.not_composed", error, kind=delivery.kind)
            later = self._context.now() + _COMPOSE_RETRY_AFTER
            await self._context.store.write(
                lambda repos: repos.deliveries.postpone_delivery(delivery.id, later)
            )
            return None

    async def _reconcile_in_doubt(self, workspace: str) -> None:
        """Find out about messages that were begun and never ended, where a product lets us."""
        now = self._context.now()
        since, wait = self._lookup_backoffs.get(workspace, (now, 0.0))
        if now < since + timedelta(seconds=wait) and now >= since:
            return
        for delivery in await self._context.store.read(partial(_load_in_doubt, workspace, now)):
            found = await self._check_posted(delivery)
            settled = partial(
                delivery_outcome.settle_in_doubt, delivery=delivery, search_result=found, now=now
            )
            _log_action(await self._context.store.write(settled), delivery, found)
            if found == "later":
                self._lookup_backoffs[workspace] = (
                    now,
                    min(max(60.0, wait * 2), _MAX_LOOKUP_BACKOFF_SECONDS),
                )
                return
        self._lookup_backoffs.pop(workspace, None)

    async def _check_posted(self, delivery: Delivery) -> delivery_outcome.SearchResult:
        address = delivery_outcome.address_of(delivery)
        way = await self._context.store.read(lambda repos: repos.chat_routes.get_route(address))
        outlet = self._context.outlets[delivery.workspace.partition(":")[0]]
        since = delivery.started_at.timestamp()
        return await outlet.check_posted(replace(address, route=way), delivery.id, since)


def _compose_and_claim(
    repos: Repositories, delivery: Delivery, context: Context, compose: Composer
) -> _ClaimedMessage | None:
    """Claim a delivery and write its message; without one it is withdrawn or waits."""
    message = compose(repos, delivery, context)
    if not isinstance(message, Message):
        _skip_delivery(repos, delivery, message)
        return None
    at = context.now()
    if not repos.deliveries.claim_delivery(delivery.id, delivery.attempt, at):
        return None
    address = delivery_outcome.address_of(delivery)
    return _ClaimedMessage(
        message, replace(address, route=repos.chat_routes.get_route(address)), at
    )


def _load_in_doubt(workspace: str, now: datetime, repos: Repositories) -> tuple[Delivery, ...]:
    if not repos.workspaces.accepts_messages(workspace, now):
        return ()
    return repos.deliveries.list_unsettled(workspace, now, _MAX_LOOKUPS)


def _log_action(action: str, delivery: Delivery, reason: str) -> None:
    if action:
        facts = {"action": action, "kind": delivery.kind, "reason": reason}
        logger.warning(action, extra=facts)


def _skip_delivery(
    repos: Repositories, delivery: Delivery, postponement: Postponement | None
) -> None:
    if postponement is None:
        repos.deliveries.mark_withdrawn(delivery.id)
    elif postponement.until is None:
        repos.deliveries.mark_missed(delivery.id, delivery.attempt, postponement.blocker)
    else:
        repos.deliveries.postpone_delivery(delivery.id, postponement.until)
