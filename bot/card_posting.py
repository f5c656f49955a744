"""Post the introduction card of a set-up at once, so that its reply states the result."""

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
"""Seconds that a reply waits for its card: Teams shows an error for an answer that comes late."""

_POLL_SECONDS = 0.2

_RESULT_TIMEOUT_SECONDS = 60.0
"""Timeout for storing a result in a busy store: a lost result leaves a delivery in doubt."""


async def post_card(context: Context, team: Team) -> CardStatus:
    """Post the channel's pending introduction card, and return whether it is there.

    A card that another sender has claimed is waited for. After :data:`CARD_TIMEOUT_SECONDS` the
    status is returned as it is, and a request in progress continues.
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
    """Claim and send the card; after an exception the delivery worker sends or reconciles it."""
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
    action = await context.store.for_workspace(card.delivery.workspace).write(
        lambda repos: delivery_outcome.record_send_result(
            repos, card.delivery, result, context.now(), None
        ),
        timeout_seconds=_RESULT_TIMEOUT_SECONDS,
    )
    if action:
        logger.warning(action, extra={"action": action, "reason": result.reason})
