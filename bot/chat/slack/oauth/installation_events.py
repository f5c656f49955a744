"""Events about installations: removals, new ones, and what an organisation serves."""

import logging
from collections.abc import Awaitable, Callable

from bot.chat.after_response import AfterResponse
from bot.chat.slack.inbound.affiliation import ACCESS_REVOKED
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
            self._tokens.forget(event.workspace)  # a new installation has another token
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
        for workspace in await self._tokens.list_uninstalled():
            try:
                await self._reconnect(workspace)
            except Exception as error:  # noqa: BLE001 - the others are checked all the same
                log_error(logger, "slack.installation_not_checked", error)

    async def _change_access(self, event: OrganisationAccessChanged) -> None:
        """Link the workspaces of an organisation that Slack lists now, or end their links.

        A workspace that another installation serves stays with it, unless Slack lists it.
        """
        for workspace in event.workspaces:
            self._organisation_workspaces.forget(event.organisation, workspace)
            if event.is_granted:
                await self._link_if_listed(event.organisation, workspace)
            elif await self._tokens.find_organisation(workspace) == event.organisation:
                await self._pass_on(WorkspaceDisconnected(workspace, ACCESS_REVOKED))
                await self._tokens.end_link(event.organisation, workspace)
                self._after_response.start_task(self._link_if_listed(event.organisation, workspace))

    async def _link_if_listed(self, organisation: str, workspace: str) -> None:
        """Link *workspace* and end its suspension, if Slack lists it for *organisation*."""
        if await self._organisation_workspaces.include(organisation, workspace):
            await self._tokens.link(organisation, workspace, replaces=True)

    async def _reconnect(self, installed_as: str) -> None:
        """Report the workspaces of an installation as connected if its token works.

        Of a workspace of an organisation that token proves nothing, but Slack's list of the
        organisation's workspaces does, also after it has ended the link.
        """
        if organisation := await self._tokens.find_organisation(installed_as):
            await self._link_if_listed(organisation, installed_as)
            return
        account = await self._outlet.check_account(installed_as)
        self._tokens.forget(installed_as)
        if account.error_code:
            return
        # The installation's own mark is deleted last: until then a start repeats the check.
        for workspace in reversed(await self._tokens.list_served_workspaces(installed_as)):
            await self._pass_on(WorkspaceConnected(workspace))
