"""The answers to what Teams asks and waits for, in its own words; pure."""

from typing import Any

from bot.chat.msteams.inbound.requests import Origin
from bot.chat.msteams.outbound.api_client import CARD_CONTENT_TYPE
from bot.chat.msteams.render.composition import Card

Body = dict[str, Any]


def build_invoke_response(card: Card, title: str, origin: Origin) -> Body:
    """Show a card in the place of the one that was acted upon, or in the open dialog."""
    if origin is Origin.DIALOG:
        held = {"contentType": CARD_CONTENT_TYPE, "content": card}
        value = {"title": title, "height": "large", "width": "medium", "card": held}
        return {"task": {"type": "continue", "value": value}}
    return {"statusCode": 200, "type": CARD_CONTENT_TYPE, "value": card}
