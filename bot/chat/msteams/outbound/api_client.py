"""The one line to Teams: a shared HTTP session, and calls that are never repeated by themselves."""

from typing import Any, Protocol

import httpx

from bot.chat.msteams.conversation_ref import Way
from bot.chat.msteams.sdk import (
    PUBLIC,
    Account,
    Attachment,
    Client,
    ClientOptions,
    ConversationActivityClient,
    ConversationMemberClient,
    CreateConversationParams,
    MessageActivityInput,
)

_TIMEOUT = httpx.Timeout(10.0, connect=5.0)

_LIMITS = httpx.Limits(keepalive_expiry=4.0)
"""Seconds that an idle connection is kept: fewer than servers keep theirs.

Had the server hung up first, a message sent just then would be lost in doubt.
"""

_HERE = ("all://127.0.0.1", "all://localhost", "all://[::1]")

CARD = "application/vnd.microsoft.card.adaptive"

Card = dict[str, Any]


class Token(Protocol):
    """Gives the bot's token for a scope when it is needed, however it is renewed."""

    async def get_app_token(self, scope: str, tenant_id: str | None) -> str:
        """Return the token."""


class Line:
    """Everything that leaves for Teams goes through here. It raises what httpx raises.

    Microsoft's clients are used one by one: together they warn at each making of parts that
    nobody here uses.
    """

    def __init__(self, token: Token) -> None:
        """Speak with *token*; nothing is opened before it is used."""

        async def bearer() -> str:
            return await token.get_app_token(PUBLIC.bot_scope, None)

        self._client = Client(ClientOptions(token=bearer))
        # An operator's proxy leads outside, never back to this machine.
        straight = dict.fromkeys(_HERE)
        self._client.http = httpx.AsyncClient(timeout=_TIMEOUT, limits=_LIMITS, mounts=straight)

    async def post(self, way: Way, card: Card, summary: str) -> str:
        """Post a card to a chat, and return the message's id there."""
        return await self._create(way, _activity(card, summary))

    async def whisper(self, way: Way, card: Card, summary: str, sender: str) -> None:
        """Show a card in a chat to *sender* alone; there is no other way for it to appear.

        Microsoft's client has a call for it that warns of a preview each time, so what the
        call sends is sent without it.
        """
        activity = _activity(card, summary)
        activity.recipient = Account(id=sender, is_targeted=True)
        await self._client.post(
            f"{way.service}/v3/conversations/{way.conversation}/activities",
            params={"isTargetedActivity": "true"},
            json=activity.model_dump(by_alias=True, exclude_none=True),
        )

    async def say(self, way: Way, text: str) -> None:
        """Write a plain sentence to a chat."""
        await self._create(way, MessageActivityInput(text=text))

    async def open_chat(self, service: str, tenant: str, person: str) -> Way:
        """Open the private chat with somebody who may never have written, and return the way."""
        asked = CreateConversationParams(members=[Account(id=person)], tenant_id=tenant)
        said = asked.model_dump(by_alias=True, exclude_none=True)
        opened = await self._client.post(f"{service}/v3/conversations", json=said)
        return Way(service, str(opened.json()["id"]))

    async def name(self, way: Way, person: str) -> str:
        """Return what somebody in a chat is called."""
        members = ConversationMemberClient(way.service, self._client)
        return (await members.get_by_id(way.conversation, person)).name or ""

    async def close(self) -> None:
        """Hang up."""
        await self._client.http.aclose()

    async def _create(self, way: Way, activity: MessageActivityInput) -> str:
        chats = ConversationActivityClient(way.service, self._client)
        return (await chats.create(way.conversation, activity)).id


def _activity(card: Card, summary: str) -> MessageActivityInput:
    shown = Attachment(content_type=CARD, content=card)
    return MessageActivityInput(summary=summary, attachments=[shown])
