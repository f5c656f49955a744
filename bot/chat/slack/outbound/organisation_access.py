"""Access of an organisation to its workspaces: cached calls of ``auth.teams.list``.

Only this list proves the access. ``auth.test`` succeeds with the organisation's token after the app
was removed from one workspace, and the stored links depend on events that may be late or lost.
"""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Protocol

from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.slack.oauth.installation_rows import NotInstalledError
from bot.chat.slack.outbound.account_checks import build_failed_check, proves_removal
from bot.chat.slack.outbound.api_client import ApiClient
from bot.logs import log_error
from bot.outlet import InstallationStatus

logger = logging.getLogger("attune.slack")

LISTING_MAX_AGE_SECONDS = 10.0
"""Maximum age of a cached list for probes and checks; Slack's rate limit is some 20 per minute."""

_MAX_PAGES, _PAGE_SIZE = 100, 1000


class OrganisationLinks(Protocol):
    """Storage interface for the links between workspaces and organisations."""

    async def find_organisation(self, workspace: str) -> str:
        """Return the organisation of *workspace*, also after its link ended; ``""`` for none."""

    async def list_organisations(self) -> tuple[str, ...]:
        """Return the organisations that installed the app."""

    async def link(self, organisation: str, workspace: str, *, replaces: bool) -> None:
        """Upsert the link of *workspace* to *organisation*, and resume the workspace."""


class ListingIncompleteError(Exception):
    """``auth.teams.list`` returned too many pages, or a response without ``teams``."""


@dataclass(frozen=True)
class Listing:
    """Cached result of ``auth.teams.list``: the workspaces, or the exception that was raised.

    ``fetched_at`` is the monotonic clock's time in seconds before the call.
    """

    fetched_at: float
    workspaces: frozenset[str] = frozenset()
    error: Exception | None = None


class OrganisationAccess:
    """Calls ``auth.teams.list`` for each organisation; concurrent callers share one task."""

    def __init__(self, api_client: ApiClient, links: OrganisationLinks) -> None:
        """Call Slack with *api_client*, and read and write *links*."""
        self.links = links
        self._api_client = api_client
        self._tasks: dict[str, asyncio.Task[Listing]] = {}
        self._running: set[asyncio.Task[Listing]] = set()

    async def check(self, organisation: str, workspace: str) -> InstallationStatus:
        """Return ``INSTALLED`` or ``REMOVED`` by the list of *organisation*; never raises.

        After an error the result is ``REMOVED`` if the organisation's token is revoked or missing,
        else ``UNKNOWN``.
        """
        listing = await self.fetch(organisation, LISTING_MAX_AGE_SECONDS)
        if listing.error is None:
            is_listed = workspace in listing.workspaces
            return InstallationStatus.INSTALLED if is_listed else InstallationStatus.REMOVED
        check = build_failed_check("slack.organisation_not_checked", listing.error)
        return InstallationStatus.REMOVED if proves_removal(check) else InstallationStatus.UNKNOWN

    async def link_if_listed(self, workspace: str) -> InstallationStatus:
        """Search the lists of all organisations for *workspace*, and link it to the first match.

        For a workspace without a token: its access event was lost, or its own token was replaced by
        an organisation's installation whose list could not be fetched. An organisation whose token
        is rejected with a known error code, or unreadable, is skipped, since it would block the
        purges of all others. Without a match, ``UNKNOWN`` if a call failed for another reason, an
        unknown code included, else ``REMOVED``. Raises what the transactions raise.
        """
        is_unanswered = False
        for organisation in await self.links.list_organisations():
            listing = await self.fetch(organisation, LISTING_MAX_AGE_SECONDS)
            if workspace in listing.workspaces:
                await self.links.link(organisation, workspace, replaces=True)
                return InstallationStatus.INSTALLED
            if listing.error is not None and not isinstance(listing.error, NotInstalledError):
                check = build_failed_check("slack.organisation_not_checked", listing.error)
                is_unanswered = is_unanswered or not check.is_refusal
        return InstallationStatus.UNKNOWN if is_unanswered else InstallationStatus.REMOVED

    async def is_listed(self, organisation: str, workspace: str) -> bool:
        """Return whether the list contains *workspace*; raises the exception of a failed call."""
        listing = await self.fetch(organisation, LISTING_MAX_AGE_SECONDS)
        if listing.error is not None:
            raise listing.error
        return workspace in listing.workspaces

    async def fetch(self, organisation: str, max_age_seconds: float = 0.0) -> Listing:
        """Return the cached listing if it is younger than *max_age_seconds*, else await a new one.

        Failures are cached as well: during a rate limit, one retry for each workspace would prolong
        it. The task is shielded from the cancellation of a caller. Never raises.
        """
        task = self._tasks.get(organisation)
        if task is not None and task.done() and not task.cancelled():
            age_seconds = time.monotonic() - task.result().fetched_at
            if age_seconds < max_age_seconds:
                return task.result()
        return await asyncio.shield(self.start_fetch(organisation))

    def start_fetch(self, organisation: str) -> asyncio.Task[Listing]:
        """Return the running task of *organisation*, or create one."""
        task = self._tasks.get(organisation)
        if task is None or task.done():
            task = self._tasks[organisation] = asyncio.create_task(self._fetch(organisation))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return task

    def invalidate(self, organisation: str) -> None:
        """Invalidate the cached listing of *organisation*; the next fetch starts a new call."""
        self._tasks.pop(organisation, None)

    async def close(self) -> None:
        """Cancel the running tasks, and wait until they have ended."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _fetch(self, organisation: str) -> Listing:
        started_at = time.monotonic()
        try:
            client = await self._api_client.get_client(organisation)
            return Listing(started_at, frozenset(await list_workspaces(client)))
        except Exception as error:  # noqa: BLE001 - the listing contains the error
            log_error(logger, "slack.workspaces_not_listed", error)
            return Listing(started_at, error=error)


async def list_workspaces(client: AsyncWebClient, token: str | None = None) -> tuple[str, ...]:
    """Fetch all pages of ``auth.teams.list``; return the workspaces as ``slack:T…``.

    *token* overrides the client's own. Raises what *client* raises, and
    :class:`ListingIncompleteError` rather than return a partial list, in which a missing workspace
    would seem to be removed.
    """
    workspaces: list[str] = []
    cursor: str | None = None
    for _ in range(_MAX_PAGES):
        page = await client.auth_teams_list(token=token, cursor=cursor, limit=_PAGE_SIZE)
        teams = page.get("teams")
        if teams is None:
            break
        workspaces += [f"slack:{team['id']}" for team in teams]
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return tuple(workspaces)
    raise ListingIncompleteError
