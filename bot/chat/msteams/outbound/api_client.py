"""API client for Teams: one shared HTTP session, and calls without automatic retries."""

import ssl
from functools import cache
from typing import Any, Protocol
from urllib.parse import quote

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
    TeamClient,
    TeamsChannelAccount,
)

_TIMEOUT = httpx.Timeout(10.0, connect=5.0)

_LIMITS = httpx.Limits(keepalive_expiry=4.0)
"""Idle timeout of a pooled connection in seconds: shorter than the timeouts of servers.

Otherwise a server could close the connection first, and a message sent at that moment would
have an unknown result.
"""

_LOOPBACK_PATTERNS = ("all://127.0.0.1", "all://localhost", "all://[::1]")

_PAGE_SIZE, _ROSTER_PAGE_SIZE = 50, 500
"""Members in a page: the least and the most that Microsoft accepts."""

MAX_ROSTER_PAGES = 4
"""Maximum pages of a roster: a form does not wait for all members of a whole organisation."""

CARD_CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"

Card = dict[str, Any]


@cache
def _load_tls_context() -> ssl.SSLContext:
    """Return the default context, whose trusted certificates are read once: it takes 20 ms."""
    return httpx.create_ssl_context()


class TokenProvider(Protocol):
    """Protocol of a provider of access tokens, which caches and renews them itself."""

    async def get_app_token(self, scope: str, tenant_id: str | None) -> str:
        """Return an access token for *scope*."""


class ApiClient:
    """Sends all requests to Teams. Methods raise httpx's exceptions, or TokenUnavailableError.

    Microsoft's clients are instantiated one by one: their facade warns at each instantiation
    of components that are not used here.
    """

    def __init__(self, token_provider: TokenProvider) -> None:
        """Authenticate with *token_provider*; connections are opened at their first use."""

        async def get_bearer_token() -> str:
            return await token_provider.get_app_token(PUBLIC.bot_scope, None)

        self._get_bearer_token = get_bearer_token
        # A configured proxy cannot connect back to this machine, so loopback bypasses it.
        no_proxy = dict.fromkeys(_LOOPBACK_PATTERNS)
        http = httpx.AsyncClient(
            verify=_load_tls_context(), timeout=_TIMEOUT, limits=_LIMITS, mounts=no_proxy
        )
        # Without it the client loads all certificates again, for connections that nobody closes.
        self._client = Client(ClientOptions(token=get_bearer_token), _http=http)

    async def post_card(self, conversation: ConversationRef, card: Card, summary: str) -> str:
        """Post a card to a conversation and return the id of the message."""
        return await self._post_activity(conversation, _build_activity(card, summary))

    async def post_ephemeral(
        self, conversation: ConversationRef, card: Card, summary: str, recipient_id: str
    ) -> None:
        """Post a card that only *recipient_id* sees; it is never posted for the whole chat.

        Microsoft's client has a method for this request, but warns of a preview feature at each
        call; so the same request is sent directly.
        """
        activity = _build_activity(card, summary)
        activity.recipient = Account(id=recipient_id, is_targeted=True)
        await self._client.post(
            f"{conversation.service_url}/v3/conversations/{_escape(conversation.id)}/activities",
            params={"isTargetedActivity": "true"},
            json=activity.model_dump(by_alias=True, exclude_none=True),
        )

    async def post_text(self, conversation: ConversationRef, text: str) -> None:
        """Post a plain text message to a conversation."""
        await self._post_activity(conversation, MessageActivityInput(text=text))

    async def open_private_chat(
        self, service_url: str, tenant_id: str, person_id: str
    ) -> ConversationRef:
        """Create the private chat with a person, or return the existing one."""
        params = CreateConversationParams(members=[Account(id=person_id)], tenant_id=tenant_id)
        body = params.model_dump(by_alias=True, exclude_none=True)
        response = await self._client.post(f"{service_url}/v3/conversations", json=body)
        return ConversationRef(service_url, str(response.json()["id"]))

    async def fetch_member_name(self, conversation: ConversationRef, person_id: str) -> str:
        """Return the display name of a member of a conversation, or ``""``."""
        return (await self.fetch_member(conversation, person_id)).name or ""

    async def fetch_member(
        self, conversation: ConversationRef, member_id: str
    ) -> TeamsChannelAccount:
        """Return a member of a conversation; needs no permission of the tenant."""
        members = ConversationMemberClient(conversation.service_url, self._client)
        return await members.get_by_id(_escape(conversation.id), _escape(member_id))

    async def fetch_roster(self, conversation: ConversationRef) -> list[TeamsChannelAccount]:
        """Return the members of a channel, at most :data:`MAX_ROSTER_PAGES` pages of them."""
        members_client = ConversationMemberClient(conversation.service_url, self._client)
        members: list[TeamsChannelAccount] = []
        token: str | None = None
        for _ in range(MAX_ROSTER_PAGES):
            page = await members_client.get_paged(
                _escape(conversation.id), _ROSTER_PAGE_SIZE, continuation_token=token
            )
            members += page.members
            token = page.continuation_token
            if not token:
                break
        return members

    async def fetch_team_name(self, team: ConversationRef) -> str:
        """Return the name of a team, or ``""``; *team* has its id, that of its first channel."""
        teams_client = TeamClient(team.service_url, self._client)
        return (await teams_client.get_by_id(_escape(team.id))).name or ""

    async def fetch_team_channels(self, team: ConversationRef) -> dict[str, str]:
        """Return the names of a team's standard channels by id, ``""`` for the first one.

        The app is in no private or shared channel of a team that it was added to.
        """
        teams_client = TeamClient(team.service_url, self._client)
        channels = await teams_client.get_conversations(_escape(team.id))
        return {
            channel.id: channel.name or ""
            for channel in channels
            if channel.id and channel.type in {None, "standard"}
        }

    async def check_access(self, conversation: ConversationRef | None) -> None:
        """Request a page of the members of *conversation*; without one, only the access token.

        The page is dropped: it matters only that the request is not refused.
        """
        if conversation is None:
            await self._get_bearer_token()
            return
        path = f"/v3/conversations/{_escape(conversation.id)}/pagedMembers"
        await self._client.get(f"{conversation.service_url}{path}", params={"pageSize": _PAGE_SIZE})

    async def close(self) -> None:
        """Close the HTTP session."""
        await self._client.http.aclose()

    async def _post_activity(
        self, conversation: ConversationRef, activity: MessageActivityInput
    ) -> str:
        activities_client = ConversationActivityClient(conversation.service_url, self._client)
        return (await activities_client.create(_escape(conversation.id), activity)).id


def _escape(path_segment: str) -> str:
    """Return an id as one segment of a path, whatever it contains; Microsoft's client does not.

    A segment of dots alone would be resolved as a relative path, even escaped.
    """
    if not path_segment.strip("."):
        return path_segment.replace(".", "%252E")
    return quote(path_segment, safe="")


def _build_activity(card: Card, summary: str) -> MessageActivityInput:
    attachment = Attachment(content_type=CARD_CONTENT_TYPE, content=card)
    return MessageActivityInput(summary=summary, attachments=[attachment])
