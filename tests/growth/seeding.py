"""The database of many clinics, with an open period per ledger and team."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice
from pathlib import Path

from bot.domain.counts.release_rule import BREAKDOWN, TOTAL
from bot.store.repositories import Repositories
from bot.store.repositories.watermarks import PROFILES_WATERMARK
from tests.bench.seeding import insert_teams, open_bot_store, open_periods
from tests.growth.population import SEEDED_AT, Population

_CLINICS_PER_TRANSACTION, _TIMEOUT_SECONDS = 10, 600.0


async def create_tables(url: str, keys_folder: Path) -> None:
    """Create the tables of the empty database at *url*."""
    store = open_bot_store(url, keys_folder)
    await asyncio.to_thread(store.migrate)
    await store.close()


async def seed_clinics(
    url: str, keys_folder: Path, population: Population, report_progress: Callable[[str], None]
) -> None:
    """Insert all clinics, whose people have joined; none has installed the app yet."""
    store = open_bot_store(url, keys_folder)
    numbers = iter(range(population.clinic_count))
    while batch := list(islice(numbers, _CLINICS_PER_TRANSACTION)):
        report_progress(f"inserting clinic {batch[-1] + 1} of {population.clinic_count}")

        def insert_batch(repos: Repositories, batch: Iterable[int] = batch) -> None:
            for number in batch:
                _insert_clinic(repos, population, number)

        await store.across_workspaces.write(insert_batch, timeout_seconds=_TIMEOUT_SECONDS)
    await store.close()


async def skip_profile_turns(url: str, keys_folder: Path, instant: datetime) -> None:
    """Record that profiles were fetched until *instant*, to which the clock is about to jump.

    They are spread over the week; after a week without a worker all people would be fetched.
    """
    store = open_bot_store(url, keys_folder)
    await store.across_workspaces.write(
        lambda repos: repos.watermarks.advance(PROFILES_WATERMARK, instant)
    )
    await store.close()


def _insert_clinic(repos: Repositories, population: Population, clinic_number: int) -> None:
    persons_by_team = population.list_teams(clinic_number)
    insert_teams(repos, persons_by_team)
    for ledger in (TOTAL, BREAKDOWN):
        open_periods(repos, ledger, persons_by_team, SEEDED_AT)
