"""Actions of a Slack workspace's admins: members, channels, scopes and the app's installation."""

from dataclasses import replace

from bot.sandbox.slack_api.directory import render_user
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.personas import BOT_USER_ID


class WorkspaceAdmin:
    """Changes the workspace as an admin would, and sends the events that Slack sends for it."""

    def __init__(self, engine: SandboxEngine) -> None:
        """Administer the workspace of *engine*."""
        self._engine = engine
        self._workspace = engine.workspace

    async def change_time_zone(self, person_id: str, zone: str) -> None:
        """Change a person's time zone, and send ``user_change``."""
        persona = self._workspace.people[person_id]
        self._workspace.people[person_id] = replace(persona, zone=zone)
        await self._send_user_change(person_id)

    async def deactivate_person(self, person_id: str) -> None:
        """Deactivate a person's account, and send ``user_change``."""
        self._workspace.deactivated_ids.add(person_id)
        self._workspace.mark_changed()
        await self._send_user_change(person_id)

    async def reactivate_person(self, person_id: str) -> None:
        """Reactivate a person's account, and send ``user_change``."""
        self._workspace.deactivated_ids.discard(person_id)
        self._workspace.mark_changed()
        await self._send_user_change(person_id)

    def archive_channel(self, channel_id: str) -> None:
        """Archive a channel; a request that posts to it then fails with ``is_archived``."""
        self._workspace.conversations[channel_id].archived = True
        self._workspace.mark_changed()

    def add_member(self, channel_id: str, person_id: str = BOT_USER_ID) -> None:
        """Add a member to a channel, by default the bot."""
        members = self._workspace.conversations[channel_id].members
        members.extend([] if person_id in members else [person_id])
        self._workspace.mark_changed()

    def remove_member(self, channel_id: str, person_id: str = BOT_USER_ID) -> None:
        """Remove a member from a channel, by default the bot."""
        members = self._workspace.conversations[channel_id].members
        self._workspace.conversations[channel_id].members = [
            member_id for member_id in members if member_id != person_id
        ]
        self._workspace.mark_changed()

    def grant_scopes(self, *scopes: str) -> None:
        """Grant OAuth scopes to the bot's token."""
        self._workspace.granted_scopes.update(scopes)

    async def uninstall_app(self) -> None:
        """Uninstall the app, which revokes its token.

        Sends the events ``tokens_revoked`` and ``app_uninstalled``, in this order.
        """
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
