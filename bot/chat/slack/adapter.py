"""Slack's room as the rest of the house sees it: a door, an outlet, a start and a stop."""

from dataclasses import dataclass, field
from typing import Protocol

from starlette.types import ASGIApp

from bot.chat.after_response import Afterwards
from bot.chat.slack import bolt_app
from bot.chat.slack.dispatcher import Door
from bot.chat.slack.inbound.guard import Guard
from bot.chat.slack.outbound.api_client import Line, Token
from bot.chat.slack.outbound.outlet import Account, SlackOutlet
from bot.chat.slack.socket_mode import Sockets
from bot.chat.slack.token_rotation import Renewed
from bot.content.catalogue import Catalogue
from bot.conversation import Routes


class Secret(Protocol):
    """A setting that shows itself only when asked to."""

    def get_secret_value(self) -> str:
        """Show itself."""


@dataclass(frozen=True)
class Access:
    """What opens Slack's doors. No secret in it shows in a repr.

    Without ``signing_secret`` there is no HTTP door; without ``app_token`` no Socket Mode.
    ``token`` gives the bot token of a workspace, unless it is ``renewed`` all the time.
    """

    api_url: str
    token: Token = field(repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    renewed: Renewed | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls,
        *,
        signing_secret: Secret | None,
        bot_token: Secret | None,
        app_token: Secret | None,
        api_url: str,
        renewed: Renewed | None = None,
    ) -> "Access":
        """Return the access that an operator's settings give: one token for every workspace.

        With *renewed*, Slack lets it expire, and that gives the next one.
        """
        shown = _shown(bot_token)

        async def token(_workspace: str) -> str:
            return shown

        return cls(api_url, token, _shown(signing_secret), _shown(app_token), renewed)

    def line(self) -> Line:
        """Return a line to Slack that speaks with this token, or with what it is renewed to."""
        renewed = self.renewed
        if renewed is None:
            return Line(self.api_url, self.token)

        async def token(_workspace: str) -> str:
            return await renewed.token(line.anonymous)

        line = Line(self.api_url, token)
        return line


class SlackRoom:
    """Everything that people reach through Slack.

    ``asgi`` answers Slack's HTTP requests, ``None`` where there is no signing secret;
    ``outlet`` is how the schedules and handlers reach people.
    """

    def __init__(self, access: Access, routes: Routes, catalogue: Catalogue) -> None:
        """Furnish the room; nothing is opened before it is used."""
        self._line = access.line()
        self._afterwards = Afterwards()
        self.outlet = SlackOutlet(self._line)
        door = Door(routes, catalogue, self._line, self._afterwards)
        self.app = bolt_app.listening(door, self._line)
        self.asgi: ASGIApp | None = None
        if access.signing_secret:
            self.asgi = Guard(bolt_app.asgi(self.app), access.signing_secret, self._afterwards)
        self._sockets: Sockets | None = None
        if access.app_token:
            self._sockets = Sockets(self.app, access.app_token, self._line, self._afterwards)

    @property
    def connected(self) -> bool:
        """Whether Slack's payloads can arrive: always by HTTP, by Socket Mode when connected."""
        return self._sockets is None or self._sockets.connected

    async def start(self) -> None:
        """Open the HTTP session, and begin to connect where Socket Mode is used."""
        self.app.client.session = self._line.session()
        if self._sockets is not None:
            await self._sockets.start()

    async def settle(self) -> None:
        """Wait until whatever was begun after an answer is done."""
        await self._afterwards.settle()

    async def stop(self) -> None:
        """Take no more payloads, finish what was begun, and hang up."""
        if self._sockets is not None:
            await self._sockets.stop()
        await self.settle()
        await self._line.close()


def build(access: Access, routes: Routes, catalogue: Catalogue) -> SlackRoom:
    """Return the room that serves *routes* to people on Slack."""
    return SlackRoom(access, routes, catalogue)


async def account(access: Access) -> Account:
    """Ask Slack who the bot is, for an operator who has not started it yet."""
    line = access.line()
    try:
        return await SlackOutlet(line).account()
    finally:
        await line.close()


def _shown(secret: Secret | None) -> str:
    return secret.get_secret_value() if secret else ""
