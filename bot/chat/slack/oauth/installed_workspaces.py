"""The workspaces that are served where the app is installed from a link."""

from bot.chat.after_response import AfterResponse
from bot.chat.request_body import Payload
from bot.chat.slack.inbound import affiliation
from bot.chat.slack.oauth.installed_tokens import InstalledTokens
from bot.chat.slack.outbound.installed_workspace import WorkspaceUnknownError
from bot.chat.slack.outbound.outlet import SlackOutlet
from bot.chat.slack.token_rotation import TokenRotationError
from bot.conversation import ChatEvent, Routes, WorkspaceConnected, WorkspaceDisconnected


class InstalledWorkspaces:
    """Implementation of :class:`.ServedWorkspaces` for the installations of a store."""

    def __init__(self, tokens: InstalledTokens) -> None:
        """Serve the workspaces that have one of *tokens*."""
        self._tokens = tokens

    def start_lookup(self) -> None:
        """Do nothing: each workspace is looked up by its own requests."""

    async def serves(self, payload: Payload) -> bool:
        """Return whether the workspace of *payload* is installed, itself or by its organisation.

        Raises :class:`WorkspaceUnknownError` while the installations cannot be read.
        """
        workspace = affiliation.parse_workspace(payload)
        organisation = affiliation.parse_organisation(payload)
        try:
            return await self._tokens.serves(workspace, organisation)
        except TokenRotationError as error:
            raise WorkspaceUnknownError from error

    async def close(self) -> None:
        """Wait until renewed tokens are stored."""
        await self._tokens.close()


class InstallationEvents:
    """Applies what events say about an installation to every workspace that it serves."""

    def __init__(
        self, tokens: InstalledTokens, outlet: SlackOutlet, after_response: AfterResponse
    ) -> None:
        """Look up *tokens*; check them with *outlet* in *after_response* tasks."""
        self._tokens = tokens
        self._outlet = outlet
        self._after_response = after_response

    async def handle_event(self, routes: Routes, event: ChatEvent) -> None:
        """Pass *event* on to *routes*, for an organisation once for each of its workspaces.

        An event about an uninstallation may be a late one, from before a new installation: if the
        stored token works, the workspace is connected again.
        """
        if isinstance(event, WorkspaceConnected):
            self._tokens.forget(event.workspace)  # a new installation has another token
        if not isinstance(event, WorkspaceDisconnected):
            await routes.handle_event(event)
            return
        for workspace in await self._tokens.list_served_workspaces(event.workspace):
            self._tokens.forget(workspace)
            await routes.handle_event(WorkspaceDisconnected(workspace, event.reason))
        self._after_response.start_task(self._reconnect(event.workspace, routes))

    async def _reconnect(self, installed_as: str, routes: Routes) -> None:
        """Report the workspaces of an installation as connected if its token works."""
        account = await self._outlet.check_account(installed_as)
        self._tokens.forget(installed_as)
        if not account.error_code:
            for workspace in await self._tokens.list_served_workspaces(installed_as):
                await routes.handle_event(WorkspaceConnected(workspace))
