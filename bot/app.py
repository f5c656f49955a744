"""The composition root: settings in, a running bot out. The one file that knows every room."""

import asyncio
import gc
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import uvicorn

import handlers
import schedules
from bot import adapters
from bot.admin import apply_teams as team_admin
from bot.admin.doctor import Greeting, Reached
from bot.admin.metrics import Watch
from bot.chat import http, slack
from bot.clock import Clock
from bot.clock_endpoint import clock_route
from bot.content import catalogue
from bot.context import Desk
from bot.conversation import Outlet, Routes
from bot.logs import trouble
from bot.middleware import Front
from bot.settings import Settings
from bot.store.store import Store
from schedules.clock import TICK, Ticker
from schedules.delivery.sender import Drain
from schedules.delivery.single_worker import Alone

logger = logging.getLogger("attune.app")

_STALE = 180.0
"""Seconds after the last tick when the bot stops calling itself ready: three missed ticks."""


class Hands(Protocol):
    """What hands out what is owed: by itself, or together with other processes."""

    async def start(self) -> None:
        """Begin with whatever is owed now, and wait for none of it."""

    async def stop(self) -> None:
        """Begin no further message, and wait until what was begun has ended."""


class Bot:
    """Everything that serves the people of a practice, wired together and not yet running.

    ``desk`` lies to hand for tests and the operator; ``asgi`` is the HTTP door. ``ticks``
    says whether this process also looks at the clock and hands out what is owed.
    """

    def __init__(self, settings: Settings, clock: Clock, *, receives: bool, ticks: bool) -> None:
        """Wire the rooms of a process that *receives* requests, *ticks*, or both."""
        outlets: dict[str, Outlet] = {}
        store = Store.open(settings.database_url.get_secret_value(), settings.peppers)
        self.desk = Desk(store, catalogue.load(settings.cards_folder), clock, outlets)
        self.front = Front(self.desk)
        self._wake = asyncio.Event()
        self._ticks = ticks
        self.rooms = adapters.rooms(settings, self._routes(), self.desk, receives=receives)
        outlets.update((name, room.outlet) for name, room in self.rooms.items())
        sits_out = 0 if settings.test_mode else TICK  # whoever walks a clock waits for no rest
        self.drain = Drain(self.desk, schedules.COMPOSERS, settings.pace, sits_out=sits_out)
        self.hands: Hands = self.drain
        self.ticker = Ticker(self._minute)
        self._turn = asyncio.Lock()
        self.watch = Watch(self.desk)
        extra = [clock_route(clock, self.next_due, self.tick)] if settings.test_mode else []
        doors = adapters.doors(self.rooms)
        self.asgi = http.door(doors, self.ready, self.metrics, extra, self.running)

    def _routes(self) -> Routes:
        bind, wake = self.front.bind_all, self._wake.set
        return Routes(
            commands=bind({name: one.handler for name, one in handlers.COMMANDS.items()}),
            keywords={
                name: one.words(self.desk.catalogue) for name, one in handlers.COMMANDS.items()
            },
            forms=bind(handlers.FORMS, wake),
            buttons=bind(handlers.BUTTONS, wake),
            shortcuts=bind(handlers.SHORTCUTS),
            home=self.front.bind(handlers.HOME),
            unexpected=self.front.bind(self.front.unexpected),
            news=self.front.hear(handlers.NEWS),
            language=self.front.language,
        )

    async def tick(self) -> None:
        """Let what has fallen due reach people, and wait until it has; for tests and walks."""
        await self._fall_due()
        await _safely("drain", self.drain.empty())

    async def _minute(self) -> None:
        """Let what has fallen due go out: a large workspace may take most of an hour."""
        await self._fall_due()
        self._wake.set()

    async def _fall_due(self) -> None:
        """Do every duty; the failure of one stops no other."""
        async with self._turn:
            for name, duty in schedules.TIMETABLE.items():
                await _safely(name, duty.run(self.desk))

    async def next_due(self) -> datetime | None:
        """The next instant at which something falls due for somebody."""
        found = [await duty.next_due(self.desk) for duty in schedules.TIMETABLE.values()]
        return min((one for one in found if one), default=None)

    async def ready(self) -> dict[str, Any]:
        """Whether people can be served: store reached, migrations current, last tick fresh."""
        reached, workers = True, 0
        try:
            current = await asyncio.to_thread(self.desk.store.current)
            workers = len(await asyncio.to_thread(self.desk.store.workers))
        except Exception as error:  # noqa: BLE001 - whatever the database says, it is not ready
            trouble(logger, "app.database_unreached", error)
            reached = current = False
        age = self.ticker.age
        fresh = not self._ticks or (age is not None and age < _STALE)
        return {
            "ready": reached and current and fresh,
            "database": reached,
            "migrations": current,
            "tick_seconds": None if age is None else round(age),
            "workers": workers,
            "deliveries": await self.watch.deliveries() if current else {},
        }

    async def metrics(self) -> str:
        """What a monitor reads: counts of deliveries and workspaces, and nobody in them."""
        return await self.watch.metrics(self.ticker.age)

    @asynccontextmanager
    async def running(self, _app: object = None) -> AsyncIterator[None]:
        """Serve people for as long as the context is open, then finish what was begun."""
        for room in self.rooms.values():
            await room.start()
        hands = asyncio.create_task(self._hand_out())
        if self._ticks:
            await _safely("resume", self._resume())
            self.ticker.start()
        try:
            yield
        finally:
            self.ticker.stop()
            hands.cancel()
            with suppress(asyncio.CancelledError):
                await hands
            await self.hands.stop()
            await self.front.settle()
            for room in self.rooms.values():
                await room.stop()
            await self.desk.store.close()

    async def _resume(self) -> None:
        """Try again who refused us before: whoever starts the bot may have set a new token."""
        await self.desk.store.write(lambda books: books.workspaces.resume_all())

    async def _hand_out(self) -> None:
        """Send what the minute, a form or a button has just promised."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._ticks:
                await _safely("drain", self.hands.start())


async def _safely(name: str, work: Awaitable[int | None]) -> None:
    try:
        await work
    except Exception as error:  # noqa: BLE001 - the next duty and the next tick still run
        trouble(logger, "duty.failed", error, duty=name)


async def web(settings: Settings, announce: Callable[[], None] = lambda: None) -> None:
    """Receive requests; on SQLite, or in test mode, also tick and hand out.

    Raises ``OSError`` when the address cannot be listened on.
    """
    ticks = settings.on_sqlite or settings.test_mode
    bot = Bot(settings, Clock(settings.test_clock), receives=True, ticks=ticks)
    listening = socket.create_server((settings.host, settings.port))
    config = uvicorn.Config(
        bot.asgi, log_config=None, access_log=False, server_header=False, lifespan="on"
    )
    announce()
    _settle()
    await uvicorn.Server(config).serve(sockets=[listening])


async def worker(settings: Settings, stop: asyncio.Event) -> None:
    """Tick and hand out until *stop* is set, where several processes share a PostgreSQL."""
    bot = Bot(settings, Clock(), receives=False, ticks=True)
    bot.hands = _together(bot, settings) if may_share() else Alone(bot.drain, bot.desk.store)
    _settle()
    async with bot.running():
        await stop.wait()


def _settle() -> None:
    """Spare people the pauses in which Python looks through all that is loaded for good.

    The catalogues and libraries never become garbage, yet to look through them took an eighth
    of a second every few seconds while messages were sent, in the middle of somebody's answer.
    """
    gc.collect()
    gc.freeze()


def may_share() -> bool:
    """Whether what lets several workers share is installed: the extra ``scale``."""
    return find_spec("dbos") is not None


def _together(bot: Bot, settings: Settings) -> Hands:
    from schedules.delivery.shared_workers import Shared  # noqa: PLC0415 - it is not installed everywhere

    return Shared(bot.drain, bot.desk.store, settings.database_url.get_secret_value())


async def apply_teams(
    settings: Settings, path: Path, shown: team_admin.Shown = iter
) -> team_admin.Applied:
    """Declare the teams of the file at *path*; see :func:`bot.admin.apply_teams`."""
    store = Store.open(settings.database_url.get_secret_value(), settings.peppers)
    desk = Desk(store, catalogue.load(), Clock(settings.test_clock), {})
    try:
        return await team_admin.apply_teams(desk, path, test_mode=settings.test_mode, shown=shown)
    finally:
        await store.close()


async def reach(settings: Settings) -> Reached:
    """Ask Microsoft for its keys and a token, for the operator's check-up."""
    found = await adapters.teams_account(settings)
    return Reached(found.keys, found.token)


async def greet(settings: Settings) -> Greeting:
    """Ask Slack who the bot is, for the operator's check-up."""
    store = Store.open(settings.database_url.get_secret_value(), settings.peppers)
    try:
        found = await slack.account(adapters.slack_access(settings, store))
    finally:
        await store.close()
    return Greeting(found.error, found.workspace, found.scopes, found.clock)
