"""Composing the message of a due delivery, and claiming the delivery in the same transaction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bot.context import Context
from bot.conversation import Address
from bot.domain.checkins.scheduling import Postponement
from bot.elements import Message
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from bot.workflows import delivery_outcome

Composer = Callable[[Repositories, Delivery, Context], Message | Postponement | None]
"""Renders the message of a delivery, or returns a postponement; ``None`` withdraws the delivery.

It reads the repositories in the transaction that claims the delivery, so that a person who left
before gets no message; of the context, which has the content of the delivery's workspace, it uses
the catalogue and the time.
"""


class ClaimedMessage(NamedTuple):
    """A message whose delivery row is claimed, its address, and the time of the claim."""

    message: Message
    address: Address
    claimed_at: datetime


def compose_and_claim(
    repos: Repositories, delivery: Delivery, context: Context, compose: Composer
) -> ClaimedMessage | None:
    """Render the message of a delivery and claim it; without a message, withdraw or postpone it.

    Returns ``None`` when there is nothing to send, or when another sender has the claim.
    """
    message = compose(repos, delivery, context.for_workspace(delivery.workspace))
    if not isinstance(message, Message):
        _skip_delivery(repos, delivery, message)
        return None
    claimed_at = context.now()
    if not repos.deliveries.claim_delivery(delivery.id, delivery.attempt, claimed_at):
        return None
    address = delivery_outcome.address_of(delivery)
    route = repos.chat_routes.get_route(address)
    return ClaimedMessage(message, replace(address, route=route), claimed_at)


def _skip_delivery(
    repos: Repositories, delivery: Delivery, postponement: Postponement | None
) -> None:
    if postponement is None:
        repos.deliveries.mark_withdrawn(delivery.id)
    elif postponement.until is None:
        repos.deliveries.mark_missed(delivery.id, delivery.attempt, postponement.blocker)
    else:
        repos.deliveries.postpone_delivery(delivery.id, postponement.until)
