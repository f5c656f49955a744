"""Build the chat adapters (Slack, Microsoft Teams) that the settings configure.

In two steps, since the handlers are bound to a context that contains the outlets, and the adapters
need the handlers: :func:`build_outbound_sides`, then :func:`create_adapters`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from starlette.types import ASGIApp

from bot.chat import slack
from bot.content.catalogue import Catalogue
from bot.conversation import parse_product
from bot.outlet import Outlet
from bot.routes import Routes
from bot.settings import Settings
from bot.settings_validation import reveal_secret
from bot.slack_installations import SlackInstallations
from bot.slack_token_store import SlackTokenStore
from bot.store.store import Store

if TYPE_CHECKING:
    from bot.chat.msteams.adapter import AccessSettings

ENDPOINT_PATHS = {"slack": "/slack/events", "msteams": "/api/messages"}
"""HTTP path of each product's webhook endpoint, keyed by product (the workspace key's prefix)."""


class ChatAdapter(Protocol):
    """Protocol of a product's adapter: its ASGI endpoints, health properties and lifecycle."""

    @property
    def asgi(self) -> ASGIApp | None:
        """ASGI application of the webhook endpoint; ``None`` for Slack with Socket Mode alone."""

    @property
    def install_apps(self) -> Mapping[str, ASGIApp]:
        """ASGI applications of the OAuth installation pages, keyed by path; empty without any."""

    @property
    def is_socket_connected(self) -> bool | None:
        """Whether the Socket Mode WebSocket is connected; ``None`` where none is configured."""

    @property
    def refused_request_count(self) -> int:
        """Counter of requests rejected since the start for an invalid signature or token."""

    async def has_refused_token(self) -> bool:
        """Return whether the product refuses the bot's token, by an API call that posts nothing.

        False while the product does not answer.
        """

    async def start(self) -> None:
        """Open the client sessions, and start the background tasks."""

    async def report_working_installations(self) -> None:
        """Emit ``WorkspaceConnected`` for workspaces whose stored or configured token works.

        For a product that sends no event about a new installation.
        """

    async def wait_for_background_tasks(self) -> None:
        """Wait until every background task that was scheduled after a response has finished."""

    async def stop(self) -> None:
        """Stop receiving payloads, wait for the background tasks and close all connections."""


class OutboundSide(Protocol):
    """Protocol of a product's API client and outlet, built before the routing tables exist."""

    @property
    def outlet(self) -> Outlet:
        """Outlet that sends messages through the product's API."""

    def create_adapter(self, routes: Routes) -> ChatAdapter:
        """Return an adapter that dispatches payloads to *routes*."""


def build_outbound_sides(
    settings: Settings, store: Store, catalogue: Catalogue, *, receives: bool
) -> dict[str, OutboundSide]:
    """Return the outbound side of each configured product, keyed by product; opens no connection.

    *receives* is false in a worker: Slack's app token is then omitted, so that only web processes
    open a Socket Mode connection.
    """
    outbound_sides: dict[str, OutboundSide] = {}
    if settings.uses_slack:
        access = build_slack_access(settings, store, receives=receives)
        outbound_sides["slack"] = slack.SlackOutboundSide(access, catalogue)
    if settings.uses_teams:
        outbound_sides["msteams"] = _build_teams_side(settings, store, catalogue)
    return outbound_sides


def create_adapters(
    outbound_sides: Mapping[str, OutboundSide], routes: Routes
) -> dict[str, ChatAdapter]:
    """Return the adapter of each product, keyed by product."""
    return {product: side.create_adapter(routes) for product, side in outbound_sides.items()}


async def resume_workspaces(store: Store, chat_adapters: Mapping[str, ChatAdapter]) -> None:
    """Clear the suspension of workspaces that rejected the bot, at startup.

    The restart may be due to new credentials; if they are refused too, the next send or probe
    suspends the workspace again. An uninstalled one is resumed only by a ``WorkspaceConnected``
    event, so each product that has one is asked to report its working installations.
    """
    scope = store.across_workspaces
    await scope.write(lambda repos: repos.workspaces.resume_all())
    uninstalled = await scope.read(lambda repos: repos.workspaces.list_uninstalled())
    for product in sorted({parse_product(workspace) for workspace in uninstalled}):
        if adapter := chat_adapters.get(product):
            await adapter.report_working_installations()


def build_asgi_routes(chat_adapters: Mapping[str, ChatAdapter]) -> dict[str, ASGIApp]:
    """Return the webhook endpoints and installation pages of all adapters, keyed by path."""
    endpoints = {
        ENDPOINT_PATHS[name]: adapter.asgi
        for name, adapter in chat_adapters.items()
        if adapter.asgi
    }
    pages = (adapter.install_apps for adapter in chat_adapters.values())
    return {**endpoints, **{path: page for apps in pages for path, page in apps.items()}}


def build_slack_access(
    settings: Settings, store: Store | None, *, receives: bool = True
) -> slack.AccessSettings:
    """Return the credentials, API URL and token source of the Slack adapter.

    The token source is one of three: rows of *store*, one per installation (OAuth); a rotator that
    refreshes an expiring token and saves it in *store*; or the configured token alone, as always
    without a *store*. Without *receives* there is no app token, so no Socket Mode connection.
    """
    signing_secret = reveal_secret(settings.slack_signing_secret)
    app_token = reveal_secret(settings.slack_app_token) if receives else ""
    if settings.installs_from_link and store is not None:
        return slack.AccessSettings.with_installations(
            settings.slack_api_url,
            _build_install_access(settings, store),
            signing_secret=signing_secret,
            app_token=app_token,
            pads_responses=settings.pad_answers,
        )
    return slack.AccessSettings.with_static_token(
        settings.slack_api_url,
        reveal_secret(settings.slack_bot_token),
        signing_secret=signing_secret,
        app_token=app_token,
        token_rotator=_build_token_rotator(settings, store),
        pads_responses=settings.pad_answers,
    )


def _build_install_access(settings: Settings, store: Store) -> slack.InstallAccess:
    """Return the OAuth client credentials, the public base URL and the installation rows."""
    return slack.InstallAccess(
        slack.ClientCredentials(
            settings.slack_client_id or "", reveal_secret(settings.slack_client_secret)
        ),
        settings.base_url or "",
        SlackInstallations(store),
    )


def _build_token_rotator(settings: Settings, store: Store | None) -> slack.TokenRotator | None:
    """Return the rotator of the bot token; ``None`` where rotation is not configured."""
    bot_token, refresh_token, client_secret = map(
        reveal_secret,
        (settings.slack_bot_token, settings.slack_refresh_token, settings.slack_client_secret),
    )
    client_id = settings.slack_client_id
    if store is None or not (bot_token and refresh_token and client_secret and client_id):
        return None
    return slack.TokenRotator(
        slack.TokenPair(bot_token, refresh_token),
        client_id,
        client_secret,
        SlackTokenStore(store, refresh_token),
    )


def _build_teams_side(settings: Settings, store: Store, catalogue: Catalogue) -> OutboundSide:
    """Return the outbound side of Teams, which loads the routes of channels from *store*."""
    from bot.chat.msteams import adapter as teams_adapter  # noqa: PLC0415 - loaded only if Teams is configured

    async def load_routes(workspace: str) -> Mapping[str, str]:
        return await store.for_workspace(workspace).read(
            lambda repos: repos.chat_routes.list_channel_routes(workspace), reads_many_rows=True
        )

    access = build_teams_access(settings)
    return teams_adapter.TeamsOutboundSide(access, catalogue, load_routes)


def build_teams_access(settings: Settings) -> "AccessSettings":
    """Return the Teams adapter's credentials, tenant allowlist and token validation settings.

    Without a client secret, the adapter authenticates with the machine's managed identity.
    """
    from bot.chat.msteams import adapter as teams_adapter  # noqa: PLC0415 - loaded only if Teams is configured

    return teams_adapter.AccessSettings(
        client_id=settings.teams_client_id or "",
        allowed_tenants=settings.allowed_tenants,
        tenant_id=settings.teams_tenant_id or "",
        client_secret=reveal_secret(settings.teams_client_secret),
        openid_metadata_url=settings.teams_openid_metadata_url or "",
        allow_unsigned=settings.dangerously_allow_unauthenticated_requests,
        pads_responses=settings.pad_answers,
    )
