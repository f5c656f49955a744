"""What the admins of a workspace do: people move or leave, channels close, the app goes."""

from dataclasses import replace

from bot.sandbox.slack_api.directory import render_user
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.personas import BOT_USER_ID


class WorkspaceAdmin:
    """Changes the workspace as its admins would, and lets the bot hear what Slack tells of it."""

    def __init__(self, engine: SandboxEngine) -> None:
        """Look after the workspace of *engine*."""
        self._engine = engine
        self._workspace = engine.workspace

    async def change_time_zone(self, person_id: str, zone: str) -> None:
        """Let somebody live in another time zone."""
        known = self._workspace.people[person_id]
        self._workspace.people[person_id] = replace(known, zone=zone)
        await self._send_user_change(person_id)

    async def deactivate_person(self, person_id: str) -> None:
        """Let somebody leave the workspace."""
        self._workspace.deactivated_ids.add(person_id)
        self._workspace.mark_changed()
        await self._send_user_change(person_id)

    async def reactivate_person(self, person_id: str) -> None:
        """Let somebody come back."""
        self._workspace.deactivated_ids.discard(person_id)
        self._workspace.mark_changed()
        await self._send_user_change(person_id)

    def archive_channel(self, channel_id: str) -> None:
        """Close a channel for good."""
        self._workspace.conversations[channel_id].archived = True
        self._workspace.mark_changed()

    def add_member(self, channel_id: str, person_id: str = BOT_USER_ID) -> None:
        """Let the bot, or somebody else, into a channel."""
        members = self._workspace.conversations[channel_id].members
        members.extend([] if person_id in members else [person_id])
        self._workspace.mark_changed()

    def remove_member(self, channel_id: str, person_id: str = BOT_USER_ID) -> None:
        """Put the bot, or somebody else, out of a channel."""
        members = self._workspace.conversations[channel_id].members
        self._workspace.conversations[channel_id].members = [
            one for one in members if one != person_id
        ]
        self._workspace.mark_changed()

    def grant_scopes(self, *scopes: str) -> None:
        """Let the bot do more."""
        self._workspace.granted_scopes.update(scopes)

    async def uninstall_app(self) -> None:
        """Take the app out of the workspace: its token opens nothing from now on."""
        self._engine.config.credentials.revoked = True
        revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER_ID]}}
        await self._engine.persona_actions.send_event(revoked)
        await self._engine.persona_actions.send_event({"type": "app_uninstalled"})

    async def _send_user_change(self, person_id: str) -> None:
        user = render_user(
            self._engine.slack_state, self._workspace.people[person_id], include_locale=True
        )
        now = int(self._workspace.clock.now().timestamp())
        await self._engine.persona_actions.send_event(
            {"type": "user_change", "user": user, "cache_ts": now}
        )
