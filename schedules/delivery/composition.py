"""Composes the message of a due delivery, and claims its row by an optimistic lock."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from bot.context import Context
from bot.conversation import Address
from bot.domain.checkins.scheduling import Postponement
from bot.elements import Message
from bot.logs import log_error
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from bot.workflows import delivery_outcome

logger = logging.getLogger("attune.delivery")

Composer = Callable[[Repositories, Delivery, Context], Message | Postponement | None]
"""Renders the message of a delivery, or returns a postponement; ``None`` withdraws the delivery.

A composer is a synchronous function, called inside a transaction on a reader or the writer thread.
It only reads the repositories; of the context, which has the content of the delivery's workspace,
it uses the catalogue and the clock. An exception that it raises postpones the delivery.
"""

_COMPOSE_RETRY_DELAY = timedelta(minutes=15)
"""Delay before the retry after a composer's exception."""

_MAX_COMPOSED_AGE = timedelta(seconds=5)
"""Maximum age of a message at its claim; an older one is composed again in the claim's transaction.

The claim may have waited in the write queue, and quiet hours may have begun meanwhile.
"""

_CLAIM_TIMEOUT_SECONDS = 30.0
"""Timeout in seconds of the write transaction of a claim, a withdrawal or a postponement.

Longer than the default: hundreds of workspaces may be in the write queue at once.
"""


class ComposedMessage(NamedTuple):
    """A message, its address with the chat route from the database, and the time of both."""

    message: Message
    address: Address
    composed_at: datetime


class ClaimedMessage(NamedTuple):
    """A message whose delivery row is claimed, and the time of the claim."""

    composed: ComposedMessage
    claimed_at: datetime


_Composition = ComposedMessage | Postponement | Exception | None
"""Result of a composition: a message, or what the composer returned or raised instead."""


class MessageComposer:
    """Composes messages in read transactions (:meth:`compose`) and claims their rows.

    Over a shared database :meth:`compose` runs before the claim, so that rendering does not hold
    the writer lock for which other processes wait. With a single process, :meth:`claim` renders in
    its own write transaction, which saves one.

    A message that is composed first may be outdated at its claim. Whatever ends a person's
    messages (leaving, a pause, an erasure, a removal from a list) changes or deletes their rows in
    its transaction, so that the claim fails.
    """

    def __init__(self, context: Context, composers: Mapping[str, Composer]) -> None:
        """Compose with *composers*, a dict by delivery kind."""
        self._context = context
        self._composers = composers

    async def compose(self, deliveries: Sequence[Delivery]) -> list[ComposedMessage | None]:
        """Compose the messages of *deliveries* of one workspace; return a list in their order.

        One read transaction for all of them; after an exception, one for each. ``None`` for a
        delivery without a message, which is withdrawn, postponed or marked as missed in a write
        transaction; a composer's exception is logged and postpones its delivery alone. Raises
        :class:`bot.errors.StoreBusyError`, and the database's exceptions.
        """
        scope = self._context.store.for_workspace(deliveries[0].workspace)
        results = await self._compose_together(deliveries)
        if any(isinstance(result, Exception) for result in results) and len(deliveries) > 1:
            # After a failed statement PostgreSQL rejects every query of the same transaction.
            results = [
                result
                for delivery in deliveries
                for result in await self._compose_together([delivery])
            ]
        for delivery, result in zip(deliveries, results, strict=True):
            if not isinstance(result, ComposedMessage):
                _log_failure(delivery, result)
                retry_at = self._context.now() + _COMPOSE_RETRY_DELAY
                await scope.write(
                    partial(_withdraw_or_postpone, delivery, result, retry_at),
                    timeout_seconds=_CLAIM_TIMEOUT_SECONDS,
                )
        return [result if isinstance(result, ComposedMessage) else None for result in results]

    async def _compose_together(self, deliveries: Sequence[Delivery]) -> list[_Composition]:
        """Compose the messages of *deliveries* of one workspace in one read transaction."""
        return await self._context.store.for_workspace(deliveries[0].workspace).read(
            lambda repos: [self._compose_message(repos, delivery) for delivery in deliveries],
            reads_many_rows=True,
        )

    async def claim(
        self, delivery: Delivery, composed: ComposedMessage | None
    ) -> ClaimedMessage | None:
        """Claim the row of *delivery* in a write transaction; return the message to send.

        The message is *composed*, unless that is ``None`` or older than :data:`_MAX_COMPOSED_AGE`
        when the transaction begins; it is then composed in this transaction. (Rejecting an outdated
        message instead would, in a busy store, reject every message.) Returns ``None`` if another
        sender has claimed the row, if it was withdrawn, or without a message, as in
        :meth:`compose`.
        Raises :class:`bot.errors.StoreBusyError`.
        """

        def claim_message(repos: Repositories) -> ClaimedMessage | None:
            is_fresh = composed is not None and self._is_fresh(composed)
            result = composed if is_fresh else self._compose_message(repos, delivery)
            now = self._context.now()
            if not isinstance(result, ComposedMessage):
                _log_failure(delivery, result)
                _withdraw_or_postpone(delivery, result, now + _COMPOSE_RETRY_DELAY, repos)
                return None
            is_claimed = repos.deliveries.claim_delivery(delivery.id, delivery.attempt, now)
            return ClaimedMessage(result, now) if is_claimed else None

        return await self._context.store.for_workspace(delivery.workspace).write(
            claim_message, timeout_seconds=_CLAIM_TIMEOUT_SECONDS
        )

    def _is_fresh(self, composed: ComposedMessage) -> bool:
        return self._context.now() - composed.composed_at <= _MAX_COMPOSED_AGE

    def _compose_message(self, repos: Repositories, delivery: Delivery) -> _Composition:
        composed_at = self._context.now()
        compose = self._composers[delivery.kind]
        try:
            message = compose(repos, delivery, self._context.for_workspace(delivery.workspace))
            if not isinstance(message, Message):
                return message
            address = delivery_outcome.build_address(delivery)
            route = repos.chat_routes.get_route(address)
        except Exception as error:  # noqa: BLE001 - returned, so that one row fails alone
            return error
        return ComposedMessage(message, replace(address, route=route), composed_at)


def _log_failure(delivery: Delivery, reason: Postponement | Exception | None) -> None:
    if isinstance(reason, Exception):
        log_error(logger, "delivery.compose_failed", reason, kind=delivery.kind)


def _withdraw_or_postpone(
    delivery: Delivery,
    reason: Postponement | Exception | None,
    retry_at: datetime,
    repos: Repositories,
) -> None:
    """Update the row of *delivery* in the transaction of *repos*, according to *reason*.

    ``None`` withdraws it; an exception postpones it to *retry_at*; a postponement to its instant,
    without which the row is marked as missed.
    """
    if reason is None:
        repos.deliveries.mark_withdrawn(delivery.id)
    elif isinstance(reason, Exception):
        repos.deliveries.postpone_delivery(delivery.id, retry_at)
    elif reason.until is None:
        repos.deliveries.mark_missed(delivery.id, delivery.attempt, reason.blocker)
    else:
        repos.deliveries.postpone_delivery(delivery.id, reason.until)
