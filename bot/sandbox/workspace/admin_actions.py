"""What the admins of a workspace do: people move or leave, channels close, the app goes."""

from dataclasses import replace

from bot.sandbox.slack_api.directory import described
from bot.sandbox.workspace.engine import Engine
from bot.sandbox.workspace.personas import BOT


class Upkeep:
    """Changes the workspace as its admins would, and lets the bot hear what Slack tells of it."""

    def __init__(self, engine: Engine) -> None:
        """Look after the workspace of *engine*."""
        self._engine = engine
        self._workspace = engine.workspace

    async def move(self, person: str, zone: str) -> None:
        """Let somebody live in another time zone."""
        known = self._workspace.people[person]
        self._workspace.people[person] = replace(known, zone=zone)
        await self._tell(person)

    async def deactivate(self, person: str) -> None:
        """Let somebody leave the workspace."""
        self._workspace.deactivated.add(person)
        self._workspace.changed()
        await self._tell(person)

    async def reactivate(self, person: str) -> None:
        """Let somebody come back."""
        self._workspace.deactivated.discard(person)
        self._workspace.changed()
        await self._tell(person)

    def archive(self, channel: str) -> None:
        """Close a channel for good."""
        self._workspace.rooms[channel].archived = True
        self._workspace.changed()

    def invite(self, channel: str, person: str = BOT) -> None:
        """Let the bot, or somebody else, into a channel."""
        members = self._workspace.rooms[channel].members
        members.extend([] if person in members else [person])
        self._workspace.changed()

    def remove(self, channel: str, person: str = BOT) -> None:
        """Put the bot, or somebody else, out of a channel."""
        members = self._workspace.rooms[channel].members
        self._workspace.rooms[channel].members = [one for one in members if one != person]
        self._workspace.changed()

    def grant(self, *scopes: str) -> None:
        """Let the bot do more."""
        self._workspace.scopes.update(scopes)

    async def uninstall(self) -> None:
        """Take the app out of the workspace: its token opens nothing from now on."""
        self._engine.practice.keys.revoked = True
        revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT]}}
        await self._engine.acts.event(revoked)
        await self._engine.acts.event({"type": "app_uninstalled"})

    async def _tell(self, person: str) -> None:
        user = described(self._engine.place, self._workspace.people[person], locale=True)
        now = int(self._workspace.clock.now().timestamp())
        await self._engine.acts.event({"type": "user_change", "user": user, "cache_ts": now})
