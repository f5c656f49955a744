"""Periodic job (duty) and background task that encrypt records again, as cover traffic.

The duty encrypts every record about once a day. The task does so at random moments that depend on
no person, see :mod:`bot.domain.counts.cover`. It does not run on the scheduler's ticks: covers that
are written on ticks alone could be told from forms by the second of their transaction.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.context import Context
from bot.domain.counts import cover
from bot.domain.people import Team
from bot.logs import log_error
from bot.store.repositories import Repositories
from bot.workflows.form_submission import write_cover

logger = logging.getLogger("attune.cover")

_WATERMARK = "reseal_records"

_BATCH_SIZE = 25
"""Default batch size: teams per write transaction, some milliseconds of the writer lock."""

_TEAM_RELOAD_SECONDS = 60.0
"""Interval in seconds at which the task queries the list of teams, and its delay after an error."""


async def run(context: Context, *, batch_size: int = _BATCH_SIZE) -> int:
    """Encrypt the records of all teams again, if the last complete pass is long enough ago.

    Teams are processed in batches of *batch_size*, one write transaction each. The watermark is set
    at the end: after a crash or an exception the pass is repeated, which changes nothing but
    ciphertext. Returns how many teams were processed.
    """
    now, scope = context.now(), context.store.across_workspaces
    is_due = await scope.read(
        lambda repos: repos.watermarks.is_due(_WATERMARK, cover.DAILY_PASS_INTERVAL, now)
    )
    if not is_due:
        return 0
    teams = await _load_teams(context)
    for start in range(0, len(teams), batch_size):
        await _write_covers(context, teams[start : start + batch_size])
    await scope.write(lambda repos: repos.watermarks.set_watermark(_WATERMARK, now))
    return len(teams)


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: it sends nothing, so a simulated clock does not stop for this duty."""
    return None


async def write_covers_forever(context: Context) -> None:
    """Write covers at random moments until the task is cancelled.

    An exception, as of an unavailable database, is logged, and the loop continues after a minute.
    Every process with a scheduler runs this task, without a lease: their rates add up.
    """
    while True:
        try:
            await write_random_covers(context)
        except Exception as error:  # noqa: BLE001 - the loop retries after a minute
            log_error(logger, "cover.failed", error)
            await asyncio.sleep(_TEAM_RELOAD_SECONDS)


async def write_random_covers(
    context: Context,
    *,
    span_seconds: float = _TEAM_RELOAD_SECONDS,
    draw_below: Callable[[int], int] = secrets.randbelow,
) -> int:
    """Write the covers of the coming *span_seconds*, one transaction each; return how many.

    It sleeps on the event loop until the random moment of each. *draw_below* returns a uniform
    integer below its argument; the default is cryptographically secure.
    """
    teams, written_count = await _load_teams(context), 0
    while span_seconds > 0:
        next_cover = cover.draw_next_cover(len(teams), span_seconds, draw_below)
        await asyncio.sleep(next_cover.delay_seconds)
        span_seconds -= next_cover.delay_seconds
        if next_cover.team_index is not None:
            await _write_covers(context, [teams[next_cover.team_index]])
            written_count += 1
    return written_count


async def _load_teams(context: Context) -> tuple[Team, ...]:
    return await context.store.across_workspaces.read(lambda repos: repos.teams.list_teams())


async def _write_covers(context: Context, teams: Sequence[Team]) -> None:
    now = context.now()

    def write_covers(repos: Repositories) -> None:
        for team in teams:
            write_cover(repos, team, now)

    await context.store.across_workspaces.write(write_covers)
