"""In-memory buffer of refreshed tokens whose database write failed, with retries of the write."""

import asyncio
import logging
from dataclasses import replace

from bot.chat.slack.oauth.installation_rows import (
    InstallationRows,
    InstallationsUnavailableError,
    InstalledBot,
)
from bot.chat.slack.token_rotation import TokenPair
from bot.chat.slack.write_retry import retry_write

logger = logging.getLogger("attune.slack")


class UnsavedTokens:
    """Writes refreshed tokens, and retries a failed write in a background task with backoff.

    The refresh has invalidated the pair in the database, so the new pair must not be lost.
    """

    def __init__(self, rows: InstallationRows) -> None:
        """Start with an empty buffer; write to *rows*."""
        self._rows = rows
        self._bots: dict[str, InstalledBot] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._closing = asyncio.Event()

    def find(self, stored: InstalledBot) -> InstalledBot | None:
        """Return the buffered installation with newer tokens than the row *stored*, or ``None``.

        A buffered one with another ``version`` is ignored: the row has changed since.
        """
        bot = self._bots.get(stored.installed_as)
        return bot if bot and bot.version == stored.version else None

    async def save(self, bot: InstalledBot, tokens: TokenPair) -> None:
        """Buffer *tokens* of *bot* and write them once; on failure, start a task that retries."""
        key = bot.installed_as
        renewed = self._bots[key] = replace(bot, tokens=tokens)
        if await self._try_to_save(renewed):
            return
        self._tasks[key] = asyncio.create_task(
            retry_write(
                lambda: self._try_to_save(renewed),
                self._closing,
                is_needed=lambda: self._bots.get(key) is renewed,
            )
        )

    async def close(self) -> None:
        """Await the retry tasks, which make a few quick attempts and then give up."""
        self._closing.set()
        await asyncio.gather(*self._tasks.values())

    async def _try_to_save(self, bot: InstalledBot) -> bool:
        """Write the row once, and remove it from the buffer; ``False`` if the write failed.

        The storage logs the failure.
        """
        try:
            await self._rows.replace_tokens(bot, bot.tokens)
        except InstallationsUnavailableError:
            return False
        if self._bots.get(bot.installed_as) is bot:
            del self._bots[bot.installed_as]
        return True
