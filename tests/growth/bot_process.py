"""The bot's command line on the clock that all processes of a simulation share.

Nothing else differs from ``python -m bot``: a ``worker`` has production's intervals, unless a tiny
run sets ``GROWTH_SHORT_WAITS``.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bot import __main__, app
from bot.worker_options import PRODUCTION
from tests.growth.shared_clock import SharedClock
from tests.journeys.short_waits import SHORT_WAITS

CLOCK_FILE, SHORT_WAITS_FLAG = "GROWTH_CLOCK_FILE", "GROWTH_SHORT_WAITS"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand of the bot on the shared clock, and return its exit status."""
    clock = SharedClock(Path(os.environ[CLOCK_FILE]))
    vars(app)["Clock"] = lambda _start=None: clock
    options = SHORT_WAITS if os.environ.get(SHORT_WAITS_FLAG) else PRODUCTION
    return __main__.main(arguments, options)


if __name__ == "__main__":
    sys.exit(main())
