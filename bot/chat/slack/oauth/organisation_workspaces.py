"""Check requests against the workspaces of an organisation, as ``auth.teams.list`` returns them."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Collection

from bot.chat.slack.outbound.installed_workspace import (
    LOOKUP_TIMEOUT_SECONDS,
    WorkspaceUnknownError,
)
from bot.chat.slack.outbound.organisation_access import LISTING_MAX_AGE_SECONDS, OrganisationAccess

_NEGATIVE_CACHE_SECONDS = 60.0
"""Time to live of the negative cache: an unlisted workspace is refused without another call."""

_MAX_NEGATIVE_ENTRIES = 10_000


class OrganisationWorkspaces:
    """Checks whether Slack lists a workspace for an organisation's token, with a negative cache.

    A payload contains both ids, but the enterprise id may be that of a user from another workspace,
    so it does not prove the membership.
    """

    def __init__(
        self, access: OrganisationAccess, timeout_seconds: float = LOOKUP_TIMEOUT_SECONDS
    ) -> None:
        """Fetch lists from *access*; a request waits for at most *timeout_seconds*."""
        self._access = access
        self._timeout_seconds = timeout_seconds
        self._negative_cache: OrderedDict[tuple[str, str], float] = OrderedDict()

    async def is_listed(self, organisation: str, workspace: str) -> bool:
        """Return whether Slack lists *workspace* for the token of *organisation*.

        Concurrent requests share one API call. ``False`` is cached for a minute, ``True`` is not,
        since the caller stores it as a link. Raises :class:`WorkspaceUnknownError` as
        :meth:`list_with_timeout` does.
        """
        if time.monotonic() < self._negative_cache.get((organisation, workspace), 0.0):
            return False
        if workspace in await self.list_with_timeout(organisation):
            return True
        self._negative_cache[organisation, workspace] = time.monotonic() + _NEGATIVE_CACHE_SECONDS
        if len(self._negative_cache) > _MAX_NEGATIVE_ENTRIES:
            self._negative_cache.popitem(last=False)
        return False

    async def list_with_timeout(self, organisation: str) -> frozenset[str]:
        """Return the workspaces that Slack lists for the token of *organisation*.

        Raises :class:`WorkspaceUnknownError` when the call fails, or takes longer than the timeout
        for a request; the task of the call then continues, for the requests after it.
        """
        lookup = self._access.start_fetch(organisation)
        await asyncio.wait({lookup}, timeout=self._timeout_seconds)
        if not lookup.done() or lookup.result().error:
            raise WorkspaceUnknownError
        return lookup.result().workspaces

    async def list_recent(self, organisation: str) -> frozenset[str] | None:
        """Return the list, at most ``LISTING_MAX_AGE_SECONDS`` old; ``None`` when the call fails.

        For background tasks: no timeout but those of the HTTP client applies.
        """
        listing = await self._access.fetch(organisation, LISTING_MAX_AGE_SECONDS)
        return None if listing.error else listing.workspaces

    def invalidate(self, organisation: str, workspaces: Collection[str]) -> None:
        """Invalidate the cached list of *organisation*, and the refusals of *workspaces*."""
        for workspace in workspaces:
            self._negative_cache.pop((organisation, workspace), None)
        self._access.invalidate(organisation)

    async def close(self) -> None:
        """Cancel the calls that are still running."""
        await self._access.close()
