"""Cache of the bot token of each installed workspace, refreshed by one process under a lease."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.slack.oauth.installation_rows import (
    InstallationRows,
    InstallationUnreadableError,
    InstalledBot,
    NotInstalledError,
)
from bot.chat.slack.oauth.unsaved_tokens import UnsavedTokens
from bot.chat.slack.token_rotation import (
    ClientCredentials,
    TokenRotationError,
    request_rotation,
)
from bot.logs import log_error

logger = logging.getLogger("attune.slack")

CACHE_SECONDS = 2.0
"""Time to live of a cache entry in seconds: about the duration of one request.

A deletion or a new installation by another process is noticed after this time at the latest.
"""

_MAX_CACHED = 10_000
"""Maximum cache entries; the least recently written one is evicted."""

RENEWAL_LEASE_SECONDS = 30.0
"""Duration of the lease for one token refresh: three times the timeout of an API call."""

_POLL_SECONDS = 0.2

_NO_WORKSPACE = "slack:"

CreateClient = Callable[[], AsyncWebClient]

IsListed = Callable[[str, str], Awaitable[bool]]
"""Callback that returns whether Slack lists a workspace for an organisation's token."""


class InstalledTokens:
    """Looks up the installation that serves a workspace, and provides its bot token.

    The cache key is the workspace id alone, so that no token is returned for another workspace.
    Only rows that exist are cached.
    """

    def __init__(
        self,
        rows: InstallationRows,
        credentials: ClientCredentials,
        cache_seconds: float = CACHE_SECONDS,
    ) -> None:
        """Read and write *rows*; the client *credentials* authenticate the refresh calls."""
        self._cache_seconds = cache_seconds
        self._rows = rows
        self._credentials = credentials
        self._cache: OrderedDict[str, tuple[float, InstalledBot]] = OrderedDict()
        self._renewals: dict[str, asyncio.Task[InstalledBot]] = {}
        self._next_attempts: dict[str, float] = {}
        self._unsaved = UnsavedTokens(rows)

    async def ensure_served(self, workspace: str, organisation: str, is_listed: IsListed) -> bool:
        """Return whether an installation serves *workspace*, and link it to one that may.

        A workspace without an installation is linked to its installed *organisation* (``""`` for
        none) if *is_listed* returns true, which happens at its first request. Raises
        ``InstallationsUnavailableError``, and what *is_listed* does.
        """
        if workspace == _NO_WORKSPACE:  # an event about the organisation itself
            return bool(organisation) and await self._find(organisation) is not None
        if await self._find(workspace) is not None:
            return True
        if not organisation or await self._find(organisation) is None:
            return False
        if not await is_listed(organisation, workspace):
            return False
        await self.link(organisation, workspace, replaces=False)
        return await self._find(workspace) is not None

    async def link(self, organisation: str, workspace: str, *, replaces: bool) -> None:
        """Link *workspace* to the installation of *organisation*, and invalidate its cache entry.

        Without *replaces* nothing is written if an installation already serves it.
        """
        await self._rows.link(organisation, workspace, replaces=replaces)
        self.invalidate(workspace)

    async def end_link(self, organisation: str, workspace: str) -> None:
        """Mark the link to *organisation* as ended, and invalidate the workspace's cache entry."""
        await self._rows.end_link(organisation, workspace)
        self.invalidate(workspace)

    async def find_organisation(self, workspace: str) -> str:
        """Return the organisation of *workspace*, also after its link ended; ``""`` for none."""
        return await self._rows.find_organisation(workspace)

    async def list_organisations(self) -> tuple[str, ...]:
        """Return the organisations that installed the app."""
        return await self._rows.list_organisations()

    async def list_uninstalled(self) -> tuple[str, ...]:
        """Return the ids with an installation row whose workspace is marked as uninstalled."""
        return await self._rows.list_uninstalled()

    async def get_token(self, workspace: str, create_client: CreateClient) -> str:
        """Return the bot token of *workspace*; it is refreshed within the margin before its expiry.

        *create_client* builds the HTTP client of the refresh call. Raises
        :class:`NotInstalledError`, :class:`InstallationUnreadableError`, and
        :class:`bot.chat.slack.token_rotation.TokenRotationError` without a valid token.
        """
        bot = await self._read(workspace)
        if bot is None:
            raise NotInstalledError
        if bot.needs_renewal and not self._is_backing_off(bot):
            bot = await self._share_renewal(bot, create_client)
            self._cache_installation(workspace, bot)
        return bot.tokens.bot_token

    async def list_served_workspaces(self, installed_as: str) -> tuple[str, ...]:
        """Return *installed_as*, followed by the workspaces that are linked to it."""
        return await self._rows.list_served_workspaces(installed_as)

    def invalidate(self, workspace: str) -> None:
        """Invalidate the cache entry of *workspace*, so that its next use reads the row."""
        self._cache.pop(workspace, None)

    async def close(self) -> None:
        """Await the refresh tasks in progress, and the pending writes of refreshed tokens.

        A refresh invalidates the stored refresh token, so an unsaved pair would be lost.
        """
        await asyncio.gather(*self._renewals.values(), return_exceptions=True)
        await self._unsaved.close()

    async def _find(self, workspace: str) -> InstalledBot | None:
        """Return the installation of *workspace*; ``None`` also if its tokens are unreadable."""
        try:
            return await self._read(workspace)
        except InstallationUnreadableError:
            return None

    async def _read(self, workspace: str) -> InstalledBot | None:
        expires_at, bot = self._cache.get(workspace, (0.0, None))
        if bot is not None and time.monotonic() < expires_at:
            return bot
        bot = await self._rows.find(workspace)
        if bot is None:
            self.invalidate(workspace)
            return None
        self._cache_installation(workspace, bot)
        return bot

    def _cache_installation(self, workspace: str, bot: InstalledBot) -> None:
        self._cache[workspace] = (time.monotonic() + self._cache_seconds, bot)
        self._cache.move_to_end(workspace)
        if len(self._cache) > _MAX_CACHED:
            self._cache.popitem(last=False)

    async def _share_renewal(self, bot: InstalledBot, create_client: CreateClient) -> InstalledBot:
        """Await the refresh task of an installation, one per ``installed_as`` in this process.

        The task is shielded: cancelling a caller does not cancel it.
        """
        task = self._renewals.get(bot.installed_as)
        if task is None:
            task = asyncio.create_task(self._renew(bot.installed_as, create_client))
            self._renewals[bot.installed_as] = task
            task.add_done_callback(lambda _task: self._renewals.pop(bot.installed_as, None))
        return await asyncio.shield(task)

    async def _renew(self, installed_as: str, create_client: CreateClient) -> InstalledBot:
        """Acquire the lease and refresh the tokens; while another process holds it, poll the row.

        Without the lease, a token that has not expired is returned as it is, and the next attempt
        is made after ``RENEWAL_LEASE_SECONDS``; an expired one is polled for that time, then
        :class:`TokenRotationError` is raised. Raises :class:`NotInstalledError` without a row.
        """
        deadline = time.monotonic() + RENEWAL_LEASE_SECONDS
        while True:
            stored = await self._rows.find(installed_as)
            if stored is None:
                raise NotInstalledError
            bot = self._unsaved.find(stored) or stored
            if not bot.needs_renewal:
                self._next_attempts.pop(installed_as, None)
                return bot
            if await self._rows.claim_renewal(bot, RENEWAL_LEASE_SECONDS):
                await self._request_renewal(bot, create_client)
                if unsaved := self._unsaved.find(bot):
                    return unsaved
                continue
            if not bot.tokens.is_expired:
                self._next_attempts[installed_as] = time.monotonic() + RENEWAL_LEASE_SECONDS
                return bot
            if time.monotonic() > deadline:
                raise TokenRotationError("not_renewed")
            await asyncio.sleep(_POLL_SECONDS)

    async def _request_renewal(self, bot: InstalledBot, create_client: CreateClient) -> None:
        """Exchange the refresh token, and store the new pair, with retries if the write fails.

        A failed call is logged, and raises :class:`TokenRotationError` only if the token has
        expired. It leaves open whether Slack has exchanged the refresh token, so the lease is not
        released: the next attempt is made when it has expired.
        """
        try:
            tokens = await request_rotation(bot.tokens, self._credentials, create_client())
        except TokenRotationError as error:
            log_error(logger, "slack.token_not_renewed", error.__cause__ or error)
            if not bot.tokens.is_expired:
                return
            raise
        await self._unsaved.save(bot, tokens)

    def _is_backing_off(self, bot: InstalledBot) -> bool:
        """Whether the token has not expired, and the lease was not available a moment ago."""
        next_attempt = self._next_attempts.get(bot.installed_as, 0.0)
        return not bot.tokens.is_expired and time.monotonic() < next_attempt
