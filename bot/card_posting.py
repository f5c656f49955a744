"""Send the introduction card of a set-up during its request, so that the reply states the result.

The card is a delivery that the set-up has queued. It is claimed here as by the delivery worker; the
claim (optimistic locking) prevents that both send it.
"""

import asyncio
import logging

from bot.context import Context
from bot.conversation import SendResult
from bot.domain.people import Team
from bot.domain.teams.setup_result import CardStatus
from bot.logs import log_error
from bot.outlet import Outlet
from bot.workflows import delivery_outcome, introduction_cards
from bot.workflows.introduction_cards import ClaimedCard

logger = logging.getLogger("attune.delivery")

CARD_TIMEOUT_SECONDS = 4.0
"""Timeout of the reply's wait for its card: Teams shows an error for a late invoke response."""

_POLL_SECONDS = 0.2
"""Interval at which the delivery's status is polled while another sender has claimed it."""

_RESULT_TIMEOUT_SECONDS = 60.0
"""Timeout of the write that stores a result: a lost one leaves the delivery in doubt."""


async def post_card(context: Context, team: Team) -> CardStatus:
    """Send the channel's queued introduction card, and return its status in the store.

    If another sender has claimed the card, its status is polled. After
    :data:`CARD_TIMEOUT_SECONDS` the current status is returned, and a request in progress continues
    in the background.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + CARD_TIMEOUT_SECONDS
    if outlet := context.find_outlet(team.workspace):
        await context.run_background_task(_send_card(context, team, outlet), CARD_TIMEOUT_SECONDS)
    scope = context.store.for_workspace(team.workspace)
    while True:
        is_in_flight, status = await scope.read(
            lambda repos: introduction_cards.load_card_progress(repos, team)
        )
        if not is_in_flight or loop.time() >= deadline:
            return status
        await asyncio.sleep(_POLL_SECONDS)


async def _send_card(context: Context, team: Team, outlet: Outlet) -> None:
    """Claim the card in one transaction, send it, and store the result in a second transaction.

    An exception is logged: the delivery worker sends a card that was not claimed, and reconciles
    one that was claimed and has no result.
    """
    try:
        card = await context.store.for_workspace(team.workspace).write(
            lambda repos: introduction_cards.claim_card(
                repos, team, context.catalogue, context.now()
            )
        )
        if card:
            result = await outlet.send(card.address, card.message, card.delivery.id)
            await _record_result(context, card, result)
    except Exception as error:  # noqa: BLE001 - nothing awaits the task after its deadline
        log_error(logger, "delivery.card_failed", error)


async def _record_result(context: Context, card: ClaimedCard, result: SendResult) -> None:
    """Store the send result, and log the action that it causes, if any."""
    action = await context.store.for_workspace(card.delivery.workspace).write(
        lambda repos: delivery_outcome.record_send_result(
            repos, card.delivery, result, context.now(), None
        ),
        timeout_seconds=_RESULT_TIMEOUT_SECONDS,
    )
    if action:
        logger.warning(action, extra={"action": action, "reason": result.reason})
