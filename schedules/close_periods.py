"""Publishes each period's table when it ends, destroys what it was made from, opens the next."""

import logging
from datetime import datetime

from bot.context import Desk

logger = logging.getLogger("attune.periods")


async def run(desk: Desk) -> int:
    """Close what has ended and open what is missing; run twice, it changes nothing more.

    Publishing and destroying are one transaction; the checkpoint after it removes the
    last bytes of the slips from SQLite's write-ahead log.
    """
    now = desk.now()
    closed = await desk.store.write(lambda books: books.ledger.close_due(now))
    await desk.store.write(lambda books: books.ledger.open_due(now))
    if closed:
        await desk.store.checkpoint()
        logger.info("periods.closed", extra={"action": "periods.closed", "count": closed})
    return closed


async def next_due(desk: Desk) -> datetime | None:
    """When the next period ends."""
    now = desk.now()
    return await desk.store.read(lambda books: books.ledger.next_close(now))
