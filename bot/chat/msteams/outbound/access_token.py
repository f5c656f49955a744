"""The token with which the bot itself speaks to Teams."""

import asyncio
import time

from bot.chat.msteams.sdk import Credentials, TokenManager

_KEPT = 240.0
"""Seconds for which a token is used again; Microsoft's library hands out none with less left."""

_PATIENCE = 20.0


class NoTokenError(Exception):
    """Microsoft gave no token, so nothing was sent. It carries no part of a secret."""


class Tokens:
    """Asks Microsoft for a token when one is needed, beside everything else.

    Its library asks the network on whichever thread it is called, at the first token even
    where it says that it does not; so it runs on one of its own.
    """

    def __init__(self, credentials: Credentials) -> None:
        """Ask with *credentials*: an application's secret, or a managed identity."""
        self._manager = TokenManager(credentials)
        self._token = ""
        self._until = 0.0
        self._turn = asyncio.Lock()

    async def get_app_token(self, scope: str, tenant_id: str | None) -> str:
        """Return a token for *scope*; raises NoTokenError."""
        async with self._turn:
            if time.monotonic() >= self._until:
                self._token = await self._asked(scope, tenant_id)
                self._until = time.monotonic() + _KEPT
            return self._token

    async def _asked(self, scope: str, tenant_id: str | None) -> str:
        def ask() -> str:
            return str(asyncio.run(self._manager.get_app_token(scope, tenant_id)) or "")

        try:
            token = await asyncio.wait_for(asyncio.to_thread(ask), _PATIENCE)
        except Exception as error:
            raise NoTokenError from error
        if not token:
            raise NoTokenError
        return token


class MadeUp:
    """Gives a token that opens nothing, for a stand-in for Teams on this machine."""

    async def get_app_token(self, scope: str, tenant_id: str | None) -> str:
        """Return the made-up token."""
        return "made-up"
