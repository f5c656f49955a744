"""Run a coroutine of an operator's command with a context and a store opened for it."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from bot.admin import apply_teams as team_admin
from bot.clock import Clock
from bot.context import Context
from bot.served_content import build_context
from bot.settings import Settings
from bot.store.open_store import open_store

T = TypeVar("T")


async def run_operator_job(settings: Settings, job: Callable[[Context], Awaitable[T]]) -> T:
    """Open the store, await *job* with a context over it, and return the job's result.

    The context has no outlet, so that the job calls no product's API. Raises what *job* and
    :func:`bot.store.open_store.open_store` raise, and :class:`bot.errors.FaultyInputError` for a
    faulty workspaces file.
    """
    store = open_store(settings)
    try:
        context = build_context(settings, store, Clock(settings.test_clock), {})
        return await job(context)
    finally:
        await store.close()


async def apply_teams(
    settings: Settings, path: Path, track_progress: team_admin.ProgressTracker = iter
) -> team_admin.ApplyResult:
    """Apply the team file at *path* in batches; *track_progress* returns an iterator over them.

    See :func:`bot.admin.apply_teams.apply_teams` for transactions and exceptions.
    """
    apply_file = partial(team_admin.apply_teams, path=path, test_mode=settings.test_mode)
    return await run_operator_job(settings, partial(apply_file, track_progress=track_progress))
