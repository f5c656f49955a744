"""The bot's own command line, with the waits that are minutes in service cut to seconds."""

import asyncio
import sys
from datetime import timedelta

import schedules
from bot import __main__, app
from bot.elements import Message, Text
from bot.store.repositories import deliveries
from schedules.clock import Ticker

NOTE = "note"
"""A kind of delivery that knows no hour of the day, since these workers live by the real clock."""

SETTLE = 4.0
"""Seconds after which the fate of a message is looked into; the stand-in answers sooner."""

DWELL = 6.0
"""Seconds for which a worker has to be missing; in an outage each looks ten times meanwhile."""


def hurry() -> None:
    """Tick every second, and wait less for whoever is gone."""
    deliveries.SETTLE = timedelta(seconds=SETTLE)
    if app.may_share():
        from schedules.delivery import shared_workers  # noqa: PLC0415 - as in the bot itself

        shared_workers.LOOK, shared_workers.DWELL = 0.5, DWELL
        shared_workers.ROUND, shared_workers.POLL = 1.0, 0.3

    def written(*_: object) -> Message:
        return Message(NOTE, (Text(NOTE),))

    schedules.COMPOSERS = {**schedules.COMPOSERS, NOTE: written}

    async def tick_on(ticker: Ticker) -> None:
        while True:
            await ticker._run()
            await asyncio.sleep(1)

    running: list[asyncio.Task[None]] = []

    def start(ticker: Ticker) -> None:
        running.append(asyncio.get_running_loop().create_task(tick_on(ticker)))

    setattr(Ticker, "start", start)  # noqa: B010 - mypy takes no method in another's place


if __name__ == "__main__":
    hurry()
    sys.exit(__main__.main())
