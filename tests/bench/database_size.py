"""CPU time of a submission in a large database and in a full period, beside a small, empty one."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from itertools import cycle
from typing import cast

from starlette.types import ASGIApp

from bot.app import Bot
from tests.bench import load
from tests.bench.conditions import Conditions
from tests.bench.databases import Database, create_database, list_requesters
from tests.bench.figures import SQLITE, SQLITE_LARGE, Figure, divide_rounds, summarize
from tests.bench.in_process import Turns, compare_apps, run_bot_on, time_payload
from tests.bench.seeding import Population, seed_database
from tests.bench.slack_process import run_fake_slack
from tests.journeys.botprocess import BotProcess

_DEBRIEFS_EACH = 20
"""Debriefs that each person of the full period has filed in a complete run: more than any cap."""


def measure_database_size(conditions: Conditions) -> list[Figure]:
    """Submit debriefs to four bots in turns: three databases beside one of the same kind.

    ``growth_by_teams`` is the cost with all teams and people by that with one team, and
    ``growth_by_slips`` that in a period full of slips by that in an empty one of as large a team.
    """
    databases = _create_databases(conditions)
    turns = asyncio.run(_compare(conditions, databases))
    pairs = {
        "growth_by_teams": (SQLITE_LARGE, SQLITE),
        "growth_by_slips": ("full period", "empty period"),
    }
    note = conditions.scale.note
    ratios = [
        summarize(name, SQLITE, divide_rounds(turns[large].cpu, turns[small].cpu), note=note)
        for name, (large, small) in pairs.items()
    ]
    costs = [
        summarize("submission_cpu_in_process", name, bot_turns.cpu, note=note)
        for name, bot_turns in turns.items()
    ]
    return [*ratios, *costs]


async def _compare(conditions: Conditions, databases: Mapping[str, Database]) -> dict[str, Turns]:
    async with AsyncExitStack() as stack:
        api_url = stack.enter_context(run_fake_slack(1000.0))
        bots: Mapping[str, Bot] = {
            name: await stack.enter_async_context(run_bot_on(item.folder, item.url, api_url))
            for name, item in databases.items()
        }
        for name, bot in bots.items():
            await _look_up_profiles(bot, databases[name])
        return await compare_apps(
            {name: cast("ASGIApp", bot.asgi) for name, bot in bots.items()},
            {
                name: map(load.build_debrief, cycle(database.list_requesters()))
                for name, database in databases.items()
            },
            round_count=conditions.scale.round_count,
            requests_per_turn=conditions.scale.requests_per_turn,
        )


async def _look_up_profiles(bot: Bot, database: Database) -> None:
    for person in list_requesters(database.population):
        await time_payload(bot.asgi, load.build_tip(person))
    await bot.request_middleware.wait_for_profile_lookups()


def _create_databases(conditions: Conditions) -> dict[str, Database]:
    columns = (SQLITE, SQLITE_LARGE)
    databases = {column: create_database(conditions, column) for column in columns}
    people_count = max(30, conditions.scale.number // 25)
    debriefs_each = max(2, round(_DEBRIEFS_EACH * conditions.scale.share))
    for name, filed_each in (("empty period", 0), ("full period", debriefs_each)):
        folder = conditions.create_folder(name.replace(" ", "-"))
        bot, population = BotProcess(folder, ""), Population(1, people_count)
        url = f"sqlite:///{bot.database_file}"
        conditions.report_progress(f"creating a team of {people_count} with the {name}")
        seed_database(url, bot.keys_folder, population, debriefs_each=filed_each)
        databases[name] = Database(name, folder, url, population)
    return databases
