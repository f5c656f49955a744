"""Events about installations: removals, new ones, and what an organisation serves."""

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
    """Applies what events say about an installation to every workspace that it serves."""

    def __init__(
        self,
        tokens: InstalledTokens,
        organisation_workspaces: OrganisationWorkspaces,
        outlet: SlackOutlet,
        after_response: AfterResponse,
        pass_on: HandleEvent,
    ) -> None:
        """Look up *tokens*, and call *pass_on* with an event for each workspace.

        Tokens are checked with *outlet* and *organisation_workspaces* in *after_response* tasks.
        """
        self._tokens = tokens
        self._organisation_workspaces = organisation_workspaces
        self._outlet = outlet
        self._after_response = after_response
        self._pass_on = pass_on

    async def handle_event(self, event: ChatEvent) -> None:
        """Pass *event* on, for an organisation once for each of its workspaces.

        An event about an uninstallation may be a late one, from before a new installation: if the
        stored token works, the workspace is connected again.
        """
        if isinstance(event, OrganisationAccessChanged):
            await self._change_access(event)
            return
        if isinstance(event, WorkspaceConnected):
            self._tokens.forget(event.workspace)  # a new installation has another token and list
            self._organisation_workspaces.forget(event.workspace, ())
        if not isinstance(event, WorkspaceDisconnected):
            await self._pass_on(event)
            return
        for workspace in await self._tokens.list_served_workspaces(event.workspace):
            self._tokens.forget(workspace)
            await self._pass_on(WorkspaceDisconnected(workspace, event.reason))
        self._after_response.start_task(self._reconnect(event.workspace))

    def start_check(self) -> None:
        """Check in the background each installation that is marked as uninstalled.

        A check that a stop or a time-out has ended is thus repeated at the next start.
        """
        self._after_response.start_task(self._check_uninstalled())

    async def _check_uninstalled(self) -> None:
        """Check every marked installation, and all workspaces of an organisation by one call."""
        marked_by_installation: dict[str, list[str]] = {}
        for workspace in await self._tokens.list_uninstalled():
            organisation = await self._tokens.find_organisation(workspace)
            marked_by_installation.setdefault(organisation or workspace, []).append(workspace)
        for installed_as, marked in marked_by_installation.items():
            try:
                if installed_as in marked:
                    await self._reconnect(installed_as)
                if others := [workspace for workspace in marked if workspace != installed_as]:
                    await self._update_links(installed_as, others)
            except Exception as error:  # noqa: BLE001 - the others are checked all the same
                log_error(logger, "slack.installation_not_checked", error)

    async def _change_access(self, event: OrganisationAccessChanged) -> None:
        """Link the workspaces of an organisation that Slack lists now, or end their links.

        Slack is asked once for all of them: it allows some twenty such calls a minute. A workspace
        that another installation serves stays with it, unless Slack lists it.
        """
        self._organisation_workspaces.forget(event.organisation, event.workspaces)
        if event.is_granted:
            listed = await self._organisation_workspaces.list_in_time(event.organisation)
            await self._apply_list(event.organisation, event.workspaces, listed)
            return
        for workspace in event.workspaces:
            await self._end_access(event.organisation, workspace)
        self._after_response.start_task(self._update_links(event.organisation, event.workspaces))

    async def _end_access(self, organisation: str, workspace: str) -> None:
        """Report *workspace* as disconnected, and end its link, if it is one to *organisation*."""
        if await self._tokens.find_organisation(workspace) == organisation:
            await self._pass_on(WorkspaceDisconnected(workspace, ACCESS_REVOKED))
            await self._tokens.end_link(organisation, workspace)

    async def _update_links(self, organisation: str, workspaces: Collection[str]) -> None:
        """Do the same in the background, where an event may have been a late one."""
        listed = await self._organisation_workspaces.list_patiently(organisation)
        if listed is not None:
            await self._apply_list(organisation, workspaces, listed)

    async def _apply_list(
        self, organisation: str, workspaces: Collection[str], listed: Collection[str]
    ) -> None:
        """Link those of *workspaces* that are *listed*, which ends suspensions; end other links.

        One that cannot be stored, as it is being purged, does not stop the others; the first error
        is raised at the end.
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

    async def _reconnect(self, installed_as: str) -> None:
        """Report the workspaces of an installation as connected if its token works.

        Of a workspace of an organisation that token proves nothing, but Slack's list of the
        organisation's workspaces does, also after it has ended the link.
        """
        if organisation := await self._tokens.find_organisation(installed_as):
            await self._update_links(organisation, (installed_as,))
            return
        status = await self._outlet.check_installation(installed_as)
        self._tokens.forget(installed_as)
        if status is not InstallationStatus.INSTALLED:
            return
        _, *linked = await self._tokens.list_served_workspaces(installed_as)
        listed = await self._list_if_linked(installed_as, linked)
        await self._apply_list(installed_as, linked, listed)
        # The installation's own mark is deleted last: until then a start repeats the check.
        await self._pass_on(WorkspaceConnected(installed_as))

    async def _list_if_linked(self, installed_as: str, linked: Collection[str]) -> Collection[str]:
        """Return which *linked* workspaces Slack lists now; without an answer the links count."""
        if not linked:
            return linked
        listed = await self._organisation_workspaces.list_patiently(installed_as)
        return linked if listed is None else listed
