"""The token with which the bot itself speaks to Teams."""

import asyncio
import time

from bot.chat.msteams.sdk import Credentials, TokenManager

_CACHE_SECONDS = 240.0
"""Seconds for which a token is used again; Microsoft's library hands out none with less left."""

_REQUEST_TIMEOUT_SECONDS = 20.0


class TokenUnavailableError(Exception):
    """Microsoft gave no token, so nothing was sent. It carries no part of a secret."""


class AppTokenCache:
    """Asks Microsoft for a token when one is needed, beside everything else.

    Its library asks the network on whichever thread it is called, at the first token even
    where it says that it does not; so it runs on one of its own.
    """

    def __init__(self, credentials: Credentials) -> None:
        """Ask with *credentials*: an application's secret, or a managed identity."""
        self._manager = TokenManager(credentials)
        self._token = ""
        self._expires_at = 0.0
        self._lock = asyncio.Lock()

    async def get_app_token(self, scope: str, tenant_id: str | None) -> str:
        """Return a token for *scope*; raises NoTokenError."""
        async with self._lock:
            if time.monotonic() >= self._expires_at:
                self._token = await self._request_token(scope, tenant_id)
                self._expires_at = time.monotonic() + _CACHE_SECONDS
            return self._token

    async def _request_token(self, scope: str, tenant_id: str | None) -> str:
        def request_in_thread() -> str:
            return str(asyncio.run(self._manager.get_app_token(scope, tenant_id)) or "")

        try:
            token = await asyncio.wait_for(
                asyncio.to_thread(request_in_thread), _REQUEST_TIMEOUT_SECONDS
            )
        except Exception as error:
            raise TokenUnavailableError from error
        if not token:
            raise TokenUnavailableError
        return token


class DummyTokenProvider:
    """Gives a token that opens nothing, for a stand-in for Teams on this machine."""

    async def get_app_token(self, scope: str, tenant_id: str | None) -> str:
        """Return the made-up token."""
        return "made-up"
