"""The one line to Slack: a shared HTTP session, and clients that never retry by themselves."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.chat.slack.quiet_logging import redacting_logger

TokenProvider = Callable[[str], Awaitable[str]]
"""Gives the bot token for a workspace (``slack:T…``) when it is needed, however it is renewed."""

TIMEOUT = aiohttp.ClientTimeout(total=10.0, sock_connect=5.0)
"""Seconds that a call may take; a person's trigger is gone after three anyway."""

_KEEPALIVE_SECONDS = 4.0
"""Seconds that an idle connection is kept: fewer than servers keep theirs (5 and more).

Had the server hung up first, a message sent just then would be lost in doubt.
"""

_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class ResponseUrlError(Exception):
    """Slack did not take a private answer; ``status`` is the HTTP status it gave."""

    def __init__(self, status: int) -> None:
        """Keep the status."""
        super().__init__(status)
        self.status = status


class ApiClient:
    """Everything that leaves for Slack goes through here.

    slack_sdk's defaults would open a session for each call, and send a message again when
    an answer is lost, which people see as a message twice.
    """

    def __init__(self, api_url: str, token_provider: TokenProvider) -> None:
        """Call the Web API at *api_url*, which ends in ``/api/``."""
        self.api_url = api_url
        self._token_provider = token_provider
        self._session: aiohttp.ClientSession | None = None
        self._client: AsyncWebClient | None = None
        self._proxy = self.create_client().proxy

    def get_session(self) -> aiohttp.ClientSession:
        """Return the one HTTP session, opened at its first use inside a running loop."""
        asyncio.get_running_loop()
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(keepalive_timeout=_KEEPALIVE_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=TIMEOUT,
            )
        return self._session

    def create_client(self, token: str | None = None) -> AsyncWebClient:
        """Return a client outside any loop; it has no session until it is given one."""
        client = AsyncWebClient(token, self.api_url, retry_handlers=[], logger=redacting_logger())
        if URL(self.api_url).host in _LOOPBACK_HOSTS:
            client.proxy = None  # an operator's proxy leads outside, never back to this machine
        return client

    def create_client_without_token(self) -> AsyncWebClient:
        """Return a client that speaks for nobody yet, to ask for a token."""
        client = self.create_client()
        client.session = self.get_session()
        return client

    async def get_client(self, workspace: str = "") -> AsyncWebClient:
        """Return a client that speaks for the bot in *workspace*."""
        token = await self._token_provider(workspace)
        if self._client is None or self._client.token != token:
            self._client = self.create_client(token)
        self._client.session = self.get_session()
        return self._client

    async def post_ephemeral(self, response_url: str, body: Mapping[str, Any]) -> None:
        """Give Slack an answer that only the person who asked sees.

        Raises ResponseUrlError when Slack refuses it, and what aiohttp raises.
        """
        async with self.get_session().post(response_url, json=body, proxy=self._proxy) as answered:
            if not answered.ok:
                raise ResponseUrlError(answered.status)

    async def close(self) -> None:
        """Hang up."""
        if self._session is not None:
            await self._session.close()
