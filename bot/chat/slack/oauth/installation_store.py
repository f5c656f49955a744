"""Slack's own protocol of an installation store, over the rows of the bot's database."""

import logging
from collections.abc import Collection

from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore

from bot.chat.slack.oauth.installation_rows import InstallationRows
from bot.chat.slack.quiet_logging import redacting_logger
from bot.chat.slack.token_rotation import TokenPair


class DatabaseInstallationStore(AsyncInstallationStore):
    """Stores the bot's tokens of an installation; who installed it is not stored.

    Slack's rotator and its clients know this protocol. A user token is never requested.
    """

    def __init__(self, rows: InstallationRows) -> None:
        """Store in *rows*."""
        self._rows = rows

    @property
    def logger(self) -> logging.Logger:
        """A logger that shows no content."""
        return redacting_logger()

    async def async_save(
        self, installation: Installation, workspaces: Collection[str] = ()
    ) -> None:
        """Store an installation; *workspaces* are those of an organisation."""
        tokens = TokenPair(
            installation.bot_token or "",
            installation.bot_refresh_token or "",
            int(installation.bot_token_expires_at or 0),
        )
        await self._rows.save(name_installation(installation), tokens, workspaces)

    async def async_find_bot(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        """Return the bot that serves a workspace, or an organisation's; ``None`` without one."""
        installed_as = enterprise_id if is_enterprise_install or not team_id else team_id
        bot = await self._rows.find(f"slack:{installed_as or ''}")
        if bot is None:
            return None
        return Bot(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_token=bot.tokens.bot_token,
            bot_id="",
            bot_user_id="",
            bot_refresh_token=bot.tokens.refresh_token or None,
            bot_token_expires_at=bot.tokens.expires_at or None,
            is_enterprise_install=bot.installed_as.startswith("slack:E"),
            installed_at=0.0,
        )


def name_installation(installation: Installation) -> str:
    """Return the key of an installation: ``slack:E…`` of an organisation, else ``slack:T…``."""
    is_organisation = installation.is_enterprise_install
    product_id = installation.enterprise_id if is_organisation else installation.team_id
    return f"slack:{product_id or ''}"
