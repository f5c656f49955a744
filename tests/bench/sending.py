"""How long a real bot takes to send many check-ins, beside the least that the limits allow."""

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as local
from functools import partial
from pathlib import Path
from typing import Any

from bot.conversation import Address, Person
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Team
from bot.sandbox.process.loopback_server import free_port
from bot.store.repositories import Books
from bot.store.repositories.deliveries import Promise
from bot.store.store import Store
from tests.journeys.botprocess import PEPPER, ROOT, BotProcess

MONDAY = datetime(2026, 6, 29, 13, 0, 30, tzinfo=UTC)
"""When the bot's clock starts: in working hours, so that nobody's check-in waits for morning."""

SETTLED = 100
"""Messages after which memory is measured for the first time: everything is loaded by then."""


@dataclass(frozen=True)
class Load:
    """So many check-ins over so many workspaces, each kept to so many a second."""

    messages: int
    workspaces: int
    a_second: float

    @property
    def least(self) -> float:
        """Seconds from the first to the last message at least, by the stand-in's limits."""
        each = self.messages / self.workspaces
        return (each - max(2.0, self.a_second / 2)) / self.a_second


def measured(load: Load, folder: Path, *, kill: bool = False) -> dict[str, Any]:
    """Send a load with a real bot, killed and started again half-way if so told."""
    with stand_in(load.a_second) as api:
        bot = BotProcess(folder, api, extra={"PACE": str(load.a_second)})
        asyncio.run(owe(bot, load))
        bot.clock, begun = MONDAY.isoformat(), time.monotonic()
        bot.start()
        try:
            return _watched(bot, api, load, begun if kill else None)
        finally:
            bot.stop()


def _watched(bot: BotProcess, api: str, load: Load, begun: float | None) -> dict[str, Any]:
    at_first = at_last = 0.0
    while True:
        found = figures(api)
        if begun is not None and found["messages"] >= load.messages / 2:
            bot.kill()
            bot.clock = (MONDAY + timedelta(seconds=time.monotonic() - begun)).isoformat()
            bot.start()
            begun = None
        if found["messages"] >= SETTLED:
            at_last = max(at_last, _memory(bot))
            at_first = at_first or at_last
        if found["messages"] >= load.messages and _left(bot) == 0:
            break
        time.sleep(0.5)
    found |= {"least": load.least, "ratio": found["seconds"] / load.least}
    return found | {"growth_mb": at_last - at_first, "lost": load.messages - found["messages"]}


@contextmanager
def stand_in(a_second: float) -> Iterator[str]:
    """Run a quick Slack that takes *a_second* messages a workspace; gives its address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.stand_in", str(port), str(a_second)], cwd=ROOT
    )
    api = f"http://127.0.0.1:{port}/api/"
    try:
        for _ in range(200):
            try:
                figures(api)
            except OSError:
                time.sleep(0.1)
            else:
                break
        yield api
    finally:
        process.kill()
        process.wait()


def figures(api: str) -> dict[str, Any]:
    """What the stand-in has seen so far."""
    with urllib.request.urlopen(f"{api}_figures", timeout=30) as answer:  # noqa: S310 - loopback
        return dict(json.loads(answer.read()))


def _left(bot: BotProcess) -> int:
    """How many deliveries are still owed, by the bot's own `/readyz`."""
    with urllib.request.urlopen(f"{bot.door}/readyz", timeout=30) as answer:  # noqa: S310 - loopback
        return int(json.loads(answer.read())["deliveries"]["owed"])


def _memory(bot: BotProcess) -> float:
    """The bot's resident memory, in megabytes."""
    assert bot.process is not None
    status = Path(f"/proc/{bot.process.pid}/status").read_text(encoding="utf-8")
    line = next(one for one in status.splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def owe(bot: BotProcess, load: Load) -> None:
    """Let everybody have joined, and owe each a check-in now; their chats are known from before."""
    store = Store.open(f"sqlite:///{bot.database}", (PEPPER.encode(),))
    store.migrate()
    each = load.messages // load.workspaces
    for number in range(load.workspaces):
        await store.write(partial(_joined, number=number, each=each), patience=60)
    await store.close()


def _joined(books: Books, number: int, each: int) -> None:
    now, workspace = MONDAY, f"slack:T{number:03}"
    team = Team(
        id=f"team{number:03}",
        workspace=workspace,
        channel=f"C{number:03}",
        name="Bench",
        practice="",
        language="en",
        zone="UTC",
        checkin=WeeklyRule(1, local(9)),
        tip_days=(2,),
        tip_at=local(9),
        question="form",
        open_to_team=False,
    )
    books.teams.save(team)
    owed = []
    for one in range(each):
        person = Person(workspace, f"U{number:03}X{one:05}")
        books.people.join(person, team.id)
        books.ways.keep(Address(workspace, person.id), f"D{person.id[1:]}")
        late = now + timedelta(hours=30)
        owed.append(Promise(workspace, "checkin", person.id, "", "2026-W27", now, late, "square"))
    books.deliveries.promise(owed)
