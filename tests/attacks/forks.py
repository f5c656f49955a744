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
from bot.context import Desk
from bot.conversation import Later, Person, Reply
from bot.domain.people import Team
from bot.store.schema import metadata
from bot.store.store import Store
from handlers import BUTTONS, COMMANDS, FORMS, HOME
from schedules import close_periods
from tests.doubles import PEPPERS, Moment, Pigeonholes
from tests.sample_team import Chosen, request

T = TypeVar("T")
_ACTS = count()


@dataclass
class World:
    """One of the worlds: a desk with a database of its own, and its clock."""

    desk: Desk
    clock: Moment
    folder: Path

    async def files(self, *people: Person, form: str = "away") -> None:
        """Let each of *people* send the debrief form off, one after the other."""
        for who in people:
            await self.sends("debrief", who, {"form": form, "status": "working"})

    async def sends(self, form: str, who: Person, answers: Chosen, data: str = "") -> Reply:
        """Let somebody send a form off."""
        key = f"act {next(_ACTS)}"
        return await FORMS[form](request(who, answers=answers, key=key, data=data), self.desk)

    async def presses(self, button: str, who: Person) -> Reply:
        """Let somebody press a button."""
        return await BUTTONS[button](request(who, key=f"act {next(_ACTS)}"), self.desk)

    async def asks(self, command: str, who: Person) -> Reply:
        """Let somebody type a command, and wait until all is said."""
        reply = await COMMANDS[command].handler(request(who), self.desk)
        while isinstance(reply, Later):
            reply = await reply.work()
        return reply

    async def home(self, who: Person) -> Reply:
        """Let somebody look at their own page."""
        return await HOME(request(who), self.desk)

    async def agrees(self, who: Person) -> None:
        """Let somebody give the agreement on reading counts."""
        await self.sends("agreement", who, {})

    async def close(self) -> int:
        """Walk on to the end of the period, and let the schedule close it."""
        due = await close_periods.next_due(self.desk)
        assert due
        self.clock.at = due
        return await close_periods.run(self.desk)

    async def kept(self, *but: str) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table, sorted, but for some tables."""
        names = [name for name in metadata.tables if name not in but]
        return {name: await self.rows(name) for name in names}

    async def rows(self, name: str) -> list[tuple[object, ...]]:
        """Every row of a table, sorted."""
        asked = select(metadata.tables[name])
        found = await self.desk.store.read(lambda books: list(books._connection.execute(asked)))
        return sorted((tuple(row) for row in found), key=repr)


@asynccontextmanager
async def world(
    folder: Path, at: datetime | None = None, peppers: tuple[bytes, ...] = PEPPERS
) -> AsyncIterator[World]:
    """A bot on the database in *folder*, from the moment *at* on; what it keeps stays there."""
    store = Store.open(f"sqlite:///{folder}/attune.sqlite", peppers)
    store.migrate()
    clock = Moment(at) if at else Moment()
    desk = Desk(store, catalogue.load(), clock, {"slack": Pigeonholes()})
    try:
        yield World(desk, clock, folder)
    finally:
        await store.close()


async def forked(
    folder: Path,
    before: Callable[[World], Awaitable[None]],
    *acts: Callable[[World], Awaitable[T]],
) -> list[T]:
    """Do *before* once, then each of *acts* in a copy of what there was, from that moment."""
    async with world(folder / "before") as first:
        await before(first)
        at = first.clock.at
    found = []
    for number, act in enumerate(acts):
        copy = folder / f"world {number}"
        shutil.copytree(folder / "before", copy)
        async with world(copy, at) as one:
            found.append(await act(one))
    return found


async def told(one: World) -> list[tuple[object, ...]]:
    """Every published table as it is stored, byte for byte."""
    return await one.rows("release")


def of(team: Team, tables: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Those of the *tables* that are of one team."""
    return [row for row in tables if row[1] == f"team:{team.id}"]
