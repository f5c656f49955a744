"""Renewed tokens that could not be stored yet: they are used, and stored as soon as possible."""

import asyncio
import logging
from dataclasses import replace

from bot.chat.slack.oauth.installation_rows import (
    InstallationRows,
    InstallationsUnavailableError,
    InstalledBot,
)
from bot.chat.slack.repeated_write import repeat_write
from bot.chat.slack.token_rotation import TokenPair

logger = logging.getLogger("attune.slack")


class UnsavedTokens:
    """Stores renewed tokens, and repeats a write that has failed.

    Slack has replaced the pair in the database by then, so that the new one must not be lost.
    """

    def __init__(self, rows: InstallationRows) -> None:
        """Store in *rows*."""
        self._rows = rows
        self._bots: dict[str, InstalledBot] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._closing = asyncio.Event()

    def find(self, stored: InstalledBot) -> InstalledBot | None:
        """Return *stored* with newer tokens that are not stored yet, ``None`` without any.

        Those of an earlier installation are none.
        """
        bot = self._bots.get(stored.installed_as)
        return bot if bot and bot.version == stored.version else None

    async def save(self, bot: InstalledBot, tokens: TokenPair) -> None:
        """Store *tokens* in place of those of *bot*; a write that fails is repeated later."""
        key = bot.installed_as
        renewed = self._bots[key] = replace(bot, tokens=tokens)
        if await self._try_to_save(renewed):
            return
        self._tasks[key] = asyncio.create_task(
            repeat_write(
                lambda: self._try_to_save(renewed),
                self._closing,
                is_needed=lambda: self._bots.get(key) is renewed,
            )
        )

    async def close(self) -> None:
        """Store what is not stored yet, with a few attempts."""
        self._closing.set()
        await asyncio.gather(*self._tasks.values())

    async def _try_to_save(self, bot: InstalledBot) -> bool:
        """Store *bot* once; the failure is logged where it occurs."""
        try:
            await self._rows.replace_tokens(bot, bot.tokens)
        except InstallationsUnavailableError:
            return False
        if self._bots.get(bot.installed_as) is bot:
            del self._bots[bot.installed_as]
        return True
