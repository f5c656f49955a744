"""The products that people are served in, as the operator's settings say."""

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
"""Where each product posts what people do, by the name that its workspaces begin with."""


class ChatAdapter(Protocol):
    """A product's room: a door for what comes in, an outlet, a start and a stop."""

    @property
    def asgi(self) -> ASGIApp | None:
        """Answer the product's HTTP requests; ``None`` where it sends none."""

    @property
    def outlet(self) -> Outlet:
        """Reach people through the product."""

    async def start(self) -> None:
        """Begin."""

    async def wait_for_background_tasks(self) -> None:
        """Wait until whatever was begun after an answer is done."""

    async def stop(self) -> None:
        """Take nothing more, and finish what was begun."""


def build_adapters(
    settings: Settings, routes: Routes, context: Context, *, receives: bool
) -> dict[str, ChatAdapter]:
    """Return the room of each product that is configured; Microsoft's libraries only with it."""
    found: dict[str, ChatAdapter] = {}
    if settings.uses_slack:
        access = build_slack_access(settings, context.store, receives=receives)
        found["slack"] = slack.build_adapter(access, routes, context.catalogue)
    if settings.uses_teams:
        found["msteams"] = _build_teams_adapter(settings, routes, context.catalogue)
    return found


def asgi_routes(chat_adapters: Mapping[str, ChatAdapter]) -> dict[str, ASGIApp]:
    """Return every room's own door by its path."""
    return {ENDPOINT_PATHS[name]: room.asgi for name, room in chat_adapters.items() if room.asgi}


def build_slack_access(
    settings: Settings, store: Store, *, receives: bool = True
) -> slack.AccessSettings:
    """Return what opens Slack's doors."""
    return slack.AccessSettings.from_settings(
        signing_secret=settings.slack_signing_secret,
        bot_token=settings.slack_bot_token,
        app_token=settings.slack_app_token if receives else None,
        api_url=settings.slack_api_url,
        token_rotator=slack_token_store.build_token_rotator(settings, store),
    )


def _build_teams_adapter(settings: Settings, routes: Routes, catalogue: Catalogue) -> ChatAdapter:
    from bot.chat.msteams import adapter as teams_adapter  # noqa: PLC0415 - loaded where Teams is configured alone

    return teams_adapter.build_adapter(_build_teams_access(settings), routes, catalogue)


async def fetch_teams_account(settings: Settings) -> "AccountCheck":
    """Ask Microsoft for what the bot needs of it, for the operator's check-up."""
    from bot.chat.msteams import adapter as teams_adapter  # noqa: PLC0415 - loaded where Teams is configured alone

    return await teams_adapter.check_account(_build_teams_access(settings))


def _build_teams_access(settings: Settings) -> "AccessSettings":
    from bot.chat.msteams import adapter as teams_adapter  # noqa: PLC0415 - loaded where Teams is configured alone

    secret = settings.teams_client_secret
    return teams_adapter.AccessSettings(
        client_id=settings.teams_client_id or "",
        allowed_tenants=settings.allowed_tenants,
        tenant_id=settings.teams_tenant_id or "",
        client_secret=secret.get_secret_value() if secret else "",
        openid_metadata_url=settings.teams_openid_metadata_url or "",
        allow_unsigned=settings.dangerously_allow_unauthenticated_requests,
    )
