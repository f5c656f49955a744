"""Slack's room as the rest of the house sees it: a door, an outlet, a start and a stop."""

from dataclasses import dataclass, field
from typing import Protocol

from starlette.types import ASGIApp

from bot.chat.after_response import AfterResponse
from bot.chat.slack import bolt_app
from bot.chat.slack.dispatcher import Dispatcher
from bot.chat.slack.inbound.guard import Guard
from bot.chat.slack.outbound.api_client import ApiClient, TokenProvider
from bot.chat.slack.outbound.outlet import AccountCheck, SlackOutlet
from bot.chat.slack.socket_mode import SocketModeConnection
from bot.chat.slack.token_rotation import TokenRotator
from bot.content.catalogue import Catalogue
from bot.conversation import Routes


class Secret(Protocol):
    """A setting that shows itself only when asked to."""

    def get_secret_value(self) -> str:
        """Show itself."""


@dataclass(frozen=True)
class AccessSettings:
    """What opens Slack's doors. No secret in it shows in a repr.

    Without ``signing_secret`` there is no HTTP door; without ``app_token`` no Socket Mode.
    ``token`` gives the bot token of a workspace, unless it is ``renewed`` all the time.
    """

    api_url: str
    token_provider: TokenProvider = field(repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    token_rotator: TokenRotator | None = field(default=None, repr=False)

    @classmethod
    def from_settings(
        cls,
        *,
        signing_secret: Secret | None,
        bot_token: Secret | None,
        app_token: Secret | None,
        api_url: str,
        token_rotator: TokenRotator | None = None,
    ) -> "AccessSettings":
        """Return the access that an operator's settings give: one token for every workspace.

        With *renewed*, Slack lets it expire, and that gives the next one.
        """
        shown = _reveal_secret(bot_token)

        async def get_token(_workspace: str) -> str:
            return shown

        return cls(
            api_url,
            get_token,
            _reveal_secret(signing_secret),
            _reveal_secret(app_token),
            token_rotator,
        )

    def create_api_client(self) -> ApiClient:
        """Return a line to Slack that speaks with this token, or with what it is renewed to."""
        renewed = self.token_rotator
        if renewed is None:
            return ApiClient(self.api_url, self.token_provider)

        async def get_token(_workspace: str) -> str:
            return await renewed.get_token(line.create_client_without_token)

        line = ApiClient(self.api_url, get_token)
        return line


class SlackAdapter:
    """Everything that people reach through Slack.

    ``asgi`` answers Slack's HTTP requests, ``None`` where there is no signing secret;
    ``outlet`` is how the schedules and handlers reach people.
    """

    def __init__(self, access: AccessSettings, routes: Routes, catalogue: Catalogue) -> None:
        """Furnish the room; nothing is opened before it is used."""
        self._api_client = access.create_api_client()
        self._after_response = AfterResponse()
        self.outlet = SlackOutlet(self._api_client)
        door = Dispatcher(routes, catalogue, self._api_client, self._after_response)
        self.app = bolt_app.build_bolt_app(door, self._api_client)
        self.asgi: ASGIApp | None = None
        if access.signing_secret:
            self.asgi = Guard(
                bolt_app.build_asgi_app(self.app), access.signing_secret, self._after_response
            )
        self._socket_mode: SocketModeConnection | None = None
        if access.app_token:
            self._socket_mode = SocketModeConnection(
                self.app, access.app_token, self._api_client, self._after_response
            )

    @property
    def is_connected(self) -> bool:
        """Whether Slack's payloads can arrive: always by HTTP, by Socket Mode when connected."""
        return self._socket_mode is None or self._socket_mode.is_connected

    async def start(self) -> None:
        """Open the HTTP session, and begin to connect where Socket Mode is used."""
        self.app.client.session = self._api_client.get_session()
        if self._socket_mode is not None:
            await self._socket_mode.start()

    async def wait_for_background_tasks(self) -> None:
        """Wait until whatever was begun after an answer is done."""
        await self._after_response.wait_for_background_tasks()

    async def stop(self) -> None:
        """Take no more payloads, finish what was begun, and hang up."""
        if self._socket_mode is not None:
            await self._socket_mode.stop()
        await self.wait_for_background_tasks()
        await self._api_client.close()


def build_adapter(access: AccessSettings, routes: Routes, catalogue: Catalogue) -> SlackAdapter:
    """Return the room that serves *routes* to people on Slack."""
    return SlackAdapter(access, routes, catalogue)


async def check_account(access: AccessSettings) -> AccountCheck:
    """Ask Slack who the bot is, for an operator who has not started it yet."""
    line = access.create_api_client()
    try:
        return await SlackOutlet(line).check_account()
    finally:
        await line.close()


def _reveal_secret(secret: Secret | None) -> str:
    return secret.get_secret_value() if secret else ""
