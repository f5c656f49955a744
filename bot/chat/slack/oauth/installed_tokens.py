"""The bot token of each installed workspace, renewed before it expires by one process at a time."""

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
"""Seconds for which a process uses what it has read: as long as answering a request takes.

A deletion or a new installation in another process goes unnoticed for so long.
"""

_MAX_CACHED = 10_000

RENEWAL_SECONDS = 30.0
"""Seconds for which one process may renew a token: three times the timeout of a call."""

_POLL_SECONDS = 0.2

_NO_WORKSPACE = "slack:"

CreateClient = Callable[[], AsyncWebClient]

Includes = Callable[[str, str], Awaitable[bool]]
"""Asks Slack whether an organisation's token may serve a workspace."""


class InstalledTokens:
    """Finds the installation that serves a workspace, and provides its token.

    A token is only ever returned for the workspace that was asked for: what is cached is found by
    its key, and nothing else.
    """

    def __init__(
        self,
        rows: InstallationRows,
        credentials: ClientCredentials,
        cache_seconds: float = CACHE_SECONDS,
    ) -> None:
        """Read *rows*; *credentials* of the app are needed to renew tokens that expire."""
        self._cache_seconds = cache_seconds
        self._rows = rows
        self._credentials = credentials
        self._cache: OrderedDict[str, tuple[float, InstalledBot]] = OrderedDict()
        self._renewals: dict[str, asyncio.Task[InstalledBot]] = {}
        self._next_attempts: dict[str, float] = {}
        self._unsaved = UnsavedTokens(rows)

    async def serves(self, workspace: str, organisation: str, include: Includes) -> bool:
        """Return whether *workspace* is installed, or its *organisation* (``""`` for none) is.

        A workspace that no installation serves is linked to its installed organisation at its first
        request, if *include* confirms that it is one of its workspaces. Raises
        :class:`InstallationsUnavailableError`, and what *include* does.
        """
        if workspace == _NO_WORKSPACE:  # an event about the organisation itself
            return bool(organisation) and await self._find(organisation) is not None
        if await self._find(workspace) is not None:
            return True
        if not organisation or await self._find(organisation) is None:
            return False
        if not await include(organisation, workspace):
            return False
        await self.link(organisation, workspace, replaces=False)
        return await self._find(workspace) is not None

    async def link(self, organisation: str, workspace: str, *, replaces: bool) -> None:
        """Store that *organisation* serves *workspace*, as Slack has confirmed.

        Another installation that serves it stays, unless this one *replaces* it.
        """
        await self._rows.link(organisation, workspace, replaces=replaces)
        self.forget(workspace)

    async def end_link(self, organisation: str, workspace: str) -> None:
        """Store that *organisation* serves *workspace* no longer."""
        await self._rows.end_link(organisation, workspace)
        self.forget(workspace)

    async def find_organisation(self, workspace: str) -> str:
        """Return the organisation of *workspace*, also after its link ended; ``""`` for none."""
        return await self._rows.find_organisation(workspace)

    async def list_organisations(self) -> tuple[str, ...]:
        """Return the organisations that installed the app."""
        return await self._rows.list_organisations()

    async def list_uninstalled(self) -> tuple[str, ...]:
        """Return the installations that are marked as uninstalled."""
        return await self._rows.list_uninstalled()

    async def get_token(self, workspace: str, create_client: CreateClient) -> str:
        """Return the token of *workspace*, renewed if it would expire soon.

        *create_client* builds the client of the renewal. Raises :class:`NotInstalledError`,
        :class:`InstallationUnreadableError`, and
        :class:`bot.chat.slack.token_rotation.TokenRotationError` without a valid token.
        """
        bot = await self._read(workspace)
        if bot is None:
            raise NotInstalledError
        if bot.needs_renewal and not self._may_wait(bot):
            bot = await self._share_renewal(bot, create_client)
            self._remember(workspace, bot)
        return bot.tokens.bot_token

    async def list_served_workspaces(self, installed_as: str) -> tuple[str, ...]:
        """Return *installed_as* and, of an organisation, the workspaces that it serves."""
        return await self._rows.list_served_workspaces(installed_as)

    def forget(self, workspace: str) -> None:
        """Read the installation of *workspace* anew at its next use."""
        self._cache.pop(workspace, None)

    async def close(self) -> None:
        """Wait for the renewals in progress: what Slack has replaced must be stored."""
        await asyncio.gather(*self._renewals.values(), return_exceptions=True)
        await self._unsaved.close()

    async def _find(self, workspace: str) -> InstalledBot | None:
        """Return the installation of *workspace*; one that no key opens serves nobody."""
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
            self.forget(workspace)
            return None
        self._remember(workspace, bot)
        return bot

    def _remember(self, workspace: str, bot: InstalledBot) -> None:
        self._cache[workspace] = (time.monotonic() + self._cache_seconds, bot)
        self._cache.move_to_end(workspace)
        if len(self._cache) > _MAX_CACHED:
            self._cache.popitem(last=False)

    async def _share_renewal(self, bot: InstalledBot, create_client: CreateClient) -> InstalledBot:
        """Await the renewal of one installation that all calls of this process share.

        It goes on where a caller is cancelled, and delays no other workspace.
        """
        task = self._renewals.get(bot.installed_as)
        if task is None:
            task = asyncio.create_task(self._renew(bot.installed_as, create_client))
            self._renewals[bot.installed_as] = task
            task.add_done_callback(lambda _task: self._renewals.pop(bot.installed_as, None))
        return await asyncio.shield(task)

    async def _renew(self, installed_as: str, create_client: CreateClient) -> InstalledBot:
        """Renew the tokens, unless another process does so; then return what it stores.

        While that process is at work, or Slack does not answer, the token in use is valid until it
        expires.
        """
        deadline = time.monotonic() + RENEWAL_SECONDS
        while True:
            stored = await self._rows.find(installed_as)
            if stored is None:
                raise NotInstalledError
            bot = self._unsaved.find(stored) or stored
            if not bot.needs_renewal:
                self._next_attempts.pop(installed_as, None)
                return bot
            if await self._rows.claim_renewal(bot, RENEWAL_SECONDS):
                await self._request_renewal(bot, create_client)
                if unsaved := self._unsaved.find(bot):
                    return unsaved
                continue
            if not bot.tokens.is_expired:
                self._next_attempts[installed_as] = time.monotonic() + RENEWAL_SECONDS
                return bot
            if time.monotonic() > deadline:
                raise TokenRotationError("not_renewed")
            await asyncio.sleep(_POLL_SECONDS)

    async def _request_renewal(self, bot: InstalledBot, create_client: CreateClient) -> None:
        """Exchange the refresh token and store the new pair; an expired token raises the error.

        A pair that cannot be stored now is used, and stored later.

        Nothing of a failed call shows whether Slack has exchanged the token. The claim ends by
        itself, so that the next attempt is made after a rest.
        """
        try:
            tokens = await request_rotation(bot.tokens, self._credentials, create_client())
        except TokenRotationError as error:
            log_error(logger, "slack.token_not_renewed", error.__cause__ or error)
            if not bot.tokens.is_expired:
                return
            raise
        await self._unsaved.save(bot, tokens)

    def _may_wait(self, bot: InstalledBot) -> bool:
        """Whether the token in use is still valid, and its renewal was tried a moment ago."""
        next_attempt = self._next_attempts.get(bot.installed_as, 0.0)
        return not bot.tokens.is_expired and time.monotonic() < next_attempt
