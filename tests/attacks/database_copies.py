"""Comparison of actions on copies of one database.

Keys and records are the same in all copies, so anything that must not depend on the action has
to be equal to the byte.
"""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from bot.content import catalogue
from bot.context import Context
from bot.conversation import DeferredReply, Person, Reply
from bot.domain.people import Team
from bot.store.schema import metadata
from handlers import BUTTONS, COMMANDS, FORMS, HOME_HANDLER
from schedules import close_periods
from tests.database_files import copy_empty_database
from tests.doubles import PEPPERS, FakeClock, RecordingOutlet
from tests.key_folders import open_test_store
from tests.sample_team import FormAnswers, build_request

T = TypeVar("T")
_ACTION_NUMBERS = count()


@dataclass
class BotInstance:
    """A bot with a database of its own, and its clock."""

    context: Context
    clock: FakeClock
    folder: Path

    async def file_debriefs(self, *people: Person, form: str = "away") -> None:
        """Submit the debrief form for each of *people*, one after the other."""
        for person in people:
            await self.submit_form("debrief", person, {"form": form, "status": "working"})

    async def submit_form(
        self, form: str, person: Person, answers: FormAnswers, data: str = ""
    ) -> Reply:
        """Submit *form* as *person*."""
        key = f"act {next(_ACTION_NUMBERS)}"
        return await FORMS[form](
            build_request(person, answers=answers, idempotency_key=key, data=data), self.context
        )

    async def press_button(self, button: str, person: Person) -> Reply:
        """Press *button* as *person*."""
        return await BUTTONS[button](
            build_request(person, idempotency_key=f"act {next(_ACTION_NUMBERS)}"), self.context
        )

    async def run_command(self, command: str, person: Person) -> Reply:
        """Run *command* as *person*, and return the final reply."""
        reply = await COMMANDS[command].handle_request(build_request(person), self.context)
        while isinstance(reply, DeferredReply):
            reply = await reply.continuation()
        return reply

    async def open_home(self, person: Person) -> Reply:
        """Open the Home page of *person*."""
        return await HOME_HANDLER(build_request(person), self.context)

    async def give_agreement(self, person: Person) -> None:
        """Give the agreement on reading counts as *person*."""
        await self.submit_form("agreement", person, {})

    async def close_period(self) -> int:
        """Advance the clock to the end of the period, and run the schedule that closes it."""
        close_time = await close_periods.next_due(self.context)
        assert close_time
        self.clock.current_time = close_time
        return await close_periods.run(self.context)

    async def fetch_tables(self, *excluded_tables: str) -> dict[str, list[tuple[object, ...]]]:
        """Return every row of every table, sorted, except *excluded_tables*."""
        names = [name for name in metadata.tables if name not in excluded_tables]
        return {name: await self.fetch_rows(name) for name in names}

    async def fetch_rows(self, table_name: str) -> list[tuple[object, ...]]:
        """Return every row of a table, sorted."""
        query = select(metadata.tables[table_name])
        rows = await self.context.store.across_workspaces.read(
            lambda repos: list(repos._connection.execute(query))
        )
        return sorted((tuple(row) for row in rows), key=repr)


@asynccontextmanager
async def open_instance(
    folder: Path, start_time: datetime | None = None, peppers: tuple[bytes, ...] = PEPPERS
) -> AsyncIterator[BotInstance]:
    """Open a bot on the database in *folder*, whose clock starts at *start_time*."""
    copy_empty_database(folder)
    store = open_test_store(f"sqlite:///{folder}/attune.sqlite", peppers)
    clock = FakeClock(start_time) if start_time else FakeClock()
    context = Context(store, catalogue.load_catalogue(), clock, {"slack": RecordingOutlet()})
    try:
        yield BotInstance(context, clock, folder)
    finally:
        await store.close()


async def run_in_copies(
    folder: Path,
    prepare: Callable[[BotInstance], Awaitable[None]],
    *actions: Callable[[BotInstance], Awaitable[T]],
) -> list[T]:
    """Run *prepare* once, then each of *actions* on a copy of the result, at the same time."""
    async with open_instance(folder / "before") as original:
        await prepare(original)
        copy_time = original.clock.current_time
    results = []
    for number, action in enumerate(actions):
        copy_folder = folder / f"copy {number}"
        shutil.copytree(folder / "before", copy_folder)
        async with open_instance(copy_folder, copy_time) as instance:
            results.append(await action(instance))
    return results


async def fetch_releases(instance: BotInstance) -> list[tuple[object, ...]]:
    """Return every published table as it is stored, byte for byte."""
    return await instance.fetch_rows("release")


def rows_of_team(team: Team, rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Return the rows of *rows* that belong to *team*."""
    return [row for row in rows if row[1] == f"team:{team.id}"]
