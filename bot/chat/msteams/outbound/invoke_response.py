"""The answers to what Teams asks and waits for, in its own words; pure."""

from typing import Any

from bot.chat.msteams.inbound.requests import Where
from bot.chat.msteams.outbound.api_client import CARD
from bot.chat.msteams.render.composition import Card

Body = dict[str, Any]


def card(shown: Card, title: str, where: Where) -> Body:
    """Show a card in the place of the one that was acted upon, or in the open dialog."""
    if where is Where.DIALOG:
        held = {"contentType": CARD, "content": shown}
        value = {"title": title, "height": "large", "width": "medium", "card": held}
        return {"task": {"type": "continue", "value": value}}
    return {"statusCode": 200, "type": CARD, "value": shown}
