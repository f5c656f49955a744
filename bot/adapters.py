"""Build the chat adapters (Slack, Microsoft Teams) that the settings configure.

In two steps, since handlers are bound to a context that contains the outlets: first each product's
sending half, then, with the handlers' routes, the adapter over it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from starlette.types import ASGIApp

from bot.chat import slack
from bot.content.catalogue import Catalogue
from bot.conversation import Routes, parse_product
from bot.outlet import Outlet
from bot.settings import Settings
from bot.settings_validation import reveal_secret
from bot.slack_installations import SlackInstallations
from bot.slack_token_store import SlackTokenStore
from bot.store.store import Store

if TYPE_CHECKING:
    from bot.chat.msteams.adapter import AccessSettings

ENDPOINT_PATHS = {"slack": "/slack/events", "msteams": "/api/messages"}
"""HTTP path of each product's webhook requests, keyed by product (the workspace key's prefix)."""


class ChatAdapter(Protocol):
    """Adapter of one product, which receives its requests and has the lifecycle of a process."""

    @property
    def asgi(self) -> ASGIApp | None:
        """ASGI app that handles the product's webhook requests; ``None`` where it sends none.

        Slack's Socket Mode connects outward and needs no endpoint.
        """

    @property
    def install_apps(self) -> Mapping[str, ASGIApp]:
        """ASGI apps of the pages with which a workspace installs the app, keyed by path."""

    @property
    def is_socket_connected(self) -> bool | None:
        """Whether the socket is connected; ``None`` where none is configured."""

    @property
    def refused_request_count(self) -> int:
        """Requests since the start whose signature or token was refused."""

    async def has_refused_token(self) -> bool:
        """Ask the product whether it refuses the bot's token; false while it does not answer."""

    async def start(self) -> None:
        """Open connections and start receiving events."""

    async def report_installation(self) -> None:
        """Report the workspace as connected if the configured credentials prove it installed."""

    async def wait_for_background_tasks(self) -> None:
        """Wait until every task scheduled after a response has finished."""

    async def stop(self) -> None:
        """Stop receiving, finish the running tasks and close connections."""


class OutboundSide(Protocol):
    """The sending half of one product; it needs no routes."""

    @property
    def outlet(self) -> Outlet:
        """Outlet that sends messages through the product's API."""

    def bind_routes(self, routes: Routes) -> ChatAdapter:
        """Return the product's adapter, which serves *routes*."""


def build_outbound_sides(
    settings: Settings, store: Store, catalogue: Catalogue, *, receives: bool
) -> dict[str, OutboundSide]:
    """Return the sending half of each configured product, keyed by product.

    Microsoft's libraries are imported only if Teams is configured. Without *receives* Slack's
    app token is not used, so that no Socket Mode connection is opened.
    """
    outbound_sides: dict[str, OutboundSide] = {}
    if settings.uses_slack:
        access = build_slack_access(settings, store, receives=receives)
        outbound_sides["slack"] = slack.SlackOutboundSide(access, catalogue)
    if settings.uses_teams:
        outbound_sides["msteams"] = _build_teams_side(settings, store, catalogue)
    return outbound_sides


def bind_adapters(
    outbound_sides: Mapping[str, OutboundSide], routes: Routes
) -> dict[str, ChatAdapter]:
    """Return the adapter of each product, keyed by product; all serve *routes*."""
    return {product: side.bind_routes(routes) for product, side in outbound_sides.items()}


async def resume_workspaces(store: Store, chat_adapters: Mapping[str, ChatAdapter]) -> None:
    """Resume the suspended workspaces after a start, which may come with new credentials.

    An uninstalled one is resumed only if its product proves a new installation.
    """
    scope = store.across_workspaces
    await scope.write(lambda repos: repos.workspaces.resume_all())
    uninstalled = await scope.read(lambda repos: repos.workspaces.list_uninstalled())
    for product in sorted({parse_product(workspace) for workspace in uninstalled}):
        if adapter := chat_adapters.get(product):
            await adapter.report_installation()


def asgi_routes(chat_adapters: Mapping[str, ChatAdapter]) -> dict[str, ASGIApp]:
    """Return the ASGI apps of every adapter, keyed by path: its endpoint, and its install pages."""
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
    """Return Slack's credentials and API URL; with a store, a rotator for tokens that expire."""
    signing_secret = reveal_secret(settings.slack_signing_secret)
    app_token = reveal_secret(settings.slack_app_token) if receives else ""
    if settings.installs_from_link and store is not None:
        return slack.AccessSettings.with_installations(
            settings.slack_api_url,
            _build_install_access(settings, store),
            signing_secret=signing_secret,
            app_token=app_token,
            pads_answers=settings.pad_answers,
        )
    return slack.AccessSettings.with_static_token(
        settings.slack_api_url,
        reveal_secret(settings.slack_bot_token),
        signing_secret=signing_secret,
        app_token=app_token,
        token_rotator=_build_token_rotator(settings, store),
        pads_answers=settings.pad_answers,
    )


def _build_install_access(settings: Settings, store: Store) -> slack.InstallAccess:
    """Return what the installation from a link needs: credentials, the address and the rows."""
    return slack.InstallAccess(
        slack.ClientCredentials(
            settings.slack_client_id or "", reveal_secret(settings.slack_client_secret)
        ),
        settings.base_url or "",
        SlackInstallations(store),
    )


def _build_token_rotator(settings: Settings, store: Store | None) -> slack.TokenRotator | None:
    """Return the rotator of the bot token; ``None`` for a token that does not expire."""
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
    from bot.chat.msteams import adapter as teams_adapter  # noqa: PLC0415 - loaded only if Teams is configured

    async def load_routes(workspace: str) -> Mapping[str, str]:
        return await store.for_workspace(workspace).read(
            lambda repos: repos.chat_routes.list_channel_routes(workspace), reads_many_rows=True
        )

    access = build_teams_access(settings)
    return teams_adapter.TeamsOutboundSide(access, catalogue, load_routes)


def build_teams_access(settings: Settings) -> "AccessSettings":
    """Return the client credentials and the parameters of token validation."""
    from bot.chat.msteams import adapter as teams_adapter  # noqa: PLC0415 - loaded only if Teams is configured

    return teams_adapter.AccessSettings(
        client_id=settings.teams_client_id or "",
        allowed_tenants=settings.allowed_tenants,
        tenant_id=settings.teams_tenant_id or "",
        client_secret=reveal_secret(settings.teams_client_secret),
        openid_metadata_url=settings.teams_openid_metadata_url or "",
        allow_unsigned=settings.dangerously_allow_unauthenticated_requests,
        pads_answers=settings.pad_answers,
    )
