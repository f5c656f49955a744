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
from bot.admin.doctor import MicrosoftCheck, SlackCheck
from bot.admin.metrics import Metrics
from bot.chat import http, slack
from bot.clock import Clock
from bot.clock_endpoint import build_clock_route
from bot.content import catalogue
from bot.context import Context
from bot.conversation import Outlet, Routes
from bot.logs import log_error
from bot.middleware import RequestMiddleware
from bot.settings import Settings
from bot.store.store import Store
from schedules.clock import TICK_SECONDS, Ticker
from schedules.delivery.sender import DeliverySender
from schedules.delivery.single_worker import SingleWorker

logger = logging.getLogger("attune.app")

_MAX_TICK_AGE_SECONDS = 180.0
"""Seconds after the last tick when the bot stops calling itself ready: three missed ticks."""


class DeliveryWorker(Protocol):
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

    def __init__(
        self, settings: Settings, clock: Clock, *, receives: bool, runs_ticker: bool
    ) -> None:
        """Wire the rooms of a process that *receives* requests, *ticks*, or both."""
        outlets: dict[str, Outlet] = {}
        store = Store.open(settings.database_url.get_secret_value(), settings.peppers)
        self.context = Context(
            store, catalogue.load_catalogue(settings.cards_folder), clock, outlets
        )
        self.request_middleware = RequestMiddleware(self.context)
        self._delivery_wakeup = asyncio.Event()
        self._runs_ticker = runs_ticker
        self.chat_adapters = adapters.build_adapters(
            settings, self._build_routes(), self.context, receives=receives
        )
        outlets.update((name, room.outlet) for name, room in self.chat_adapters.items())
        sits_out = (
            0 if settings.test_mode else TICK_SECONDS
        )  # whoever walks a clock waits for no rest
        self.delivery_sender = DeliverySender(
            self.context, schedules.COMPOSERS, settings.pace, max_rest_seconds=sits_out
        )
        self.delivery_worker: DeliveryWorker = self.delivery_sender
        self.ticker = Ticker(self._on_tick)
        self._duties_lock = asyncio.Lock()
        self.delivery_metrics = Metrics(self.context)
        extra = (
            [build_clock_route(clock, self.next_due, self.run_duties_and_deliver)]
            if settings.test_mode
            else []
        )
        doors = adapters.asgi_routes(self.chat_adapters)
        self.asgi = http.build_http_app(
            doors, self.check_readiness, self.render_metrics, extra, self.lifespan
        )

    def _build_routes(self) -> Routes:
        bind, wake = self.request_middleware.bind_handlers, self._delivery_wakeup.set
        return Routes(
            commands=bind({name: one.handle_request for name, one in handlers.COMMANDS.items()}),
            keywords={
                name: one.accepted_words(self.context.catalogue)
                for name, one in handlers.COMMANDS.items()
            },
            forms=bind(handlers.FORMS, wake),
            buttons=bind(handlers.BUTTONS, wake),
            shortcuts=bind(handlers.SHORTCUTS),
            home=self.request_middleware.bind_handler(handlers.HOME_HANDLER),
            report_unexpected_error=self.request_middleware.bind_handler(
                self.request_middleware.report_unexpected_error
            ),
            handle_event=self.request_middleware.bind_event_handler(handlers.EVENT_HANDLER),
            resolve_language=self.request_middleware.resolve_language,
        )

    async def run_duties_and_deliver(self) -> None:
        """Let what has fallen due reach people, and wait until it has; for tests and walks."""
        await self._run_duties()
        await _run_safely("drain", self.delivery_sender.send_all_due())

    async def _on_tick(self) -> None:
        """Let what has fallen due go out: a large workspace may take most of an hour."""
        await self._run_duties()
        self._delivery_wakeup.set()

    async def _run_duties(self) -> None:
        """Do every duty; the failure of one stops no other."""
        async with self._duties_lock:
            for name, duty in schedules.TIMETABLE.items():
                await _run_safely(name, duty.run(self.context))

    async def next_due(self) -> datetime | None:
        """The next instant at which something falls due for somebody."""
        found = [await duty.next_due(self.context) for duty in schedules.TIMETABLE.values()]
        return min((one for one in found if one), default=None)

    async def check_readiness(self) -> dict[str, Any]:
        """Whether people can be served: store reached, migrations current, last tick fresh."""
        reached, workers = True, 0
        try:
            current = await asyncio.to_thread(self.context.store.is_schema_current)
            workers = len(await asyncio.to_thread(self.context.store.list_live_workers))
        except Exception as error:  # noqa: BLE001 - whatever the database says, it is not ready
            log_error(logger, "app.database_unreached", error)
            reached = current = False
        age = self.ticker.seconds_since_tick
        fresh = not self._runs_ticker or (age is not None and age < _MAX_TICK_AGE_SECONDS)
        return {
            "ready": reached and current and fresh,
            "database": reached,
            "migrations": current,
            "tick_seconds": None if age is None else round(age),
            "workers": workers,
            "deliveries": await self.delivery_metrics.delivery_counts() if current else {},
        }

    async def render_metrics(self) -> str:
        """What a monitor reads: counts of deliveries and workspaces, and nobody in them."""
        return await self.delivery_metrics.render_prometheus(self.ticker.seconds_since_tick)

    @asynccontextmanager
    async def lifespan(self, _app: object = None) -> AsyncIterator[None]:
        """Serve people for as long as the context is open, then finish what was begun."""
        for room in self.chat_adapters.values():
            await room.start()
        hands = asyncio.create_task(self._deliver_on_wakeup())
        if self._runs_ticker:
            await _run_safely("resume", self._resume_suspended_workspaces())
            self.ticker.start()
        try:
            yield
        finally:
            self.ticker.stop()
            hands.cancel()
            with suppress(asyncio.CancelledError):
                await hands
            await self.delivery_worker.stop()
            await self.request_middleware.wait_for_profile_lookups()
            for room in self.chat_adapters.values():
                await room.stop()
            await self.context.store.close()

    async def _resume_suspended_workspaces(self) -> None:
        """Try again who refused us before: whoever starts the bot may have set a new token."""
        await self.context.store.write(lambda repos: repos.workspaces.resume_all())

    async def _deliver_on_wakeup(self) -> None:
        """Send what the minute, a form or a button has just promised."""
        while True:
            await self._delivery_wakeup.wait()
            self._delivery_wakeup.clear()
            if self._runs_ticker:
                await _run_safely("drain", self.delivery_worker.start())


async def _run_safely(name: str, operation: Awaitable[int | None]) -> None:
    try:
        await operation
    except Exception as error:  # noqa: BLE001 - the next duty and the next tick still run
        log_error(logger, "duty.failed", error, duty=name)


async def run_web(settings: Settings, on_listening: Callable[[], None] = lambda: None) -> None:
    """Receive requests; on SQLite, or in test mode, also tick and hand out.

    Raises ``OSError`` when the address cannot be listened on.
    """
    ticks = settings.uses_sqlite or settings.test_mode
    bot = Bot(settings, Clock(settings.test_clock), receives=True, runs_ticker=ticks)
    listening = socket.create_server((settings.host, settings.port))
    config = uvicorn.Config(
        bot.asgi, log_config=None, access_log=False, server_header=False, lifespan="on"
    )
    on_listening()
    _freeze_garbage_collector()
    await uvicorn.Server(config).serve(sockets=[listening])


async def run_worker(settings: Settings, stop_event: asyncio.Event) -> None:
    """Tick and hand out until *stop* is set, where several processes share a PostgreSQL."""
    bot = Bot(settings, Clock(), receives=False, runs_ticker=True)
    bot.delivery_worker = (
        _build_shared_workers(bot, settings)
        if is_scale_extra_installed()
        else SingleWorker(bot.delivery_sender, bot.context.store)
    )
    _freeze_garbage_collector()
    async with bot.lifespan():
        await stop_event.wait()


def _freeze_garbage_collector() -> None:
    """Spare people the pauses in which Python looks through all that is loaded for good.

    The catalogues and libraries never become garbage, yet to look through them took an eighth
    of a second every few seconds while messages were sent, in the middle of somebody's answer.
    """
    gc.collect()
    gc.freeze()


def is_scale_extra_installed() -> bool:
    """Whether what lets several workers share is installed: the extra ``scale``."""
    return find_spec("dbos") is not None


def _build_shared_workers(bot: Bot, settings: Settings) -> DeliveryWorker:
    from schedules.delivery.shared_workers import SharedWorkers  # noqa: PLC0415 - it is not installed everywhere

    return SharedWorkers(
        bot.delivery_sender, bot.context.store, settings.database_url.get_secret_value()
    )


async def apply_teams(
    settings: Settings, path: Path, track_progress: team_admin.ProgressTracker = iter
) -> team_admin.ApplyResult:
    """Declare the teams of the file at *path*; see :func:`bot.admin.apply_teams`."""
    store = Store.open(settings.database_url.get_secret_value(), settings.peppers)
    context = Context(store, catalogue.load_catalogue(), Clock(settings.test_clock), {})
    try:
        return await team_admin.apply_teams(
            context, path, test_mode=settings.test_mode, track_progress=track_progress
        )
    finally:
        await store.close()


async def check_microsoft(settings: Settings) -> MicrosoftCheck:
    """Ask Microsoft for its keys and a token, for the operator's check-up."""
    found = await adapters.fetch_teams_account(settings)
    return MicrosoftCheck(found.has_signing_keys, found.has_token)


async def check_slack(settings: Settings) -> SlackCheck:
    """Ask Slack who the bot is, for the operator's check-up."""
    store = Store.open(settings.database_url.get_secret_value(), settings.peppers)
    try:
        found = await slack.check_account(adapters.build_slack_access(settings, store))
    finally:
        await store.close()
    return SlackCheck(found.error_code, found.workspace_name, found.scopes, found.server_time)
