"""Composition root: build the bot from its settings. The only module that imports every package."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.util import find_spec
from typing import Any

import handlers
from bot import adapters
from bot.admin.health_monitor import HealthMonitor
from bot.chat import http
from bot.clock import Clock
from bot.clock_endpoint import build_clock_route
from bot.duty_runner import DUTY_WAIT_TIMEOUT_SECONDS, DutyRunner
from bot.middleware import RequestMiddleware
from bot.routes import Routes
from bot.served_content import build_context, load_served_content
from bot.server import process_stop
from bot.server.monitoring_server import serve_monitoring
from bot.server.process_setup import prepare_process
from bot.server.web_server import open_listener, serve_requests
from bot.settings import Settings
from bot.state_log import StateLog
from bot.store.open_store import open_store
from bot.worker_options import PRODUCTION, WorkerOptions
from schedules import reseal_records
from schedules.delivery.sender import DeliverySender
from schedules.delivery.single_worker import SingleWorker
from schedules.delivery.worker import DeliveryWorker
from schedules.delivery.worker_timings import WorkerTimings
from schedules.ticker import TICK_INTERVAL_SECONDS, Ticker

logger = logging.getLogger("attune.app")


class Bot:
    """All components of one process, wired together; background tasks run within :meth:`lifespan`.

    *receives* adds webhook endpoints and Socket Mode, *runs_ticker* the scheduler and the delivery
    worker. With the latter alone, there may be several workers, and the holder of the duty lease
    runs the duties. Raises :class:`bot.errors.FaultyInputError` for a faulty workspaces file, and
    the exceptions of :func:`bot.store.open_store.open_store`.
    """

    _stop_deadline: float | None = None

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        receives: bool,
        runs_ticker: bool,
        options: WorkerOptions = PRODUCTION,
    ) -> None:
        """Open the store and build the components; start no background task."""
        store = open_store(settings, serves_requests=receives)
        content = load_served_content(settings)
        outbound_sides = adapters.build_outbound_sides(settings, store, content, receives=receives)
        outlets = {product: side.outlet for product, side in outbound_sides.items()}
        self.context = build_context(settings, store, clock, outlets, content)
        self.request_middleware = RequestMiddleware(self.context)
        self._delivery_wakeup, self._state_log = asyncio.Event(), StateLog(logger)
        self._runs_ticker, self._is_test = runs_ticker, settings.test_mode
        self.chat_adapters = adapters.create_adapters(outbound_sides, self._build_routes())
        max_rest_seconds = 0 if settings.test_mode else TICK_INTERVAL_SECONDS  # tests skip rests
        self.delivery_sender = DeliverySender(
            self.context,
            options.composers,
            settings.pace,
            max_rest_seconds=max_rest_seconds,
            reconcile_after=options.reconcile_after,
            composes_before_claim=not settings.uses_sqlite,
        )
        self.delivery_worker: DeliveryWorker = self.delivery_sender
        self.ticker = Ticker(self._on_tick, options.tick_interval_seconds)
        lease = store.worker_locks.create_duty_lease() if runs_ticker and not receives else None
        wake = self._delivery_wakeup.set
        self._duty_runner = DutyRunner(self.context, lease=lease, wake_delivery_worker=wake)
        self.health_monitor = HealthMonitor(
            self.context,
            self.chat_adapters,
            cache_seconds=options.health_check_seconds,
            has_started=lambda: not runs_ticker or self.ticker.seconds_since_tick is not None,
        )
        self.asgi = self._build_http_app(clock, receives=receives)

    def _build_http_app(self, clock: Clock, *, receives: bool) -> http.HttpApp:
        """Return the HTTP application; without webhook endpoints unless the process *receives*."""
        clock_route = build_clock_route(clock, self.next_due, self.run_duties_and_deliver)
        checks = (self.check_readiness, self.check_deployment)
        sources = http.MonitoringSources(*checks, self.render_metrics)
        asgi_routes = adapters.build_asgi_routes(self.chat_adapters) if receives else {}
        extra_routes = [clock_route] if self._is_test else []
        return http.build_http_app(asgi_routes, sources, extra_routes, self.lifespan)

    def _build_routes(self) -> Routes:
        """Return the routing tables, with every handler wrapped in the request middleware.

        Most forms and buttons may queue deliveries, so they wake the delivery worker afterwards.
        """
        middleware, wake = self.request_middleware, self._delivery_wakeup.set
        bind, bind_one = middleware.bind_handlers, middleware.bind_handler
        commands = {name: command.handle_request for name, command in handlers.COMMANDS.items()}
        return Routes(
            commands=bind(commands),
            keywords={
                name: command.build_keywords(*self.context.catalogues)
                for name, command in handlers.COMMANDS.items()
            },
            forms=bind(handlers.FORMS, wake, handlers.ROUTES_WITHOUT_DELIVERIES),
            buttons=bind(handlers.BUTTONS, wake, handlers.ROUTES_WITHOUT_DELIVERIES),
            shortcuts=bind(handlers.SHORTCUTS),
            home=bind_one(handlers.HOME_HANDLER),
            handle_unknown_route=bind_one(handlers.UNKNOWN_ROUTE_HANDLER),
            report_unexpected_error=bind_one(middleware.report_unexpected_error),
            report_unshown_reply=bind_one(middleware.report_unshown_reply),
            handle_event=middleware.bind_event_handler(handlers.EVENT_HANDLER),
            resolve_language=middleware.resolve_language,
        )

    async def run_duties_and_deliver(self) -> None:
        """Run one tick without a timeout: await every duty, then the sending of all due deliveries.

        For tests and the clock endpoint. Exceptions are logged, not raised.
        """
        await self._duty_runner.run_duties()
        if self._duty_runner.may_send:
            await self._run_safely("send_deliveries", self.delivery_sender.send_all_due())

    async def _on_tick(self) -> None:
        """Run a tick of the scheduler: the duties, each with a timeout; wake the delivery worker.

        The tick does not await the messages, which may take most of an hour.
        """
        await self._duty_runner.run_duties(DUTY_WAIT_TIMEOUT_SECONDS)
        self._delivery_wakeup.set()

    async def next_due(self, after: datetime | None = None) -> datetime | None:
        """Return the earliest instant (later than *after*) at which a duty is due, or ``None``."""
        return await self._duty_runner.next_due(after)

    async def check_readiness(self) -> dict[str, Any]:
        """Return the JSON object of ``/readyz``: whether this process can handle requests."""
        return await self.health_monitor.check_readiness()

    async def check_deployment(self) -> dict[str, Any]:
        """Return the JSON object of ``/servez``: whether the deployment works as a whole."""
        return await self.health_monitor.check_deployment()

    async def render_metrics(self) -> str:
        """Return the response body of ``/metrics`` in Prometheus' text format: no personal data."""
        return await self.health_monitor.render_metrics()

    @asynccontextmanager
    async def lifespan(self, _app: object = None) -> AsyncIterator[None]:
        """ASGI lifespan: start adapters, background tasks and scheduler; shut down on exit."""
        for adapter in self.chat_adapters.values():
            await adapter.start()
        loops = (self._deliver_on_wakeup(), self._monitor_health())
        tasks = [asyncio.create_task(loop) for loop in loops]
        if self._runs_ticker and not self._is_test:  # a test's clock is not real time
            tasks.append(asyncio.create_task(reseal_records.write_covers_forever(self.context)))
        if self._runs_ticker:
            resuming = adapters.resume_workspaces(self.context.store, self.chat_adapters)
            await self._run_safely("resume", resuming)
            self.ticker.start()
        try:
            yield
        finally:
            self.begin_stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._stop_services()

    def begin_stop(self) -> None:
        """Begin the graceful shutdown: start no further duty or message. Idempotent.

        Requests and messages in flight continue; the tasks of running duties are cancelled.
        """
        if self._stop_deadline is None:
            loop_time = asyncio.get_running_loop().time()
            self._stop_deadline = loop_time + process_stop.SHUTDOWN_GRACE_SECONDS
        self.ticker.stop()
        self._duty_runner.begin_stop()
        self.delivery_worker.begin_stop()

    async def _stop_services(self) -> None:
        """Await the running tasks until the deadline, then stop the adapters and close the store.

        A send that the deadline cancels leaves its delivery without a result, as a crash does, for
        the reconciler of the next start.
        """
        deadline, reserve = self._stop_deadline or 0.0, process_stop.CLOSE_RESERVE_SECONDS
        await process_stop.await_until_deadline(deadline - reserve, self._finish_tasks())
        for adapter in self.chat_adapters.values():
            await process_stop.await_until_deadline(deadline, adapter.stop())
        await self.context.store.close()

    async def _finish_tasks(self) -> None:
        """Await the messages in flight, release the leases, then await all background tasks."""
        await self.delivery_worker.stop()
        await self._duty_runner.stop()
        await self.request_middleware.wait_for_profile_lookups()
        for adapter in self.chat_adapters.values():
            await adapter.wait_for_background_tasks()
        await self.context.wait_for_background_tasks()

    async def _deliver_on_wakeup(self) -> None:
        """Start the delivery worker at each wake-up event, once a restored database is settled."""
        while True:
            await self._delivery_wakeup.wait()
            self._delivery_wakeup.clear()
            if self._runs_ticker and self._duty_runner.may_send:
                await self._run_safely("send_deliveries", self.delivery_worker.trigger_sending())

    async def _monitor_health(self) -> None:
        """Run the health monitor's loop; restart it after an exception, a tick interval later."""
        while True:
            await self._run_safely("monitor_health", self.health_monitor.run_forever())
            await asyncio.sleep(TICK_INTERVAL_SECONDS)

    async def _run_safely(self, name: str, operation: Awaitable[int | None]) -> None:
        """Await *operation*; log an exception as ``duty.failed`` of *name*, and do not raise it."""
        try:
            await operation
        except Exception as error:  # noqa: BLE001 - the next attempt still runs
            self._state_log.report_fault("duty.failed", error, subject=name)
        else:
            self._state_log.report_recovery("duty.failed", subject=name)


async def run_web(settings: Settings, on_listening: Callable[[], None] = lambda: None) -> None:
    """Run a web process until SIGTERM or SIGINT: serve HTTP requests and Socket Mode.

    On SQLite and in test mode it also runs the scheduler and the delivery worker. *on_listening* is
    called once the listener accepts connections. Raises :class:`bot.server.web_server.ListenError`
    if the address cannot be bound, and as :class:`Bot`.
    """
    runs_ticker = settings.uses_sqlite or settings.test_mode
    bot = Bot(settings, Clock(settings.test_clock), receives=True, runs_ticker=runs_ticker)
    listener = open_listener(settings.host, settings.port)
    prepare_process()
    await serve_requests(bot.asgi, listener, bot.begin_stop, on_listening)


async def run_worker(settings: Settings, options: WorkerOptions = PRODUCTION) -> None:
    """Run a worker process until SIGTERM or SIGINT: the scheduler and the delivery worker.

    Needs PostgreSQL. With the extra ``scale``, several workers share one queue of deliveries.
    Health checks and metrics are served on ``WORKER_PORT``. Raises as :func:`run_web`.
    """
    listener = open_listener(settings.host, settings.worker_port)
    bot = Bot(settings, Clock(), receives=False, runs_ticker=True, options=options)
    bot.delivery_worker = (
        _build_queue_worker(bot, settings, options.timings)
        if is_scale_extra_installed()
        else SingleWorker(bot.delivery_sender, bot.context.store)
    )
    stop_event = asyncio.Event()

    def begin_stop() -> None:
        bot.begin_stop()
        stop_event.set()

    process_stop.ProcessStop(begin_stop).install_handlers()
    prepare_process()
    async with bot.lifespan(), serve_monitoring(bot.asgi, listener):
        await stop_event.wait()


def is_scale_extra_installed() -> bool:
    """Return whether the package ``dbos`` of the extra ``scale`` is installed; imports nothing."""
    return find_spec("dbos") is not None


def _build_queue_worker(bot: Bot, settings: Settings, timings: WorkerTimings) -> DeliveryWorker:
    """Return the delivery worker that shares the queue of due deliveries by DBOS workflows."""
    from schedules.delivery.shared_queue_worker import SharedQueueWorker  # noqa: PLC0415 - an optional dependency

    return SharedQueueWorker(
        bot.delivery_sender, bot.context.store, settings.database_url.get_secret_value(), timings
    )
