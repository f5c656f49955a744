"""The products that people are served in, as the operator's settings say."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from starlette.types import ASGIApp

from bot import slack_token_store
from bot.chat import slack
from bot.content.catalogue import Catalogue
from bot.context import Desk
from bot.conversation import Outlet, Routes
from bot.settings import Settings
from bot.store.store import Store

if TYPE_CHECKING:
    from bot.chat.msteams.adapter import Access, Account

PATHS = {"slack": "/slack/events", "msteams": "/api/messages"}
"""Where each product posts what people do, by the name that its workspaces begin with."""


class Room(Protocol):
    """A product's room: a door for what comes in, an outlet, a start and a stop."""

    @property
    def asgi(self) -> ASGIApp | None:
        """Answer the product's HTTP requests; ``None`` where it sends none."""

    @property
    def outlet(self) -> Outlet:
        """Reach people through the product."""

    async def start(self) -> None:
        """Begin."""

    async def settle(self) -> None:
        """Wait until whatever was begun after an answer is done."""

    async def stop(self) -> None:
        """Take nothing more, and finish what was begun."""


def rooms(settings: Settings, routes: Routes, desk: Desk, *, receives: bool) -> dict[str, Room]:
    """Return the room of each product that is configured; Microsoft's libraries only with it."""
    found: dict[str, Room] = {}
    if settings.uses_slack:
        access = slack_access(settings, desk.store, receives=receives)
        found["slack"] = slack.build(access, routes, desk.catalogue)
    if settings.uses_teams:
        found["msteams"] = _teams(settings, routes, desk.catalogue)
    return found


def doors(found: Mapping[str, Room]) -> dict[str, ASGIApp]:
    """Return every room's own door by its path."""
    return {PATHS[name]: room.asgi for name, room in found.items() if room.asgi}


def slack_access(settings: Settings, store: Store, *, receives: bool = True) -> slack.Access:
    """Return what opens Slack's doors."""
    return slack.Access.of(
        signing_secret=settings.slack_signing_secret,
        bot_token=settings.slack_bot_token,
        app_token=settings.slack_app_token if receives else None,
        api_url=settings.slack_api_url,
        renewed=slack_token_store.renewed(settings, store),
    )


def _teams(settings: Settings, routes: Routes, catalogue: Catalogue) -> Room:
    from bot.chat.msteams import adapter as teams_adapter  # noqa: PLC0415 - loaded where Teams is configured alone

    return teams_adapter.build(_teams_access(settings), routes, catalogue)


async def teams_account(settings: Settings) -> "Account":
    """Ask Microsoft for what the bot needs of it, for the operator's check-up."""
    from bot.chat.msteams import adapter as teams_adapter  # noqa: PLC0415 - loaded where Teams is configured alone

    return await teams_adapter.account(_teams_access(settings))


def _teams_access(settings: Settings) -> "Access":
    from bot.chat.msteams import adapter as teams_adapter  # noqa: PLC0415 - loaded where Teams is configured alone

    secret = settings.teams_client_secret
    return teams_adapter.Access(
        client_id=settings.teams_client_id or "",
        tenants=settings.tenants,
        tenant_id=settings.teams_tenant_id or "",
        secret=secret.get_secret_value() if secret else "",
        metadata=settings.teams_openid_metadata_url or "",
        unsigned=settings.dangerously_allow_unauthenticated_requests,
    )
