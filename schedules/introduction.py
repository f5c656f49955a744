"""Composer of the introduction card in a team's channel, called for a row of the delivery queue."""

from bot.context import Context
from bot.elements import Message
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from bot.workflows import introduction_cards


def compose_introduction(
    repos: Repositories, delivery: Delivery, context: Context
) -> Message | None:
    """Render the channel's card; ``None``, which withdraws the row, if it is not wanted any more.

    See :func:`bot.workflows.introduction_cards.compose_card`.
    """
    return introduction_cards.compose_card(repos, delivery, context.catalogue)
