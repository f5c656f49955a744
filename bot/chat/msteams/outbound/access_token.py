"""Access token with which the bot authenticates its calls to Teams."""

import asyncio
import time

from bot.chat.msteams.sdk import Credentials, TokenManager

_CACHE_SECONDS = 240.0
"""Seconds that a token is cached; Microsoft's library returns none that expires sooner."""

_REQUEST_TIMEOUT_SECONDS = 20.0


_TRANSIENT_ERROR_CODES = frozenset({"temporarily_unavailable", "server_error"})
"""Transient error codes of OAuth 2.0, which refuse nothing (RFC 6749, section 4.1.2.1)."""


class TokenUnavailableError(Exception):
    """Raised when Microsoft issued no token, so that no message was sent; carries no secret.

    ``is_refusal`` is whether Microsoft refused it, rather than did not answer.
    """

    def __init__(self, *, is_refusal: bool) -> None:
        """Store why there is no token."""
        super().__init__()
        self.is_refusal = is_refusal


class AppTokenCache:
    """Requests access tokens from Microsoft in a thread, and caches them.

    Microsoft's library blocks its thread on the network for the first token, even in its
    asynchronous method; so each request runs in a thread with an event loop of its own.
    """

    def __init__(self, credentials: Credentials) -> None:
        """Authenticate with *credentials*: a client secret, or a managed identity."""
        self._manager = TokenManager(credentials)
        self._token = ""
        self._expires_at = 0.0
        self._lock = asyncio.Lock()

    async def get_app_token(self, scope: str, tenant_id: str | None) -> str:
        """Return the cached token, or a new one for *scope*.

        One token is cached, whatever the scope: the bot requests only one scope. Raises
        :class:`TokenUnavailableError`.
        """
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
            raise TokenUnavailableError(is_refusal=_is_refusal(error)) from error
        if not token:
            raise TokenUnavailableError(is_refusal=True)
        return token


def _is_refusal(error: Exception) -> bool:
    """Whether *error* of Microsoft's library reports a refusal, which it does by a ValueError.

    A page that is no JSON, as of a proxy, raises a subclass; the network's errors are OSErrors.
    """
    return type(error) is ValueError and str(error) not in _TRANSIENT_ERROR_CODES


class DummyTokenProvider:
    """Returns a token without any rights, for a local stand-in for Teams."""

    async def get_app_token(self, scope: str, tenant_id: str | None) -> str:
        """Return the dummy token."""
        return "made-up"
