"""Authorization of payloads by workspace: the one that ``auth.test`` returns for the bot token."""

import asyncio
from typing import Protocol

from bot.chat.request_body import Payload
from bot.chat.slack.inbound import affiliation
from bot.chat.slack.outbound.outlet import SlackOutlet

LOOKUP_TIMEOUT_SECONDS = 2.0
"""Timeout of a request that awaits the lookup; Slack shows an error after three seconds."""


class WorkspaceUnknownError(Exception):
    """The lookup failed or timed out, so that it is unknown whether a payload may be served."""


class ServedWorkspaces(Protocol):
    """Authorization of payloads: whether the bot has a token for their workspace."""

    def start_lookup(self) -> None:
        """Start the lookup in a background task, if the implementation needs one."""

    async def serves(self, payload: Payload) -> bool:
        """Return whether *payload* is from a served workspace.

        Raises :class:`WorkspaceUnknownError` when the lookup fails or times out.
        """

    async def close(self) -> None:
        """Cancel the background tasks of lookups."""


class InstalledWorkspace:
    """Caches the workspace for the life of the process; the next request retries a failed lookup.

    The signing secret belongs to the app and is the same in every workspace that installs it, so
    a valid signature does not prove that a payload is from the workspace of this token.
    """

    def __init__(
        self, outlet: SlackOutlet, timeout_seconds: float = LOOKUP_TIMEOUT_SECONDS
    ) -> None:
        """Look up with *outlet*; no call is made yet. A request waits at most *timeout_seconds*."""
        self._outlet = outlet
        self._timeout_seconds = timeout_seconds
        self._workspace = ""
        self._lookup: asyncio.Task[None] | None = None

    def start_lookup(self) -> None:
        """Start the lookup in a background task, unless one is running."""
        if self._lookup is None or self._lookup.done():
            self._lookup = asyncio.create_task(self._look_up())

    async def get_workspace(self) -> str:
        """Return the workspace as ``slack:T…``.

        Raises :class:`WorkspaceUnknownError` when the lookup failed, or runs beyond the timeout.
        """
        if not self._workspace:
            self.start_lookup()
        if self._lookup is not None and not self._workspace:
            await asyncio.wait({self._lookup}, timeout=self._timeout_seconds)
        if not self._workspace:
            raise WorkspaceUnknownError
        return self._workspace

    async def serves(self, payload: Payload) -> bool:
        """Return whether *payload* is from the workspace of the token.

        Raises :class:`WorkspaceUnknownError` as :meth:`get_workspace` does.
        """
        return affiliation.parse_workspace(payload) == await self.get_workspace()

    async def close(self) -> None:
        """Cancel a running lookup, and wait until its task has ended."""
        if self._lookup is not None:
            self._lookup.cancel()
            await asyncio.wait({self._lookup})

    async def _look_up(self) -> None:
        team_id = (await self._outlet.check_account()).team_id
        self._workspace = f"slack:{team_id}" if team_id else ""
