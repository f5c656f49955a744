"""The bot's command line, whose `worker` waits for seconds and has the priority of production."""

import sys
from dataclasses import replace

from bot import __main__
from bot.worker_options import PRODUCTION
from tests.journeys.short_waits import SHORT_WAITS

if __name__ == "__main__":
    options = replace(SHORT_WAITS, niceness=PRODUCTION.niceness)
    sys.exit(__main__.main(worker_options=options))
