"""The one line to Teams: a shared HTTP session, and calls that are never repeated by themselves."""

from typing import Any, Protocol

import httpx

from bot.chat.msteams.conversation_ref import ConversationRef
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

_LOOPBACK_PATTERNS = ("all://127.0.0.1", "all://localhost", "all://[::1]")

CARD_CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"

Card = dict[str, Any]


class TokenProvider(Protocol):
    """Gives the bot's token for a scope when it is needed, however it is renewed."""

    async def get_app_token(self, scope: str, tenant_id: str | None) -> str:
        """Return the token."""


class ApiClient:
    """Everything that leaves for Teams goes through here. It raises what httpx raises.

    Microsoft's clients are used one by one: together they warn at each making of parts that
    nobody here uses.
    """

    def __init__(self, token_provider: TokenProvider) -> None:
        """Speak with *token*; nothing is opened before it is used."""

        async def get_bearer_token() -> str:
            return await token_provider.get_app_token(PUBLIC.bot_scope, None)

        self._client = Client(ClientOptions(token=get_bearer_token))
        # An operator's proxy leads outside, never back to this machine.
        straight = dict.fromkeys(_LOOPBACK_PATTERNS)
        self._client.http = httpx.AsyncClient(timeout=_TIMEOUT, limits=_LIMITS, mounts=straight)

    async def post_card(self, conversation: ConversationRef, card: Card, summary: str) -> str:
        """Post a card to a chat, and return the message's id there."""
        return await self._post_activity(conversation, _build_activity(card, summary))

    async def post_ephemeral(
        self, conversation: ConversationRef, card: Card, summary: str, recipient_id: str
    ) -> None:
        """Show a card in a chat to *sender* alone; there is no other way for it to appear.

        Microsoft's client has a call for it that warns of a preview each time, so what the
        call sends is sent without it.
        """
        activity = _build_activity(card, summary)
        activity.recipient = Account(id=recipient_id, is_targeted=True)
        await self._client.post(
            f"{conversation.service_url}/v3/conversations/{conversation.id}/activities",
            params={"isTargetedActivity": "true"},
            json=activity.model_dump(by_alias=True, exclude_none=True),
        )

    async def post_text(self, conversation: ConversationRef, text: str) -> None:
        """Write a plain sentence to a chat."""
        await self._post_activity(conversation, MessageActivityInput(text=text))

    async def open_private_chat(
        self, service_url: str, tenant_id: str, person_id: str
    ) -> ConversationRef:
        """Open the private chat with somebody who may never have written, and return the way."""
        asked = CreateConversationParams(members=[Account(id=person_id)], tenant_id=tenant_id)
        said = asked.model_dump(by_alias=True, exclude_none=True)
        opened = await self._client.post(f"{service_url}/v3/conversations", json=said)
        return ConversationRef(service_url, str(opened.json()["id"]))

    async def fetch_member_name(self, conversation: ConversationRef, person_id: str) -> str:
        """Return what somebody in a chat is called."""
        members = ConversationMemberClient(conversation.service_url, self._client)
        return (await members.get_by_id(conversation.id, person_id)).name or ""

    async def close(self) -> None:
        """Hang up."""
        await self._client.http.aclose()

    async def _post_activity(
        self, conversation: ConversationRef, activity: MessageActivityInput
    ) -> str:
        chats = ConversationActivityClient(conversation.service_url, self._client)
        return (await chats.create(conversation.id, activity)).id


def _build_activity(card: Card, summary: str) -> MessageActivityInput:
    shown = Attachment(content_type=CARD_CONTENT_TYPE, content=card)
    return MessageActivityInput(summary=summary, attachments=[shown])
