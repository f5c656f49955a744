"""Build the chat adapters (Slack, Microsoft Teams) that the settings configure."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from starlette.types import ASGIApp

from bot import slack_token_store
from bot.chat import slack
from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.conversation import Outlet, Routes
from bot.settings import Settings
from bot.store.store import Store

if TYPE_CHECKING:
    from bot.chat.msteams.adapter import AccessSettings, AccountCheck

ENDPOINT_PATHS = {"slack": "/slack/events", "msteams": "/api/messages"}
"""HTTP path of each product's webhook requests, keyed by product (the workspace key's prefix)."""


class ChatAdapter(Protocol):
    """Adapter of one product: an ASGI app for incoming requests and an outlet for messages."""

    @property
    def asgi(self) -> ASGIApp | None:
        """ASGI app that handles the product's webhook requests; ``None`` where it sends none.

        Slack's Socket Mode connects outward and needs no endpoint.
        """

    @property
    def outlet(self) -> Outlet:
        """Outlet that sends messages through the product's API."""

    async def start(self) -> None:
        """Open connections and start receiving events."""

    async def wait_for_background_tasks(self) -> None:
        """Wait until every task scheduled after a response has finished."""

    async def stop(self) -> None:
        """Stop receiving, finish the running tasks and close connections."""


def build_adapters(
    settings: Settings, routes: Routes, context: Context, *, receives: bool
) -> dict[str, ChatAdapter]:
    """Return the adapter of each configured product, keyed by product.

    Microsoft's libraries are imported only if Teams is configured. Without *receives* Slack's
    app token is not used, so that no Socket Mode connection is opened.
    """
    chat_adapters: dict[str, ChatAdapter] = {}
    if settings.uses_slack:
        access = build_slack_access(settings, context.store, receives=receives)
        chat_adapters["slack"] = slack.build_adapter(access, routes, context.catalogue)
    if settings.uses_teams:
        chat_adapters["msteams"] = _build_teams_adapter(settings, routes, context.catalogue)
    return chat_adapters


def asgi_routes(chat_adapters: Mapping[str, ChatAdapter]) -> dict[str, ASGIApp]:
    """Return the ASGI app of every adapter that has one, keyed by endpoint path."""
    return {
        ENDPOINT_PATHS[name]: adapter.asgi
        for name, adapter in chat_adapters.items()
        if adapter.asgi
    }


def build_slack_access(
    settings: Settings, store: Store, *, receives: bool = True
) -> slack.AccessSettings:
    """Return Slack's credentials and API URL, with a rotator for tokens that expire."""
    return slack.AccessSettings.from_settings(
        signing_secret=settings.slack_signing_secret,
        bot_token=settings.slack_bot_token,
        app_token=settings.slack_app_token if receives else None,
        api_url=settings.slack_api_url,
        token_rotator=slack_token_store.build_token_rotator(settings, store),
    )


def _build_teams_adapter(settings: Settings, routes: Routes, catalogue: Catalogue) -> ChatAdapter:
    from bot.chat.msteams import adapter as teams_adapter  # noqa: PLC0415 - loaded only if Teams is configured

    return teams_adapter.build_adapter(_build_teams_access(settings), routes, catalogue)


async def fetch_teams_account(settings: Settings) -> "AccountCheck":
    """Fetch Microsoft's signing keys and an access token, for the operator's check-up."""
    from bot.chat.msteams import adapter as teams_adapter  # noqa: PLC0415 - loaded only if Teams is configured

    return await teams_adapter.check_account(_build_teams_access(settings))


def _build_teams_access(settings: Settings) -> "AccessSettings":
    """Return the client credentials and the parameters of token validation."""
    from bot.chat.msteams import adapter as teams_adapter  # noqa: PLC0415 - loaded only if Teams is configured

    secret = settings.teams_client_secret
    return teams_adapter.AccessSettings(
        client_id=settings.teams_client_id or "",
        allowed_tenants=settings.allowed_tenants,
        tenant_id=settings.teams_tenant_id or "",
        client_secret=secret.get_secret_value() if secret else "",
        openid_metadata_url=settings.teams_openid_metadata_url or "",
        allow_unsigned=settings.dangerously_allow_unauthenticated_requests,
    )
