"""Response bodies of invoke requests."""

from typing import Any

from bot.chat.msteams.inbound.requests import Origin
from bot.chat.msteams.outbound.api_client import CARD_CONTENT_TYPE
from bot.chat.msteams.render.composition import Card

Body = dict[str, Any]


def build_invoke_response(card: Card, title: str, origin: Origin) -> Body:
    """Build the response that replaces the card that was acted upon, or the open dialog."""
    if origin is Origin.DIALOG:
        attachment = {"contentType": CARD_CONTENT_TYPE, "content": card}
        dialog = {"title": title, "height": "large", "width": "medium", "card": attachment}
        return {"task": {"type": "continue", "value": dialog}}
    return {"statusCode": 200, "type": CARD_CONTENT_TYPE, "value": card}
