"""One simulation: clinics install, all check-ins fall due in a minute twice, all periods close."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.calendar import iso_week
from bot.sandbox.process.loopback_server import free_port
from tests.growth.deployment import Deployment, DeploymentSize, run_stand_in
from tests.growth.installing import install_clinics
from tests.growth.population import CHECKINS_AT, CLOSES_AT, STARTS_AT, Population
from tests.growth.rounds import summarize_round
from tests.growth.seeding import create_tables, seed_clinics, skip_profile_turns
from tests.growth.shared_clock import SharedClock
from tests.growth.slack_state import HANGING, LIMITED
from tests.growth.traffic import Traffic
from tests.growth.usage import STAND_IN, UsageMeter

_AFTER_FAULTS = timedelta(minutes=30)
"""Time by which the clock moves once faults have ended: every backoff is shorter."""


@dataclass(frozen=True)
class Plan:
    """How large a simulation is, and how long its phases last.

    ``max_phase_seconds`` ends a phase that has not come to its end, which the figures then say.
    """

    population: Population
    size: DeploymentSize = field(default_factory=DeploymentSize)
    idle_seconds: float = 70.0
    requests_per_second: float = 10.0
    max_phase_seconds: float = 1800.0


class Simulation:
    """The phases over one deployment; ``figures`` grow with each, and are JSON."""

    def __init__(
        self, plan: Plan, deployment: Deployment, meter: UsageMeter, report: Callable[[str], None]
    ) -> None:
        """Measure *deployment*; *report* is called with each step."""
        self._plan = plan
        self._deployment = deployment
        self._meter = meter
        self._report = report
        self._traffic = Traffic(deployment.web_ports, plan.population, plan.requests_per_second)
        self.figures: dict[str, Any] = {}

    async def seed(self) -> None:
        """Insert all clinics beside the processes, which have nothing to do yet."""
        started_at, deployment = time.monotonic(), self._deployment
        await seed_clinics(
            deployment.url, deployment.keys_folder, self._plan.population, self._report
        )
        self.figures["seeding_seconds"] = time.monotonic() - started_at

    async def install_all(self) -> None:
        """Install the app in every clinic through the bot's pages."""
        usage = self._meter.begin_phase()
        places = self._plan.population.places
        web_url = f"http://127.0.0.1:{self._deployment.web_ports[0]}"
        seconds = await asyncio.to_thread(install_clinics, web_url, places, self._report)
        self._meter.end_phase()
        self.figures["installing"] = {"seconds": seconds, **usage.summarize()}

    async def rest(self, name: str) -> None:
        """Measure what the processes use while nothing is due and nobody asks anything."""
        self._report(f"{name}: idle, without requests")
        usage = self._meter.begin_phase()
        await asyncio.sleep(self._plan.idle_seconds)
        self._meter.end_phase()
        self.figures[name] = usage.summarize()

    @asynccontextmanager
    async def answer_requests(self) -> AsyncIterator[None]:
        """Send requests while the block runs."""
        self._report("requests: looking up profiles")
        await self._traffic.warm_up()
        task = asyncio.create_task(self._traffic.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def answer_idle(self) -> None:
        """Measure answers while nothing is due."""
        self._report("idle, with requests")
        answers, usage = self._traffic.begin_phase(), self._meter.begin_phase()
        await asyncio.sleep(self._plan.idle_seconds)
        self._meter.end_phase()
        self.figures["idle"] = {"answers": answers.summarize(), **usage.summarize()}

    async def send_checkins(self, name: str, instant: datetime, faults: dict[str, str]) -> None:
        """Let all check-ins fall due at *instant*; two clinics may have *faults* until all end."""
        deployment = self._deployment
        await skip_profile_turns(deployment.url, deployment.keys_folder, instant)
        week = iso_week(instant.date())
        deployment.control_slack("begin_round", faults)
        answers, usage = self._traffic.begin_phase(), self._meter.begin_phase()
        deployment.clock.move_to(instant)
        is_complete = await self._wait_until(name, lambda: self._count_missing(frozenset(faults)))
        self._meter.end_phase()
        slack_figures = await asyncio.to_thread(deployment.control_slack, "figures")
        clinics = slack_figures["clinics"]
        figures = summarize_round(
            clinics, self._plan.population, deployment.size.pace, frozenset(faults)
        )
        self.figures[name] = {
            "is_complete": is_complete,
            **figures,
            "answers": answers.summarize(),
            **usage.summarize(),
            "faulty": {place: clinics.get(place) for place in faults},
        }
        if faults:
            deployment.control_slack("end_faults")
            await asyncio.sleep(1)  # the runs that were interrupted end, and plan their probes
            deployment.clock.move_to(deployment.clock() + _AFTER_FAULTS)
        await self._wait_until(f"{name}, results", lambda: self._count_undelivered(week))
        self.figures[name]["rows"] = self._count_rows(week)

    async def close_periods(self) -> None:
        """Let the periods of all teams end, and wait until they are closed and opened again."""
        deployment = self._deployment
        await skip_profile_turns(deployment.url, deployment.keys_folder, CLOSES_AT)
        period_count = self._count_ended_periods()
        answers, usage = self._traffic.begin_phase(), self._meter.begin_phase()
        started_at = time.monotonic()
        deployment.clock.move_to(CLOSES_AT)
        is_complete = await self._wait_until("closing", self._count_ended_periods)
        closing_seconds = time.monotonic() - started_at
        self._meter.end_phase()
        closing_usage = usage.summarize()
        opening_usage = self._meter.begin_phase()
        is_open = await self._wait_until("opening", self._count_missing_periods)
        self._meter.end_phase()
        self.figures["closing"] = {
            "is_complete": is_complete and is_open,
            "periods": period_count,
            "closing_seconds": closing_seconds,
            "all_seconds": time.monotonic() - started_at,
            "answers": answers.summarize(),
            **closing_usage,
            "opening": opening_usage.summarize(),
        }

    def collect_totals(self) -> None:
        """Collect exactly-once, memory, connections and the size of the database."""
        slack = self._deployment.control_slack("figures")
        del slack["clinics"]
        self.figures["slack"] = slack
        self.figures["max_megabytes"] = self._meter.max_megabytes
        self.figures["max_connections"] = {
            "total": self._meter.max_connection_count,
            **self._meter.max_connections,
        }
        self.figures["database_megabytes"] = self._meter.measure_database_megabytes()
        self.figures["log_events"] = dict(self._deployment.count_log_events())

    async def _wait_until(self, name: str, count_remaining: Callable[[], int]) -> bool:
        """Wait until nothing remains; ``False`` after the longest time of a phase."""
        started_at = time.monotonic()
        interval = 0.1 if self._deployment.size.is_tiny else 1.0
        reported_at = started_at
        while remaining := await asyncio.to_thread(count_remaining):
            now = time.monotonic()
            if now - started_at > self._plan.max_phase_seconds:
                self._report(f"{name}: not complete, {remaining} remain")
                return False
            if now - reported_at > 10:
                reported_at = now
                self._report(f"{name}: {remaining} remain")
            await asyncio.sleep(interval)
        self._report(f"{name}: complete")
        return True

    def _count_missing(self, faulty_places: frozenset[str]) -> int:
        """Count the check-ins that clinics without a fault have not got in this round.

        A clinic with a fault that has not shown it counts as well.
        """
        population = self._plan.population
        clinics = self._deployment.control_slack("figures")["clinics"]
        posts = sum(
            figures["posts"] for place, figures in clinics.items() if place not in faulty_places
        )
        expected = (population.clinic_count - len(faulty_places)) * population.people_per_clinic
        unseen = sum(place not in clinics for place in faulty_places)
        return max(0, expected - int(posts)) + unseen

    def _count_undelivered(self, week: str) -> int:
        rows = self._count_rows(week)
        return rows.get("planned", 0) + rows.get("sending", 0)

    def _count_rows(self, week: str) -> dict[str, int]:
        """Count the check-ins of a week by state."""
        statement = (
            "SELECT state, count(*) FROM delivery WHERE kind = 'checkin' AND slot = %s"
            " GROUP BY state"
        )
        return dict(self._meter.query(statement, week))

    def _count_ended_periods(self) -> int:
        statement = "SELECT count(*) FROM period WHERE closes_at <= %s"
        return int(self._meter.query(statement, int(CLOSES_AT.timestamp()))[0][0])

    def _count_missing_periods(self) -> int:
        statement = "SELECT count(DISTINCT team) FROM feed WHERE ledger = 'total'"
        return self._plan.population.team_count - int(self._meter.query(statement)[0][0])


async def simulate(
    plan: Plan, url: str, folder: Path, report: Callable[[str], None]
) -> dict[str, Any]:
    """Run all phases over the empty database at *url*, with files in *folder*; return figures."""
    clock = SharedClock.create(folder / "clock", STARTS_AT)
    (folder / "keys").mkdir(mode=0o700)
    await create_tables(url, folder / "keys")
    # A few more than the bot's pace: the network delays one message and not the next.
    with run_stand_in(plan.size.pace + 1, plan.size.retry_after_seconds) as (slack, slack_pid):
        web_ports = [free_port() for _ in range(plan.size.web_count)]
        deployment = Deployment(folder, url, plan.size, clock, slack, web_ports)
        try:
            report("starting the processes")
            deployment.start()
            figures = await _run_phases(plan, deployment, slack_pid, report)
        finally:
            deployment.stop()
    return {"plan": _describe_plan(plan), **figures}


def _describe_plan(plan: Plan) -> dict[str, Any]:
    population = plan.population
    counts = {
        "people_per_clinic": population.people_per_clinic,
        "team_count": population.team_count,
        "people_count": population.people_count,
        "requests_per_second": plan.requests_per_second,
    }
    return {**asdict(population), **asdict(plan.size), **counts}


async def _run_phases(
    plan: Plan, deployment: Deployment, slack_pid: int, report: Callable[[str], None]
) -> dict[str, Any]:
    pids = {name: process.pid for name, process in deployment.processes.items()}
    meter = UsageMeter(deployment.url, {**pids, STAND_IN: slack_pid})
    simulation = Simulation(plan, deployment, meter, report)
    sampling = asyncio.create_task(meter.sample_forever())
    try:
        await simulation.rest("empty")
        await simulation.seed()
        await simulation.install_all()
        await simulation.rest("resting")
        async with simulation.answer_requests():
            await simulation.answer_idle()
            await simulation.send_checkins("fan_out", CHECKINS_AT[0], {})
            faults = dict(zip(plan.population.places, (LIMITED, HANGING), strict=False))
            await simulation.send_checkins("fan_out_with_faults", CHECKINS_AT[1], faults)
            await simulation.close_periods()
        simulation.collect_totals()
    finally:
        sampling.cancel()
        await asyncio.gather(sampling, return_exceptions=True)
        meter.close()
    return simulation.figures
