"""Handler of events about installations: uninstalled, reinstalled, organisation access changed."""

import logging
from collections.abc import Awaitable, Callable, Collection

from bot.chat.after_response import AfterResponse
from bot.chat.slack.inbound.affiliation import ACCESS_REVOKED
from bot.chat.slack.oauth.installation_rows import InstallationsUnavailableError
from bot.chat.slack.oauth.installed_tokens import InstalledTokens
from bot.chat.slack.oauth.organisation_workspaces import OrganisationWorkspaces
from bot.chat.slack.outbound.outlet import SlackOutlet
from bot.conversation import (
    ChatEvent,
    OrganisationAccessChanged,
    WorkspaceConnected,
    WorkspaceDisconnected,
)
from bot.logs import log_error
from bot.outlet import InstallationStatus

logger = logging.getLogger("attune.slack")

HandleEvent = Callable[[ChatEvent], Awaitable[None]]


class InstallationEvents:
    """Fans out an event about an installation to every workspace that it serves.

    Slack delivers events late, more than once or not at all, so the state that one reports is
    verified by a Web API call: before it is stored for granted access, else in a background task.
    """

    def __init__(
        self,
        tokens: InstalledTokens,
        organisation_workspaces: OrganisationWorkspaces,
        outlet: SlackOutlet,
        after_response: AfterResponse,
        forward_event: HandleEvent,
    ) -> None:
        """Read and write the rows of *tokens*; await *forward_event* once for each workspace.

        *outlet* and *organisation_workspaces* call the Web API, in *after_response* tasks except
        where access was granted.
        """
        self._tokens = tokens
        self._organisation_workspaces = organisation_workspaces
        self._outlet = outlet
        self._after_response = after_response
        self._forward_event = forward_event

    async def handle_event(self, event: ChatEvent) -> None:
        """Invalidate the caches of the event's workspaces, and forward it once for each of them.

        A disconnection also starts a background task that calls ``auth.test`` with the stored
        token: the event may be older than a new installation, and the workspace is then reported
        as connected again. Raises :class:`InstallationsUnavailableError`,
        ``WorkspaceUnknownError``, and what *forward_event* does.
        """
        if isinstance(event, OrganisationAccessChanged):
            await self._change_access(event)
            return
        if isinstance(event, WorkspaceConnected):
            # A new installation has another token, and another list of workspaces.
            self._tokens.invalidate(event.workspace)
            self._organisation_workspaces.invalidate(event.workspace, ())
        if not isinstance(event, WorkspaceDisconnected):
            await self._forward_event(event)
            return
        for workspace in await self._tokens.list_served_workspaces(event.workspace):
            self._tokens.invalidate(workspace)
            await self._forward_event(WorkspaceDisconnected(workspace, event.reason))
        self._after_response.start_task(self._report_if_installed(event.workspace))

    def start_check(self) -> None:
        """Start a background task that checks each installation marked as uninstalled.

        The mark is persistent, so a check that was cancelled or timed out is repeated at the next
        start.
        """
        self._after_response.start_task(self._check_uninstalled())

    async def _check_uninstalled(self) -> None:
        """Check the marked rows one after the other, those of an organisation by one API call."""
        marked_by_installation: dict[str, list[str]] = {}
        for workspace in await self._tokens.list_uninstalled():
            organisation = await self._tokens.find_organisation(workspace)
            marked_by_installation.setdefault(organisation or workspace, []).append(workspace)
        for installed_as, marked in marked_by_installation.items():
            try:
                if installed_as in marked:
                    await self._report_if_installed(installed_as)
                if others := [workspace for workspace in marked if workspace != installed_as]:
                    await self._update_links(installed_as, others)
            except Exception as error:  # noqa: BLE001 - the loop continues with the others
                log_error(logger, "slack.installation_not_checked", error)

    async def _change_access(self, event: OrganisationAccessChanged) -> None:
        """Link the workspaces of an event that ``auth.teams.list`` returns, or end their links.

        One call serves all of them, since the rate limit is about twenty calls a minute. A grant
        is checked before the response, a revocation in a background task after its links have
        ended. A workspace that is linked elsewhere is relinked only if Slack lists it.
        """
        self._organisation_workspaces.invalidate(event.organisation, event.workspaces)
        if event.is_granted:
            listed = await self._organisation_workspaces.list_with_timeout(event.organisation)
            await self._apply_list(event.organisation, event.workspaces, listed)
            return
        for workspace in event.workspaces:
            await self._end_access(event.organisation, workspace)
        self._after_response.start_task(self._update_links(event.organisation, event.workspaces))

    async def _end_access(self, organisation: str, workspace: str) -> None:
        """Forward a disconnection and end the link, if *workspace* is linked to *organisation*."""
        if await self._tokens.find_organisation(workspace) == organisation:
            await self._forward_event(WorkspaceDisconnected(workspace, ACCESS_REVOKED))
            await self._tokens.end_link(organisation, workspace)

    async def _update_links(self, organisation: str, workspaces: Collection[str]) -> None:
        """Fetch the list of *organisation* and apply it; a failed call changes no row."""
        listed = await self._organisation_workspaces.list_recent(organisation)
        if listed is not None:
            await self._apply_list(organisation, workspaces, listed)

    async def _apply_list(
        self, organisation: str, workspaces: Collection[str], listed: Collection[str]
    ) -> None:
        """Link those of *workspaces* that are *listed*, which resumes them; end the other links.

        Each is a transaction of its own. One that fails, such as that of a workspace that is being
        purged, does not stop the loop; the first exception is raised after it.
        """
        first_error: InstallationsUnavailableError | None = None
        for workspace in workspaces:
            try:
                if workspace in listed:
                    await self._tokens.link(organisation, workspace, replaces=True)
                else:
                    await self._end_access(organisation, workspace)
            except InstallationsUnavailableError as error:
                first_error = first_error or error
        if first_error is not None:
            raise first_error

    async def _report_if_installed(self, installed_as: str) -> None:
        """Call ``auth.test`` with the token of *installed_as*; if it works, report a connection.

        For a workspace of an organisation, linked or with an ended link, ``auth.teams.list`` is
        called instead: the organisation's token works whatever the workspace is.
        """
        if organisation := await self._tokens.find_organisation(installed_as):
            await self._update_links(organisation, (installed_as,))
            return
        status = await self._outlet.check_installation(installed_as)
        self._tokens.invalidate(installed_as)
        if status is not InstallationStatus.INSTALLED:
            return
        _, *linked = await self._tokens.list_served_workspaces(installed_as)
        listed = await self._list_if_linked(installed_as, linked)
        await self._apply_list(installed_as, linked, listed)
        # Last, since it clears the mark of the uninstallation: a crash before it repeats the check.
        await self._forward_event(WorkspaceConnected(installed_as))

    async def _list_if_linked(self, installed_as: str, linked: Collection[str]) -> Collection[str]:
        """Return the workspaces that Slack lists; *linked* if empty, or if the call fails."""
        if not linked:
            return linked
        listed = await self._organisation_workspaces.list_recent(installed_as)
        return linked if listed is None else listed
