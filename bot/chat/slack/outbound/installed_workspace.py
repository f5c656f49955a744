"""The workspace that the bot token belongs to, learned from Slack's ``auth.test``."""

import asyncio
from typing import Protocol

from bot.chat.request_body import Payload
from bot.chat.slack.inbound import affiliation
from bot.chat.slack.outbound.outlet import SlackOutlet

LOOKUP_SECONDS = 2.0
"""Seconds that a request waits for the lookup: Slack shows an error after three."""


class WorkspaceUnknownError(Exception):
    """Slack did not report in time which workspace the token belongs to."""


class ServedWorkspaces(Protocol):
    """Tells which payloads are from a workspace that the bot has a token for."""

    def start_lookup(self) -> None:
        """Look up in the background what is needed to tell."""

    async def serves(self, payload: Payload) -> bool:
        """Return whether *payload* is from a served workspace.

        Raises :class:`WorkspaceUnknownError` when that cannot be told now.
        """

    async def close(self) -> None:
        """End what runs in the background."""


class InstalledWorkspace:
    """Looks the workspace up once per process; a failed lookup is repeated by the next request.

    The signing secret belongs to the app and is the same in every workspace that installs it, so
    a valid signature does not prove that a payload is from the workspace of this token.
    """

    def __init__(self, outlet: SlackOutlet, lookup_seconds: float = LOOKUP_SECONDS) -> None:
        """Look up with *outlet*; no call is made yet. A request waits *lookup_seconds* at most."""
        self._outlet = outlet
        self._lookup_seconds = lookup_seconds
        self._workspace = ""
        self._lookup: asyncio.Task[None] | None = None

    def start_lookup(self) -> None:
        """Start the lookup in a background task, unless one is running."""
        if self._lookup is None or self._lookup.done():
            self._lookup = asyncio.create_task(self._look_up())

    async def get_workspace(self) -> str:
        """Return the workspace as ``slack:T…``.

        Raises :class:`WorkspaceUnknownError` when it is still unknown after the limit.
        """
        if not self._workspace:
            self.start_lookup()
        if self._lookup is not None and not self._workspace:
            await asyncio.wait({self._lookup}, timeout=self._lookup_seconds)
        if not self._workspace:
            raise WorkspaceUnknownError
        return self._workspace

    async def serves(self, payload: Payload) -> bool:
        """Return whether *payload* is from the workspace of the token.

        Raises :class:`WorkspaceUnknownError` when that workspace is still unknown.
        """
        return affiliation.parse_workspace(payload) == await self.get_workspace()

    async def close(self) -> None:
        """Cancel a lookup that is still running."""
        if self._lookup is not None:
            self._lookup.cancel()
            await asyncio.wait({self._lookup})

    async def _look_up(self) -> None:
        team_id = (await self._outlet.check_account()).team_id
        self._workspace = f"slack:{team_id}" if team_id else ""
