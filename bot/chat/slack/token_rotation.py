"""Token rotation: refreshes bot tokens before they expire, which Slack sets at twelve hours.

Each refresh invalidates the refresh token that was used. The new pair is therefore written to the
database right after the response, where the other processes read it; a failed write is retried.
slack_sdk's rotator makes the API call.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from slack_sdk.errors import SlackApiError, SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.slack.write_retry import retry_write
from bot.errors import StoreBusyError
from bot.logs import log_error

logger = logging.getLogger("attune.slack")

_REFRESH_MARGIN_MINUTES = 2 * 60
"""Minutes before its expiry at which a token is refreshed."""


_EXPIRY_MARGIN_SECONDS = 30
"""Seconds before its expiry from which a token counts as expired: the duration of one call."""

_RETRY_DELAY_SECONDS = 30.0
"""Delay before the next attempt after a failed refresh, while the token has not expired."""


@dataclass(frozen=True)
class ClientCredentials:
    """Client id and secret of the Slack app."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class TokenPair:
    """Bot token with its refresh token; ``expires_at`` is in Unix seconds, 0 if unknown."""

    bot_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: int = 0

    @property
    def is_expired(self) -> bool:
        """Whether the token has expired, or will within the duration of one call."""
        return self.expires_at - time.time() < _EXPIRY_MARGIN_SECONDS

    @property
    def is_fresh(self) -> bool:
        """Whether the token expires later than the refresh margin."""
        return self.expires_at - time.time() > _REFRESH_MARGIN_MINUTES * 60


class TokenStore(Protocol):
    """Persistent, encrypted storage of the token pair, shared by all processes."""

    async def load(self) -> TokenPair | None:
        """Return the stored pair, which any process may have written; ``None`` without a row."""

    async def save(self, pair: TokenPair) -> None:
        """Upsert *pair*. Raises :class:`bot.errors.StoreBusyError`."""


class TokenRotationError(Exception):
    """No valid token is available, so no API call was made. ``code`` is Slack's error code."""

    def __init__(self, code: str) -> None:
        """Store Slack's error code."""
        super().__init__(code)
        self.code = code


class TokenRotator:
    """Provides the bot token, and refreshes it before it expires in one task of this process."""

    def __init__(
        self, initial_pair: TokenPair, client_id: str, client_secret: str, store: TokenStore
    ) -> None:
        """Start with *initial_pair*; the first refresh prefers the pair in *store*."""
        self._pair = initial_pair
        self._credentials = ClientCredentials(client_id, client_secret)
        self._store = store
        self._renewal: asyncio.Task[TokenPair] | None = None
        self._next_attempt = 0.0
        self._saving: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def get_token(self, create_client: Callable[[], AsyncWebClient]) -> str:
        """Return a bot token that is valid beyond the refresh margin, or until it expires.

        *create_client* builds the client for the refresh call. Concurrent callers await one refresh
        task, shielded from their cancellation: Slack may have invalidated the old pair already.
        After a failed refresh the current token is returned until it expires, and the next attempt
        is made after a delay. Raises :class:`TokenRotationError` when neither Slack nor the store
        has a valid token.
        """
        if self._pair.is_fresh or self._is_backing_off():
            return self._pair.bot_token
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew(create_client))
            self._renewal.add_done_callback(_retrieve_error)
        return (await asyncio.shield(self._renewal)).bot_token

    async def close(self) -> None:
        """Await the refresh task in progress, and the retries of a failed write."""
        self._closing.set()
        if self._renewal:  # which may start a task that retries its write
            await asyncio.gather(self._renewal, return_exceptions=True)
        if self._saving:
            await asyncio.gather(self._saving, return_exceptions=True)

    def _is_backing_off(self) -> bool:
        return not self._pair.is_expired and time.monotonic() < self._next_attempt

    async def _renew(self, create_client: Callable[[], AsyncWebClient]) -> TokenPair:
        if self._saving is None or self._saving.done():
            self._pair = await self._store.load() or self._pair
        if self._pair.is_fresh:
            return self._pair
        try:
            pair = await request_rotation(self._pair, self._credentials, create_client())
        except TokenRotationError as error:
            # Another process may have refreshed first: then its stored pair is the valid one.
            stored_pair = await self._store.load()
            if stored_pair and stored_pair.is_fresh:
                self._pair = stored_pair
                return stored_pair
            if self._pair.is_expired:
                raise
            log_error(logger, "slack.token_not_renewed", error.__cause__ or error)
            self._next_attempt = time.monotonic() + _RETRY_DELAY_SECONDS
            return self._pair
        self._pair = pair  # before the write, which may fail: the stored pair is invalid now
        await self._save(pair)
        return pair

    async def _save(self, pair: TokenPair) -> None:
        """Write *pair*; on failure, start a task that retries with backoff."""
        if not await self._try_to_save(pair):
            self._saving = asyncio.create_task(
                retry_write(
                    lambda: self._try_to_save(pair),
                    self._closing,
                    is_needed=lambda: self._pair is pair,
                )
            )

    async def _try_to_save(self, pair: TokenPair) -> bool:
        try:
            await self._store.save(pair)
        except StoreBusyError as error:
            log_error(logger, "slack.token_not_stored", error)
            return False
        return True


def _retrieve_error(renewal: "asyncio.Task[TokenPair]") -> None:
    """Retrieve the task's exception: if all callers were cancelled, asyncio would log it."""
    if not renewal.cancelled():
        renewal.exception()


async def request_rotation(
    current: TokenPair, credentials: ClientCredentials, client: AsyncWebClient
) -> TokenPair:
    """Exchange the refresh token of *current* for a new pair; the old one becomes invalid.

    Raises :class:`TokenRotationError` when Slack returns none, and for any other exception, which
    becomes its ``__cause__``: a connection error from here would be mistaken for one of the call
    that needs the token, whose outcome would then be unknown.
    """
    rotator = AsyncTokenRotator(
        client_id=credentials.client_id, client_secret=credentials.client_secret, client=client
    )
    bot = Bot(
        bot_token=current.bot_token,
        bot_id="",
        bot_user_id="",
        bot_refresh_token=current.refresh_token,
        # The rotator treats 0 as a token that never expires.
        bot_token_expires_at=current.expires_at or 1,
        installed_at=0.0,
    )
    try:
        refreshed_bot = await rotator.perform_bot_token_rotation(
            bot=bot, minutes_before_expiration=_REFRESH_MARGIN_MINUTES
        )
    except SlackTokenRotationError as error:
        raise TokenRotationError(_error_code(error.api_error)) from None
    except Exception as error:
        raise TokenRotationError("not_renewed") from error
    if refreshed_bot is None or not refreshed_bot.bot_refresh_token:
        raise TokenRotationError("not_renewed")
    return TokenPair(
        refreshed_bot.bot_token, refreshed_bot.bot_refresh_token, _expiry_of(refreshed_bot)
    )


def _error_code(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def _expiry_of(bot: Bot) -> int:
    return int(bot.bot_token_expires_at or 0)
