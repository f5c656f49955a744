"""The practice workspace, wired together: Slack's part of every conversation with the bot."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.content.catalogue import Words
from bot.sandbox.slack_api.faults import Pace, Troubles
from bot.sandbox.slack_api.methods import Place
from bot.sandbox.slack_api.payloads import Payloads
from bot.sandbox.slack_api.responses import Replies
from bot.sandbox.slack_api.signed_requests import Post
from bot.sandbox.slack_api.socket_mode import Sockets
from bot.sandbox.slack_api.trigger_ids import Tickets
from bot.sandbox.slack_api.web_api import Keys, WebApi
from bot.sandbox.web.screen import Screen
from bot.sandbox.workspace import snapshot
from bot.sandbox.workspace.actions import Acts, Carry
from bot.sandbox.workspace.clock import PracticeClock
from bot.sandbox.workspace.modals import Windows
from bot.sandbox.workspace.personas import CAST, Cast
from bot.sandbox.workspace.time_travel import Jumps
from bot.sandbox.workspace.workspace import Workspace

SLACKS_PACE: Mapping[str, Pace] = {
    "chat.postMessage": Pace(100, 5),
    "chat.postMessage#": Pace(10, 1),
    "users.list": Pace(20, 20 / 60),
    "users.info": Pace(100, 100 / 60),
    "views.open": Pace(100, 100 / 60),
}
"""How much Slack takes, about: several hundred messages a minute, one a second in a channel."""

_SAVED_EVERY = 0.5


@dataclass(frozen=True)
class Practice:
    """What a practice workspace is made of.

    ``bot`` is the bot's own address and ``slack`` this workspace's, both without a slash at
    the end. ``manifest`` is what ``python -m bot manifest`` prints; without one every command
    is offered and every event is sent. ``file`` keeps the state over a restart.
    """

    bot: str
    slack: str
    keys: Keys
    words: Words
    cast: Cast = CAST
    clock: PracticeClock | None = None
    manifest: Mapping[str, Any] = field(default_factory=dict)
    file: Path | None = None


class Engine:
    """Slack, as far as this machine needs it. Tests reach every part of it."""

    def __init__(self, practice: Practice) -> None:
        """Wire it; nothing is opened before :meth:`running`."""
        self.practice = practice
        self.workspace = _found(practice)
        seconds = self.workspace.clock.seconds
        self.windows = Windows(self.workspace)
        self.tickets = Tickets(seconds)
        self.troubles = Troubles(lambda: self.workspace.clock.now().timestamp())
        self.place = Place(self.workspace, self.windows, self.tickets)
        self.replies = Replies(self.place, practice.words)
        self.post = Post(f"{practice.bot}/slack/events", practice.keys.signing_secret, seconds)
        self.carry = Carry(self.post)
        self.sockets = Sockets(self.carry)
        payloads = Payloads(self.place, f"{practice.slack}/response")
        self.acts = Acts(self.place, payloads, self.replies, self.carry)
        self.api = WebApi(self.place, practice.keys, self.troubles, self.sockets.address)
        self.jumps = Jumps(self.workspace, practice.bot, self.post.session)
        self.screen = Screen(self.workspace, practice.words, self.jumps, practice.manifest)
        self._obey(practice.manifest)

    @property
    def api_url(self) -> str:
        """The base of the Web API, as the bot is told it."""
        return f"{self.practice.slack}/api/"

    @asynccontextmanager
    async def running(self, _app: object = None) -> AsyncIterator[None]:
        """Keep the state on disk for as long as the context is open, then hang up."""
        saving = asyncio.create_task(self._save_now_and_then())
        try:
            yield
        finally:
            saving.cancel()
            with suppress(asyncio.CancelledError):
                await saving
            self.acts.stop()
            await self.sockets.stop()
            await self.post.close()
            self.save()

    def save(self) -> None:
        """Keep the state as it is."""
        if self.practice.file:
            snapshot.save(self.workspace, self.practice.file)

    async def _save_now_and_then(self) -> None:
        version = self.workspace.version
        while True:
            await asyncio.sleep(_SAVED_EVERY)
            if self.workspace.version != version:
                version = self.workspace.version
                self.save()

    def _obey(self, manifest: Mapping[str, Any]) -> None:
        if manifest:
            commands = manifest["features"]["slash_commands"]
            events = manifest["settings"]["event_subscriptions"]["bot_events"]
            self.acts.offered = frozenset(one["command"] for one in commands)
            self.acts.heard = frozenset(events)


def _found(practice: Practice) -> Workspace:
    found = snapshot.load(practice.cast, practice.file) if practice.file else None
    return found or Workspace(practice.cast, practice.clock or PracticeClock())
