"""Web API client with one shared HTTP session and without automatic retries."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.chat.slack.redacting_logging import redacting_logger

TokenProvider = Callable[[str], Awaitable[str]]
"""Returns the current bot token of a workspace (``slack:T…``); called before each request."""

TIMEOUT = aiohttp.ClientTimeout(total=10.0, sock_connect=5.0)
"""Timeouts of a call in seconds; a user's trigger id expires after three in any case."""

_KEEPALIVE_SECONDS = 4.0
"""Seconds until an idle connection is closed: fewer than on servers (5 and more).

If the server closed the connection first, the result of a message sent at that moment would
be unknown.
"""

_NO_CONNECTION_LIMIT = 0
"""Disables aiohttp's limit of 100 connections, which hanging requests could exhaust.

A request of another workspace would wait in the pool until its timeout, and its result would be
unknown although it was not sent. Each workspace has at most one message in flight.
"""

MAX_CLIENTS = 1000
"""Maximum entries of the LRU cache of clients by workspace; creating one takes microseconds."""

_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class ResponseUrlError(Exception):
    """Slack refused an ephemeral message; ``status`` is the HTTP status of its response."""

    def __init__(self, status: int) -> None:
        """Store the HTTP status."""
        super().__init__(status)
        self.status = status


class ApiClient:
    """Client factory for all calls to Slack.

    slack_sdk's defaults would open an HTTP session for each call, and retry a message whose
    response was lost, so that users could see the message twice.
    """

    def __init__(
        self,
        api_url: str,
        token_provider: TokenProvider,
        *,
        close_provider: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Call the Web API at *api_url*, which ends in ``/api/``.

        *close_provider* ends what *token_provider* has begun, before the session is closed.
        """
        self.api_url = api_url
        self._token_provider = token_provider
        self._close_provider = close_provider
        self._session: aiohttp.ClientSession | None = None
        self._clients: OrderedDict[str, AsyncWebClient] = OrderedDict()
        self._proxy = self.create_client().proxy

    def get_session(self) -> aiohttp.ClientSession:
        """Return the shared HTTP session; opened at its first use, inside a running event loop."""
        asyncio.get_running_loop()
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=_NO_CONNECTION_LIMIT, keepalive_timeout=_KEEPALIVE_SECONDS
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=TIMEOUT,
            )
        return self._session

    def create_client(self, token: str | None = None) -> AsyncWebClient:
        """Return a client with *token*; it has no HTTP session yet, so it needs no event loop."""
        client = AsyncWebClient(token, self.api_url, retry_handlers=[], logger=redacting_logger())
        if URL(self.api_url).host in _LOOPBACK_HOSTS:
            client.proxy = None  # an outbound proxy cannot reach this machine's loopback address
        return client

    def create_token_refresh_client(self) -> AsyncWebClient:
        """Return a client for the token refresh call: with the shared session, without a token."""
        client = self.create_client()
        client.session = self.get_session()
        return client

    async def get_client(self, workspace: str = "") -> AsyncWebClient:
        """Return a client with the bot token of *workspace*, and of no other."""
        token = await self._token_provider(workspace)
        client = self._clients.get(workspace)
        if client is None or client.token != token:
            client = self._clients[workspace] = self.create_client(token)
        self._clients.move_to_end(workspace)
        if len(self._clients) > MAX_CLIENTS:
            self._clients.popitem(last=False)
        client.session = self.get_session()
        return client

    async def post_ephemeral(self, response_url: str, body: Mapping[str, Any]) -> None:
        """Send an ephemeral message, visible to the user alone, to a response URL.

        Raises :class:`ResponseUrlError` when Slack refuses it, and aiohttp's client errors.
        """
        async with self.get_session().post(response_url, json=body, proxy=self._proxy) as response:
            if not response.ok:
                raise ResponseUrlError(response.status)

    async def close(self) -> None:
        """Close the HTTP session and its connections."""
        if self._close_provider is not None:
            await self._close_provider()
        if self._session is not None:
            await self._session.close()
