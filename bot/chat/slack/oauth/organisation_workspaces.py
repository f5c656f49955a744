"""The workspaces of an organisation: those that its installation may serve, as Slack lists them."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Collection

from bot.chat.slack.outbound.installed_workspace import LOOKUP_SECONDS, WorkspaceUnknownError
from bot.chat.slack.outbound.organisation_access import LISTING_SECONDS, OrganisationAccess

_ABSENCE_SECONDS = 60.0
"""Seconds for which a workspace that Slack did not list is refused without another call."""

_MAX_ABSENCES = 10_000


class OrganisationWorkspaces:
    """Confirms with an organisation's token that it may serve a workspace.

    A request names both, but the organisation may be that of a user of another workspace.
    """

    def __init__(self, access: OrganisationAccess, lookup_seconds: float = LOOKUP_SECONDS) -> None:
        """Ask *access*; a request waits *lookup_seconds* at most."""
        self._access = access
        self._lookup_seconds = lookup_seconds
        self._absences: OrderedDict[tuple[str, str], float] = OrderedDict()

    async def include(self, organisation: str, workspace: str) -> bool:
        """Return whether Slack lists *workspace* for the token of *organisation*.

        All requests of a moment share one call. Raises :class:`WorkspaceUnknownError` while Slack
        does not answer.
        """
        if time.monotonic() < self._absences.get((organisation, workspace), 0.0):
            return False
        if workspace in await self.list_in_time(organisation):
            return True
        self._absences[organisation, workspace] = time.monotonic() + _ABSENCE_SECONDS
        if len(self._absences) > _MAX_ABSENCES:
            self._absences.popitem(last=False)
        return False

    async def list_in_time(self, organisation: str) -> frozenset[str]:
        """Return the workspaces that Slack lists for the token of *organisation*.

        Raises :class:`WorkspaceUnknownError` where it does not answer before a request must be.
        """
        lookup = self._access.start_fetch(organisation)
        await asyncio.wait({lookup}, timeout=self._lookup_seconds)
        if not lookup.done() or lookup.result().error:
            raise WorkspaceUnknownError
        return lookup.result().workspaces

    async def list_patiently(self, organisation: str) -> frozenset[str] | None:
        """Return the same for a task that nobody waits for; ``None`` if Slack refuses to answer."""
        listing = await self._access.fetch(organisation, LISTING_SECONDS)
        return None if listing.error else listing.workspaces

    def forget(self, organisation: str, workspaces: Collection[str]) -> None:
        """Ask Slack anew about *workspaces*: their membership has changed."""
        for workspace in workspaces:
            self._absences.pop((organisation, workspace), None)
        self._access.forget(organisation)

    async def close(self) -> None:
        """Cancel the calls that are still running."""
        await self._access.close()
