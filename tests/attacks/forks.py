"""Two worlds from one moment: the same database copied, with something done in one of them.

Salts and slips are the same in both, so that whatever may not depend on what was done has to
be the same to the byte.
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
from bot.store.store import Store
from handlers import BUTTONS, COMMANDS, FORMS, HOME_HANDLER
from schedules import close_periods
from tests.doubles import PEPPERS, FakeClock, RecordingOutlet
from tests.sample_team import FormAnswers, build_request

T = TypeVar("T")
_ACTION_NUMBERS = count()


@dataclass
class World:
    """One of the worlds: a desk with a database of its own, and its clock."""

    context: Context
    clock: FakeClock
    folder: Path

    async def file_debriefs(self, *people: Person, form: str = "away") -> None:
        """Let each of *people* send the debrief form off, one after the other."""
        for who in people:
            await self.submit_form("debrief", who, {"form": form, "status": "working"})

    async def submit_form(
        self, form: str, person: Person, answers: FormAnswers, data: str = ""
    ) -> Reply:
        """Let somebody send a form off."""
        key = f"act {next(_ACTION_NUMBERS)}"
        return await FORMS[form](
            build_request(person, answers=answers, idempotency_key=key, data=data), self.context
        )

    async def press_button(self, button: str, person: Person) -> Reply:
        """Let somebody press a button."""
        return await BUTTONS[button](
            build_request(person, idempotency_key=f"act {next(_ACTION_NUMBERS)}"), self.context
        )

    async def run_command(self, command: str, person: Person) -> Reply:
        """Let somebody type a command, and wait until all is said."""
        reply = await COMMANDS[command].handle_request(build_request(person), self.context)
        while isinstance(reply, DeferredReply):
            reply = await reply.continuation()
        return reply

    async def open_home(self, person: Person) -> Reply:
        """Let somebody look at their own page."""
        return await HOME_HANDLER(build_request(person), self.context)

    async def give_agreement(self, person: Person) -> None:
        """Let somebody give the agreement on reading counts."""
        await self.submit_form("agreement", person, {})

    async def close_period(self) -> int:
        """Walk on to the end of the period, and let the schedule close it."""
        due = await close_periods.next_due(self.context)
        assert due
        self.clock.current_time = due
        return await close_periods.run(self.context)

    async def fetch_tables(self, *excluded_tables: str) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table, sorted, but for some tables."""
        names = [name for name in metadata.tables if name not in excluded_tables]
        return {name: await self.fetch_rows(name) for name in names}

    async def fetch_rows(self, table_name: str) -> list[tuple[object, ...]]:
        """Every row of a table, sorted."""
        asked = select(metadata.tables[table_name])
        found = await self.context.store.across_workspaces.read(
            lambda repos: list(repos._connection.execute(asked))
        )
        return sorted((tuple(row) for row in found), key=repr)


@asynccontextmanager
async def open_world(
    folder: Path, start_time: datetime | None = None, peppers: tuple[bytes, ...] = PEPPERS
) -> AsyncIterator[World]:
    """A bot on the database in *folder*, from the moment *at* on; what it keeps stays there."""
    store = Store.open(f"sqlite:///{folder}/attune.sqlite", peppers)
    store.migrate()
    clock = FakeClock(start_time) if start_time else FakeClock()
    context = Context(store, catalogue.load_catalogue(), clock, {"slack": RecordingOutlet()})
    try:
        yield World(context, clock, folder)
    finally:
        await store.close()


async def run_in_forks(
    folder: Path,
    prepare: Callable[[World], Awaitable[None]],
    *actions: Callable[[World], Awaitable[T]],
) -> list[T]:
    """Do *before* once, then each of *acts* in a copy of what there was, from that moment."""
    async with open_world(folder / "before") as first:
        await prepare(first)
        at = first.clock.current_time
    found = []
    for number, act in enumerate(actions):
        copy = folder / f"world {number}"
        shutil.copytree(folder / "before", copy)
        async with open_world(copy, at) as one:
            found.append(await act(one))
    return found


async def fetch_releases(world: World) -> list[tuple[object, ...]]:
    """Every published table as it is stored, byte for byte."""
    return await world.fetch_rows("release")


def rows_of_team(team: Team, rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Those of the *tables* that are of one team."""
    return [row for row in rows if row[1] == f"team:{team.id}"]
