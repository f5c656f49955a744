"""Composer of the introduction card in a team's channel."""

from bot.context import Context
from bot.elements import Message
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from bot.workflows import introduction_cards


def compose_introduction(
    repos: Repositories, delivery: Delivery, context: Context
) -> Message | None:
    """Render the card of the channel, see :func:`bot.workflows.introduction_cards.compose_card`."""
    return introduction_cards.compose_card(repos, delivery, context.catalogue)
