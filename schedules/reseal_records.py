"""Duty and background task: seal records again at moments that depend on no person.

The duty seals every record about once a day. The task writes covers at random moments, see
:mod:`bot.domain.counts.cover`; it is no part of a tick, because covers that fell on ticks alone
could be told from forms by their second.
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
"""Default number of teams per transaction: some milliseconds, which a form waits at most."""

_SPAN_SECONDS = 60.0
"""Seconds after which the list of teams is loaded again."""


async def run(context: Context, *, batch_size: int = _BATCH_SIZE) -> int:
    """Seal the records of all teams again, if the last complete pass is long ago.

    Teams are processed in batches, each in a transaction of its own. The watermark is advanced
    at the end: after a crash the pass starts again, which changes nothing but ciphertext. Returns
    how many teams were covered.
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
    await scope.write(lambda repos: repos.watermarks.set_last_run(_WATERMARK, now))
    return len(teams)


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: nothing happens for a person."""
    return None


async def write_covers_forever(context: Context) -> None:
    """Write covers at random moments until the task is cancelled.

    An unavailable database is logged; the next covers are drawn as if nothing had happened. In
    several processes the rates add up.
    """
    while True:
        try:
            await write_random_covers(context)
        except Exception as error:  # noqa: BLE001 - covers go on when the database is back
            log_error(logger, "cover.failed", error)
            await asyncio.sleep(_SPAN_SECONDS)


async def write_random_covers(
    context: Context,
    *,
    span_seconds: float = _SPAN_SECONDS,
    draw_below: Callable[[int], int] = secrets.randbelow,
) -> int:
    """Write the covers of the coming *span_seconds*, each at its moment; return how many.

    *draw_below* returns a uniform integer below its argument.
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
