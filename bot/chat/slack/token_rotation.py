"""Bot tokens that Slack lets expire after twelve hours, renewed before they do.

Each renewal ends the refresh token that it was made with. The new pair is therefore kept
before it is used, and shared with the other processes; Slack's own rotator makes the call.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from slack_sdk.errors import SlackApiError, SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

_REFRESH_MARGIN_MINUTES = 2 * 60
"""Minutes before its end at which a token is renewed."""


@dataclass(frozen=True)
class TokenPair:
    """A bot token with what renews it; ``expires`` is in Unix seconds, 0 when not known."""

    bot_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: int = 0

    @property
    def is_fresh(self) -> bool:
        """Whether it can be used for a while."""
        return self.expires_at - time.time() > _REFRESH_MARGIN_MINUTES * 60


class TokenStore(Protocol):
    """Where a renewed pair outlives the process, sealed."""

    async def load(self) -> TokenPair | None:
        """Return the newest pair, whichever process renewed it; ``None`` when there is none."""

    async def save(self, pair: TokenPair) -> None:
        """Keep *pair* in the place of an older one."""


class TokenRotationError(Exception):
    """No token could be had just now: nothing was called with one. ``code`` is Slack's."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


class TokenRotator:
    """Gives the bot token, renewed when it is about to end."""

    def __init__(
        self, initial_pair: TokenPair, client_id: str, client_secret: str, store: TokenStore
    ) -> None:
        """Begin with *first* unless a newer pair is *kept*."""
        self._pair = initial_pair
        self._client_credentials = (client_id, client_secret)
        self._store = store
        self._lock = asyncio.Lock()

    async def get_token(self, create_client: Callable[[], AsyncWebClient]) -> str:
        """Return a token that lasts; *client* makes the one that asks for a new one.

        Raises RenewalError when Slack or the store gives none.
        """
        if self._pair.is_fresh:
            return self._pair.bot_token
        async with self._lock:
            if not self._pair.is_fresh:
                self._pair = await self._rotate_tokens(create_client)
        return self._pair.bot_token

    async def _rotate_tokens(self, create_client: Callable[[], AsyncWebClient]) -> TokenPair:
        before = await self._store.load() or self._pair
        if before.is_fresh:
            return before
        try:
            pair = await self._request_rotation(before, create_client())
        except TokenRotationError:
            # Another process may have been first: then its pair is the one that counts.
            after = await self._store.load()
            if after and after.is_fresh:
                return after
            raise
        await self._store.save(pair)
        return pair

    async def _request_rotation(self, current: TokenPair, client: AsyncWebClient) -> TokenPair:
        rotator = AsyncTokenRotator(
            client_id=self._client_credentials[0],
            client_secret=self._client_credentials[1],
            client=client,
        )
        bot = Bot(
            bot_token=current.bot_token,
            bot_id="",
            bot_user_id="",
            bot_refresh_token=current.refresh_token,
            bot_token_expires_at=current.expires_at
            or 1,  # the rotator takes 0 for a token without end
            installed_at=0.0,
        )
        try:
            renewed = await rotator.perform_bot_token_rotation(
                bot=bot, minutes_before_expiration=_REFRESH_MARGIN_MINUTES
            )
        except SlackTokenRotationError as refused:
            raise TokenRotationError(_error_code(refused.api_error)) from None
        if renewed is None or not renewed.bot_refresh_token:
            raise TokenRotationError("not_renewed")
        return TokenPair(renewed.bot_token, renewed.bot_refresh_token, _expiry_of(renewed))


def _error_code(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def _expiry_of(bot: Bot) -> int:
    return int(bot.bot_token_expires_at or 0)
