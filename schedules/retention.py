"""Lets go of what is no longer needed, each on its own day."""

from datetime import datetime, timedelta

from bot.context import Desk
from bot.store.repositories import Books

_INBOX = timedelta(days=2)
_DELIVERIES = timedelta(days=35)
_RELEASES = timedelta(days=731)
_ONCE_FOR_ALL = ("intro",)
"""A team is introduced once, however much later its set-up is saved again."""


async def run(desk: Desk) -> int:
    """Forget acts done two days ago, intentions past their day, old deliveries and tables.

    What was promised and can no longer be sent in time is missed from then on.

    Deliveries stay five weeks, so that a promise made for a week cannot be made again;
    published tables stay 24 months.
    """
    now = desk.now()

    def sweep(books: Books) -> int:
        return (
            books.inbox.sweep((now - _INBOX).date())
            + books.intentions.sweep(now.date())
            + books.deliveries.give_up(now)
            + books.deliveries.sweep(now - _DELIVERIES, but=_ONCE_FOR_ALL)
            + books.releases.sweep((now - _RELEASES).date())
        )

    return await desk.store.write(sweep)


async def next_due(_desk: Desk) -> datetime | None:
    """Nobody waits for this, so it is never a reason to stop the clock."""
    return None
