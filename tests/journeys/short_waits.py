"""The bot's command line, whose `worker` waits for seconds instead of minutes.

It has the priority of the tests: none may wait behind the processes of others.
"""

import sys
from datetime import timedelta

from bot import __main__
from bot.elements import Message, Text
from bot.worker_options import WorkerOptions
from schedules import COMPOSERS
from schedules.delivery.worker_timings import WorkerTimings

NOTE_KIND = "note"
"""A delivery kind without quiet hours, because these workers run on the real clock."""

SETTLE_SECONDS = 4.0
"""Seconds after which an unconfirmed send is reconciled; the fake answers sooner."""

DWELL_SECONDS = 6.0
"""Grace period in seconds for an orphaned lease; in an outage each worker checks ten times."""


def compose_note(*_: object) -> Message:
    """Compose the message of a note, the same for each person."""
    return Message(NOTE_KIND, (Text(NOTE_KIND),))


SHORT_WAITS = WorkerOptions(
    timings=WorkerTimings(
        lease_check_seconds=0.5,
        orphan_grace_seconds=DWELL_SECONDS,
        enqueue_interval_seconds=1.0,
        queue_poll_seconds=0.3,
    ),
    tick_interval_seconds=1.0,
    reconcile_after=timedelta(seconds=SETTLE_SECONDS),
    niceness=0,
    composers={**COMPOSERS, NOTE_KIND: compose_note},
)
"""Options of a worker that ticks every second, with short lease and queue intervals."""


if __name__ == "__main__":
    sys.exit(__main__.main(worker_options=SHORT_WAITS))
