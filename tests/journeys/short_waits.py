"""The bot's command line with intervals of seconds instead of minutes."""

import asyncio
import sys
from datetime import timedelta

import schedules
from bot import __main__, app
from bot.elements import Message, Text
from bot.store.repositories import deliveries
from schedules.clock import Ticker

NOTE_KIND = "note"
"""A delivery kind without quiet hours, because these workers run on the real clock."""

SETTLE_SECONDS = 4.0
"""Seconds after which an unconfirmed send is reconciled; the fake answers sooner."""

DWELL_SECONDS = 6.0
"""Grace period in seconds for an orphaned lease; in an outage each worker checks ten times."""


def shorten_waits() -> None:
    """Tick every second, and shorten the lease and queue intervals."""
    deliveries.RECONCILE_AFTER = timedelta(seconds=SETTLE_SECONDS)
    if app.is_scale_extra_installed():
        from schedules.delivery import shared_workers  # noqa: PLC0415 - optional, as in the bot

        shared_workers.LEASE_CHECK_SECONDS, shared_workers.ORPHAN_GRACE_SECONDS = 0.5, DWELL_SECONDS
        shared_workers.ENQUEUE_INTERVAL_SECONDS, shared_workers.QUEUE_POLL_SECONDS = 1.0, 0.3

    def compose_note(*_: object) -> Message:
        return Message(NOTE_KIND, (Text(NOTE_KIND),))

    schedules.COMPOSERS = {**schedules.COMPOSERS, NOTE_KIND: compose_note}

    async def tick_forever(ticker: Ticker) -> None:
        while True:
            await ticker._run_tick()
            await asyncio.sleep(1)

    running: list[asyncio.Task[None]] = []

    def start_ticking(ticker: Ticker) -> None:
        running.append(asyncio.get_running_loop().create_task(tick_forever(ticker)))

    setattr(Ticker, "start", start_ticking)  # noqa: B010 - mypy rejects assigning to a method


if __name__ == "__main__":
    shorten_waits()
    sys.exit(__main__.main())
