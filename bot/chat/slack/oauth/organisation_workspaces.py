"""The workspaces of an organisation: those that its installation may serve, as Slack lists them."""

import asyncio
import logging
import time
from collections import OrderedDict

from bot.chat.slack.outbound.account_checks import list_workspaces
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.installed_workspace import LOOKUP_SECONDS, WorkspaceUnknownError
from bot.logs import log_error

logger = logging.getLogger("attune.slack")

_ABSENCE_SECONDS = 60.0
"""Seconds for which a workspace that Slack did not list is refused without another call."""

_MAX_ABSENCES = 10_000


class OrganisationWorkspaces:
    """Confirms with an organisation's token that it may serve a workspace.

    A request names both, but the organisation may be that of a user of another workspace.
    """

    def __init__(self, api_client: ApiClient, lookup_seconds: float = LOOKUP_SECONDS) -> None:
        """Call Slack with *api_client*; a request waits *lookup_seconds* at most."""
        self._api_client = api_client
        self._lookup_seconds = lookup_seconds
        self._lookups: dict[str, asyncio.Task[frozenset[str] | None]] = {}
        self._tasks: set[asyncio.Task[frozenset[str] | None]] = set()
        self._absences: OrderedDict[tuple[str, str], float] = OrderedDict()

    async def include(self, organisation: str, workspace: str) -> bool:
        """Return whether Slack lists *workspace* for the token of *organisation*.

        All requests of a moment share one call. Raises :class:`WorkspaceUnknownError` while Slack
        does not answer.
        """
        if time.monotonic() < self._absences.get((organisation, workspace), 0.0):
            return False
        lookup = self._start_lookup(organisation)
        await asyncio.wait({lookup}, timeout=self._lookup_seconds)
        workspaces = lookup.result() if lookup.done() else None
        if workspaces is None:
            raise WorkspaceUnknownError
        if workspace in workspaces:
            return True
        self._absences[organisation, workspace] = time.monotonic() + _ABSENCE_SECONDS
        if len(self._absences) > _MAX_ABSENCES:
            self._absences.popitem(last=False)
        return False

    def forget(self, organisation: str, workspace: str) -> None:
        """Ask Slack anew about *workspace*: its membership has changed."""
        self._absences.pop((organisation, workspace), None)
        self._lookups.pop(organisation, None)

    async def close(self) -> None:
        """Cancel the calls that are still running."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start_lookup(self, organisation: str) -> asyncio.Task[frozenset[str] | None]:
        lookup = self._lookups.get(organisation)
        if lookup is None or lookup.done():
            lookup = asyncio.create_task(self._look_up(organisation))
            self._lookups[organisation] = lookup
            self._tasks.add(lookup)
            lookup.add_done_callback(self._tasks.discard)
        return lookup

    async def _look_up(self, organisation: str) -> frozenset[str] | None:
        try:
            client = await self._api_client.get_client(organisation)
            return frozenset(await list_workspaces(client))
        except Exception as error:  # noqa: BLE001 - without an answer nothing is linked
            log_error(logger, "slack.workspaces_not_listed", error)
            return None
