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

_BEFORE = 2 * 60
"""Minutes before its end at which a token is renewed."""


@dataclass(frozen=True)
class Pair:
    """A bot token with what renews it; ``expires`` is in Unix seconds, 0 when not known."""

    token: str = field(repr=False)
    refresh: str = field(repr=False)
    expires: int = 0

    @property
    def is_fresh(self) -> bool:
        """Whether it can be used for a while."""
        return self.expires - time.time() > _BEFORE * 60


class Kept(Protocol):
    """Where a renewed pair outlives the process, sealed."""

    async def load(self) -> Pair | None:
        """Return the newest pair, whichever process renewed it; ``None`` when there is none."""

    async def save(self, pair: Pair) -> None:
        """Keep *pair* in the place of an older one."""


class RenewalError(Exception):
    """No token could be had just now: nothing was called with one. ``code`` is Slack's."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


class Renewed:
    """Gives the bot token, renewed when it is about to end."""

    def __init__(self, first: Pair, client_id: str, client_secret: str, kept: Kept) -> None:
        """Begin with *first* unless a newer pair is *kept*."""
        self._pair = first
        self._ids = (client_id, client_secret)
        self._kept = kept
        self._one_at_a_time = asyncio.Lock()

    async def token(self, client: Callable[[], AsyncWebClient]) -> str:
        """Return a token that lasts; *client* makes the one that asks for a new one.

        Raises RenewalError when Slack or the store gives none.
        """
        if self._pair.is_fresh:
            return self._pair.token
        async with self._one_at_a_time:
            if not self._pair.is_fresh:
                self._pair = await self._newer(client)
        return self._pair.token

    async def _newer(self, client: Callable[[], AsyncWebClient]) -> Pair:
        before = await self._kept.load() or self._pair
        if before.is_fresh:
            return before
        try:
            pair = await self._asked(before, client())
        except RenewalError:
            # Another process may have been first: then its pair is the one that counts.
            after = await self._kept.load()
            if after and after.is_fresh:
                return after
            raise
        await self._kept.save(pair)
        return pair

    async def _asked(self, before: Pair, client: AsyncWebClient) -> Pair:
        rotator = AsyncTokenRotator(
            client_id=self._ids[0], client_secret=self._ids[1], client=client
        )
        bot = Bot(
            bot_token=before.token,
            bot_id="",
            bot_user_id="",
            bot_refresh_token=before.refresh,
            bot_token_expires_at=before.expires or 1,  # the rotator takes 0 for a token without end
            installed_at=0.0,
        )
        try:
            renewed = await rotator.perform_bot_token_rotation(
                bot=bot, minutes_before_expiration=_BEFORE
            )
        except SlackTokenRotationError as refused:
            raise RenewalError(_code(refused.api_error)) from None
        if renewed is None or not renewed.bot_refresh_token:
            raise RenewalError("not_renewed")
        return Pair(renewed.bot_token, renewed.bot_refresh_token, _expires(renewed))


def _code(refused: SlackApiError) -> str:
    data = getattr(refused.response, "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def _expires(bot: Bot) -> int:
    return int(bot.bot_token_expires_at or 0)
