"""How much memory it takes to promise a check-in to 100,000 people who are due at once."""

import asyncio
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from datetime import time as local
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.content import catalogue
from bot.context import Desk
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Team
from bot.store.repositories import Books
from bot.store.repositories.deliveries import Deliveries, Promise
from bot.store.schema import people
from bot.store.store import Store
from schedules import weekly_checkin

MONDAY = datetime(2026, 6, 29, 13, 0, 30, tzinfo=UTC)
"""Half a minute past nine in Toronto."""


def measured(number: int) -> dict[str, Any]:
    """Plan for so many, and give the growth in megabytes and the rows of the largest write.

    In a process of its own: memory that another measure let go would be used again unseen.
    """
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:
        return alone.submit(_measured, number).result()


def _measured(number: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_planned(number, Path(folder)))


async def _planned(number: int, folder: Path) -> dict[str, Any]:
    store = Store.open(f"sqlite:///{folder}/attune.sqlite", ())
    store.migrate()
    await store.write(lambda books: _everybody(books, number), patience=600)
    desk = Desk(store, catalogue.load(), lambda: MONDAY, {})
    written: list[int] = []
    for name in ("promise", "ask"):
        setattr(Deliveries, name, _counting(getattr(Deliveries, name), written))
    await weekly_checkin.next_due(desk)
    before = _peak()
    planned = await weekly_checkin.run(desk)
    growth = _peak() - before
    again = await weekly_checkin.run(desk)
    await store.close()
    return {"planned": planned, "again": again, "growth_mb": growth, "rows": max(written)}


def _counting(
    ordinary: Callable[[Deliveries, Iterable[Promise]], int], written: list[int]
) -> Callable[[Deliveries, Iterable[Promise]], int]:
    def counted(book: Deliveries, promises: Iterable[Promise]) -> int:
        rows = list(promises)
        written.append(len(rows))
        return ordinary(book, rows)

    return counted


def _peak() -> float:
    """The most memory this process ever had, in megabytes; getrusage would add its parent's."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(one for one in lines if one.startswith("VmHWM")).split()[1]) / 1024


def _everybody(books: Books, number: int) -> None:
    rule = WeeklyRule(1, local(9))
    team = Team(
        id="team",
        workspace="slack:T0",
        channel="C0",
        name="Bench",
        practice="",
        language="en",
        zone="America/Toronto",
        checkin=rule,
        tip_days=(2,),
        tip_at=local(9),
        question="form",
        open_to_team=False,
    )
    books.teams.save(team)
    row = {"workspace": "slack:T0", "joined": True, "home_team": "team"}
    for start in range(0, number, 1000):
        rows = [{**row, "id": f"U{one:06}"} for one in range(start, min(start + 1000, number))]
        books._connection.execute(insert(people), rows)
