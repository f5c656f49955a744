"""Slack adapter: wires the ASGI endpoint, Socket Mode, dispatcher and outlet together."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

from starlette.types import ASGIApp

from bot.chat.after_response import AfterResponse
from bot.chat.slack import bolt_app
from bot.chat.slack.access_settings import AccessSettings
from bot.chat.slack.dispatcher import Dispatcher
from bot.chat.slack.inbound.guard import Guard
from bot.chat.slack.oauth.install_routes import InstallAccess, InstallRoutes
from bot.chat.slack.oauth.installation_events import InstallationEvents
from bot.chat.slack.oauth.installed_tokens import InstalledTokens
from bot.chat.slack.oauth.installed_workspaces import InstalledWorkspaces
from bot.chat.slack.oauth.organisation_workspaces import OrganisationWorkspaces
from bot.chat.slack.outbound import account_checks
from bot.chat.slack.outbound.account_checks import AccountCheck
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.installed_workspace import InstalledWorkspace, ServedWorkspaces
from bot.chat.slack.outbound.organisation_access import OrganisationAccess
from bot.chat.slack.outbound.outlet import SlackOutlet
from bot.chat.slack.socket_mode import SocketModeConnection
from bot.content.catalogue import Catalogue
from bot.conversation import WorkspaceConnected
from bot.routes import Routes


class SlackOutboundSide:
    """The sending half of the adapter: Web API client, token cache and outlet.

    It is built before the routes, since the context that the handlers are bound to contains the
    outlet.
    """

    def __init__(self, access: AccessSettings, catalogue: Catalogue) -> None:
        """Create the API client and the outlet; no connection is opened before its first use."""
        self.access = access
        self.catalogue = catalogue
        self.installed_tokens = access.create_installed_tokens()
        self.api_client = access.create_api_client(self.installed_tokens)
        self.organisation_access: OrganisationAccess | None = None
        if self.installed_tokens is not None:
            self.organisation_access = OrganisationAccess(self.api_client, self.installed_tokens)
        self.outlet = SlackOutlet(self.api_client, self.organisation_access)

    def create_adapter(self, routes: Routes) -> "SlackAdapter":
        """Return the adapter that serves *routes* and sends with this client."""
        return SlackAdapter(self, routes)


class SlackAdapter:
    """The Slack adapter: HTTP endpoint, Socket Mode connection, outlet and lifecycle.

    ``asgi`` is the ASGI application for Slack's HTTP requests, ``None`` without a signing secret.
    ``install_apps`` are the ASGI applications of the OAuth installation by URL path. ``outlet``
    sends messages, ``responder`` the replies that an HTTP response cannot contain.
    """

    def __init__(self, outbound: SlackOutboundSide, routes: Routes) -> None:
        """Build dispatcher, Bolt app and middleware over *outbound*; no connection is opened."""
        access = outbound.access
        self._api_client, self._routes = outbound.api_client, routes
        self._after_response = AfterResponse()
        self.outlet = outbound.outlet
        self._installation_events: InstallationEvents | None = None
        self._served_workspaces: ServedWorkspaces = InstalledWorkspace(outbound.outlet)
        self.install_apps: Mapping[str, ASGIApp] = {}
        tokens, organisation_access = outbound.installed_tokens, outbound.organisation_access
        if tokens and organisation_access and access.install_access:
            routes = self._serve_installations(
                outbound, tokens, organisation_access, access.install_access, routes
            )
        dispatcher = Dispatcher(
            routes,
            outbound.catalogue,
            self._api_client,
            self._served_workspaces,
            self._after_response,
            self._report_own_workspace,
        )
        self.app = bolt_app.build_bolt_app(
            dispatcher, self._api_client, pads_responses=access.pads_responses
        )
        self.responder = dispatcher.responder
        self.asgi: Guard | None = None
        if access.signing_secret:
            self.asgi = Guard(
                bolt_app.build_asgi_app(self.app), access.signing_secret, self._after_response
            )
        self._socket_mode: SocketModeConnection | None = None
        if access.app_token:
            self._socket_mode = SocketModeConnection(
                self.app, access.app_token, self._api_client, self._after_response
            )

    def _serve_installations(
        self,
        outbound: SlackOutboundSide,
        tokens: InstalledTokens,
        organisation_access: OrganisationAccess,
        access: InstallAccess,
        routes: Routes,
    ) -> Routes:
        """Wire the installation routes; return *routes* with the event handler wrapped."""
        organisation_workspaces = OrganisationWorkspaces(organisation_access)
        self._served_workspaces = InstalledWorkspaces(tokens, organisation_workspaces)
        self._installation_events = InstallationEvents(
            tokens,
            organisation_workspaces,
            outbound.outlet,
            self._after_response,
            routes.handle_event,
        )
        handle_event = self._installation_events.handle_event
        self.install_apps = InstallRoutes(
            access, self._api_client, outbound.catalogue, handle_event
        ).apps
        return replace(routes, handle_event=handle_event)

    @property
    def is_connected(self) -> bool:
        """Whether payloads can be received: true without Socket Mode, else the session's state."""
        return self._socket_mode is None or self._socket_mode.is_connected

    @property
    def is_socket_connected(self) -> bool | None:
        """Whether the WebSocket session is open; ``None`` where Slack calls the bot by HTTP."""
        return None if self._socket_mode is None else self._socket_mode.is_connected

    @property
    def refused_request_count(self) -> int:
        """Requests since the start with an invalid or old signature; 0 without an endpoint."""
        return self.asgi.refused_request_count if self.asgi else 0

    async def has_refused_token(self) -> bool:
        """Call ``auth.test`` and return whether the token is rejected; false after other errors.

        False without a call where each workspace has its own token: each has its own suspension.
        """
        return self._installation_events is None and await self.outlet.has_refused_token()

    async def start(self) -> None:
        """Open the HTTP client session, and start the tasks of Socket Mode and of the lookup.

        Needs a running event loop. The lookup of the token's workspace is a background task, so
        that the start does not wait for Slack.
        """
        self.app.client.session = self._api_client.get_session()
        self._served_workspaces.start_lookup()
        if self._socket_mode is not None:
            await self._socket_mode.start()

    async def report_working_installations(self) -> None:
        """Call ``auth.test``, and report the workspace as connected if its token works.

        An uninstallation revokes the token permanently, so one that works belongs to a new
        installation, about which Slack sends no event. With one token for each workspace, those
        marked as uninstalled are checked in a background task.
        """
        if self._installation_events is not None:
            self._installation_events.start_check()
        await self._report_own_workspace()

    async def _report_own_workspace(self) -> None:
        """Call ``auth.test`` with the configured token; on success, await the event handler."""
        if self._installation_events is not None:
            return
        account = await self.outlet.check_account()
        if account.team_id:
            await self._routes.handle_event(WorkspaceConnected(f"slack:{account.team_id}"))

    async def wait_for_background_tasks(self) -> None:
        """Await all tasks that were started after a response, and the tasks that they start."""
        await self._after_response.wait_for_background_tasks()

    async def stop(self) -> None:
        """Close the Socket Mode connection, await the background tasks, close the HTTP session."""
        if self._socket_mode is not None:
            await self._socket_mode.stop()
        await self.wait_for_background_tasks()
        await self._served_workspaces.close()
        await self._api_client.close()


async def check_account(access: AccessSettings) -> AccountCheck:
    """Call Slack's ``auth.test`` outside a running bot, for the operator's configuration check."""
    async with _open_api_client(access) as api_client:
        return await account_checks.check_account(api_client)


async def check_app_token(access: AccessSettings) -> AccountCheck:
    """Call ``apps.connections.open`` outside a running bot, to validate the app token."""
    async with _open_api_client(access) as api_client:
        return await account_checks.check_app_token(api_client, access.app_token)


async def check_channels(
    access: AccessSettings, channels: tuple[str, ...]
) -> Mapping[str, str] | None:
    """Return error codes by channel, or ``None``; see :func:`account_checks.check_channels`."""
    async with _open_api_client(access) as api_client:
        return await account_checks.check_channels(api_client, channels)


@asynccontextmanager
async def _open_api_client(access: AccessSettings) -> AsyncIterator[ApiClient]:
    """Context manager of a new API client, whose HTTP session is closed on exit."""
    api_client = access.create_api_client()
    try:
        yield api_client
    finally:
        await api_client.close()
