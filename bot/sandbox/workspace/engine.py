"""Factory and lifespan of the sandbox: one object per part of the simulated Slack server."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.content.catalogue import LanguagePack
from bot.sandbox.slack_api.faults import FaultPlan, RateLimit
from bot.sandbox.slack_api.methods import SlackState
from bot.sandbox.slack_api.payloads import PayloadBuilder
from bot.sandbox.slack_api.responses import ResponseHandler
from bot.sandbox.slack_api.signed_requests import RESPONSE_TIMEOUT_SECONDS, HttpTransport
from bot.sandbox.slack_api.socket_mode import SocketModeServer
from bot.sandbox.slack_api.transport_selector import TransportSelector
from bot.sandbox.slack_api.trigger_ids import TriggerIds
from bot.sandbox.slack_api.web_api import SlackCredentials, WebApi
from bot.sandbox.web.screen import ScreenView
from bot.sandbox.workspace import snapshot
from bot.sandbox.workspace.actions import PersonaActions
from bot.sandbox.workspace.clock import SandboxClock
from bot.sandbox.workspace.modals import ModalStack
from bot.sandbox.workspace.personas import SAMPLE_PRACTICE, SamplePractice
from bot.sandbox.workspace.time_travel import TimeTravel
from bot.sandbox.workspace.workspace import Workspace

SLACK_RATE_LIMITS: Mapping[str, RateLimit] = {
    "chat.postMessage": RateLimit(100, 5),
    "chat.postMessage#": RateLimit(10, 1),
    "users.list": RateLimit(20, 20 / 60),
    "users.info": RateLimit(100, 100 / 60),
    "views.open": RateLimit(100, 100 / 60),
}
"""Slack's approximate rate limits by method, as bucket size and requests a second.

Several hundred messages a minute in a workspace; ``chat.postMessage#`` is the rate limit of
one channel, one message a second.
"""

_AUTOSAVE_SECONDS = 0.5


@dataclass(frozen=True)
class SandboxConfig:
    """Configuration of one sandbox engine.

    ``bot_url`` is the base URL of the bot and ``slack_url`` that of this server, both without
    a trailing slash. ``manifest`` is the JSON that ``python -m bot manifest`` prints; with the
    default, an empty dict, every command is offered and every event is sent. ``state_file`` is
    the snapshot file that preserves the state over a restart; ``None`` saves no state.
    ``response_timeout_seconds`` is how long the bot may take for a response, and how long a
    trigger id is valid: three seconds in Slack, more where the machine is slow.
    """

    bot_url: str
    slack_url: str
    credentials: SlackCredentials
    words: LanguagePack
    sample_practice: SamplePractice = SAMPLE_PRACTICE
    clock: SandboxClock | None = None
    manifest: Mapping[str, Any] = field(default_factory=dict)
    state_file: Path | None = None
    response_timeout_seconds: float = RESPONSE_TIMEOUT_SECONDS


class SandboxEngine:
    """The simulated Slack server. Its parts are public attributes, so that tests can reach them."""

    def __init__(self, config: SandboxConfig) -> None:
        """Build the parts and load the saved state; no connection is opened yet."""
        self.config = config
        self.workspace = _load_or_create_workspace(config)
        machine_seconds = self.workspace.clock.machine_seconds
        self.modal_stack = ModalStack(self.workspace)
        self.trigger_ids = TriggerIds(machine_seconds, config.response_timeout_seconds)
        self.fault_plan = FaultPlan(lambda: self.workspace.clock.now().timestamp())
        self.slack_state = SlackState(self.workspace, self.modal_stack, self.trigger_ids)
        self.response_handler = ResponseHandler(self.slack_state, config.words)
        self.http_transport = HttpTransport(
            f"{config.bot_url}/slack/events",
            config.credentials.signing_secret,
            machine_seconds,
            config.response_timeout_seconds,
        )
        self.transports = TransportSelector(self.http_transport)
        self.socket_server = SocketModeServer(self.transports, config.response_timeout_seconds)
        payloads = PayloadBuilder(self.slack_state, f"{config.slack_url}/response")
        self.persona_actions = PersonaActions(
            self.slack_state, payloads, self.response_handler, self.transports
        )
        self.web_api = WebApi(
            self.slack_state,
            config.credentials,
            self.fault_plan,
            self.socket_server.get_connection_url,
        )
        self.time_travel = TimeTravel(
            self.workspace, config.bot_url, self.http_transport.get_session
        )
        self.screen_view = ScreenView(
            self.workspace, config.words, self.time_travel, config.manifest
        )
        self._apply_manifest(config.manifest)

    @property
    def api_url(self) -> str:
        """The base URL of the Web API, for the bot's setting ``SLACK_API_URL``."""
        return f"{self.config.slack_url}/api/"

    @asynccontextmanager
    async def run_lifespan(self, _app: object = None) -> AsyncIterator[None]:
        """Run the autosave task while the context is open, then close connections and save."""
        autosave_task = asyncio.create_task(self._autosave_changes())
        try:
            yield
        finally:
            autosave_task.cancel()
            with suppress(asyncio.CancelledError):
                await autosave_task
            self.persona_actions.cancel_retries()
            await self.socket_server.stop()
            await self.http_transport.close()
            self.save()

    def save(self) -> None:
        """Save a snapshot of the state, if a state file is configured."""
        if self.config.state_file:
            snapshot.save_workspace(self.workspace, self.config.state_file)

    async def _autosave_changes(self) -> None:
        """Poll the workspace's version in a loop, and save the state after a change."""
        version = self.workspace.version
        while True:
            await asyncio.sleep(_AUTOSAVE_SECONDS)
            if self.workspace.version != version:
                version = self.workspace.version
                self.save()

    def _apply_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Restrict commands, events and messages as the app's manifest does, if it has any keys."""
        if manifest:
            commands = manifest["features"]["slash_commands"]
            events = manifest["settings"]["event_subscriptions"]["bot_events"]
            self.persona_actions.offered_commands = frozenset(
                command["command"] for command in commands
            )
            self.persona_actions.subscribed_events = frozenset(events)
            app_home = manifest["features"].get("app_home", {})
            self.persona_actions.is_bot_chat_read_only = bool(
                app_home.get("messages_tab_read_only_enabled")
            )
            self.persona_actions.app_name = manifest["display_information"]["name"]


def _load_or_create_workspace(config: SandboxConfig) -> Workspace:
    workspace = (
        snapshot.load_workspace(config.sample_practice, config.state_file)
        if config.state_file
        else None
    )
    return workspace or Workspace(config.sample_practice, config.clock or SandboxClock())
