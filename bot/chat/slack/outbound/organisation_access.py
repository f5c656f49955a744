"""Access of an organisation to its workspaces: what Slack lists for its token, now.

Neither a token that works nor a row that is missing says so: the token works on after the app was
taken out of one workspace, and an event about either may be late or lost.
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

LISTING_SECONDS = 10.0
"""Seconds for which probes and checks use an answer: Slack allows some twenty calls a minute."""

_MAX_PAGES, _PAGE_SIZE = 100, 1000


class OrganisationLinks(Protocol):
    """What is stored about the organisations of workspaces."""

    async def find_organisation(self, workspace: str) -> str:
        """Return the organisation of *workspace*, also after its link ended; ``""`` for none."""

    async def list_organisations(self) -> tuple[str, ...]:
        """Return the organisations that installed the app."""

    async def link(self, organisation: str, workspace: str, *, replaces: bool) -> None:
        """Store that *organisation* serves *workspace*, and end its suspension."""


class ListingIncompleteError(Exception):
    """Slack's list of an organisation's workspaces has no end, or is none."""


@dataclass(frozen=True)
class Listing:
    """The workspaces that Slack lists for an organisation's token, or the error in their place.

    ``fetched_at`` is the monotonic time in seconds before the call.
    """

    fetched_at: float
    workspaces: frozenset[str] = frozenset()
    error: Exception | None = None


class OrganisationAccess:
    """Asks Slack which workspaces an organisation may serve; questions of a moment share a call."""

    def __init__(self, api_client: ApiClient, links: OrganisationLinks) -> None:
        """Call Slack with *api_client*, and read and write *links*."""
        self.links = links
        self._api_client = api_client
        self._tasks: dict[str, asyncio.Task[Listing]] = {}
        self._running: set[asyncio.Task[Listing]] = set()

    async def check(self, organisation: str, workspace: str) -> InstallationStatus:
        """Return whether *organisation* may serve *workspace*; an error proves nothing.

        But one that means that the organisation itself has no token any more does.
        """
        listing = await self.fetch(organisation, LISTING_SECONDS)
        if listing.error is None:
            is_listed = workspace in listing.workspaces
            return InstallationStatus.INSTALLED if is_listed else InstallationStatus.REMOVED
        check = build_failed_check("slack.organisation_not_checked", listing.error)
        return InstallationStatus.REMOVED if proves_removal(check) else InstallationStatus.UNKNOWN

    async def link_if_listed(self, workspace: str) -> InstallationStatus:
        """Link a *workspace* without any token to the organisation that Slack lists it for now.

        The event of that was lost, or an organisation was installed while Slack did not list its
        workspaces, whose own tokens it has replaced. An organisation whose own token is refused or
        unreadable is passed over: it would stop the purges of all others.
        """
        is_unanswered = False
        for organisation in await self.links.list_organisations():
            listing = await self.fetch(organisation, LISTING_SECONDS)
            if workspace in listing.workspaces:
                await self.links.link(organisation, workspace, replaces=True)
                return InstallationStatus.INSTALLED
            if listing.error is not None and not isinstance(listing.error, NotInstalledError):
                check = build_failed_check("slack.organisation_not_checked", listing.error)
                is_unanswered = is_unanswered or not check.is_refusal
        return InstallationStatus.UNKNOWN if is_unanswered else InstallationStatus.REMOVED

    async def is_listed(self, organisation: str, workspace: str) -> bool:
        """Return whether Slack lists *workspace*; raises what the call did."""
        listing = await self.fetch(organisation, LISTING_SECONDS)
        if listing.error is not None:
            raise listing.error
        return workspace in listing.workspaces

    async def fetch(self, organisation: str, max_age_seconds: float = 0.0) -> Listing:
        """Return what Slack lists; an answer that is younger than *max_age_seconds* is used again.

        So is a failure: while Slack limits the calls, one for each workspace would not end that.
        Never raises.
        """
        task = self._tasks.get(organisation)
        if task is not None and task.done() and not task.cancelled():
            age_seconds = time.monotonic() - task.result().fetched_at
            if age_seconds < max_age_seconds:
                return task.result()
        return await asyncio.shield(self.start_fetch(organisation))

    def start_fetch(self, organisation: str) -> asyncio.Task[Listing]:
        """Return the call that is under way, or a new one."""
        task = self._tasks.get(organisation)
        if task is None or task.done():
            task = self._tasks[organisation] = asyncio.create_task(self._fetch(organisation))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return task

    def forget(self, organisation: str) -> None:
        """Ask Slack anew about *organisation*: what it may serve has changed."""
        self._tasks.pop(organisation, None)

    async def close(self) -> None:
        """Cancel the calls that are still running."""
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
    """Return the workspaces that the token of an organisation may serve, as ``slack:T…``.

    *token* is used in place of the client's own. Raises what *client* does, and
    :class:`ListingIncompleteError`: a workspace that is missing from a part is not known to be.
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
