"""Simulation of years of check-ins: ``python -m tests.schedules.years [SEED [MINUTES]]``.

Sixty people move between thirteen zones, with outages of up to three hours. The store, the
schedules and the sender are the real ones; the clock and the outlet are fakes. The expected
check-ins are computed here a second time, from the rule's specification alone: no function of
the bot's own calendar decides whether the bot was right.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from bot.content import catalogue
from bot.context import Context
from bot.conversation import Person, Request, Surface
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Role, Team
from bot.elements import Button
from bot.errors import StoreBusyError
from bot.public_holidays import list_holiday_dates
from bot.store.repositories import Repositories
from handlers import checkin
from schedules import COMPOSERS, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.doubles import PEPPERS, FakeClock, RecordingOutlet
from tests.key_folders import open_test_store
from tests.sample_team import steps_by_name

ZONE_NAMES = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)
ZONE_BY_NAME = {name: ZoneInfo(name) for name in ZONE_NAMES}
"""Cached: the library caches eight zones, and reads the others from disk each time."""

WORKSPACE = "slack:T0YEARS"
DAY_START, DAY_END, MAX_LATENESS = time(7, 30), time(20), timedelta(hours=30)
HOLIDAY_REGIONS = ("", "CA-QC", "GB-ENG")


@dataclass
class SimulatedPerson:
    """A person who joined, their location, and the weeks with a possible or an actual check-in."""

    person: Person
    rule: WeeklyRule
    work_days: tuple[int, ...]
    region: str
    zone: str
    zone_moves: list[tuple[datetime, str]]
    possible_weeks: set[str] = field(default_factory=set)
    asked_weeks: Counter[str] = field(default_factory=Counter)
    disturbed_count: int = 0

    def works_on(self, day: date) -> bool:
        """Return whether they work on *day*, by the rule's specification."""
        days = self.work_days or (1, 2, 3, 4, 5, self.rule.weekday)
        off = list_holiday_dates(self.region, day.year) if self.region else frozenset()
        return day.isoweekday() in days and day not in off

    def is_reachable_at(self, now: datetime) -> bool:
        """Return whether a message may be sent to them at *now*."""
        local = now.astimezone(ZONE_BY_NAME[self.zone])
        return self.works_on(local.date()) and DAY_START <= local.time() < DAY_END

    def record_possible_week(self, now: datetime) -> None:
        """Record the week of *now* if the slot and the maximum lateness include this instant."""
        local = now.astimezone(ZONE_BY_NAME[self.zone])
        slot = self.compute_slot(local.date() - timedelta(days=local.isoweekday() - 1))
        if slot and slot <= now <= slot + MAX_LATENESS and self.is_reachable_at(now):
            self.possible_weeks.add(iso_week(local.date()))

    def compute_slot(self, week_start: date) -> datetime | None:
        """Return the slot of the week from *week_start*, moved off days that are not worked."""
        days = self.work_days or (*range(1, 6), self.rule.weekday)
        weekday = min((day for day in days if day >= self.rule.weekday), default=max(days))
        week = [week_start + timedelta(days=ahead) for ahead in range(weekday - 1, 7)]
        local_time = self.rule.local_time
        if local_time >= DAY_END:
            week, local_time = week[1:], DAY_START
        day = next((day for day in week if self.works_on(day)), None)
        if day is None:
            return None
        local = datetime.combine(day, max(local_time, DAY_START), ZONE_BY_NAME[self.zone])
        return local.astimezone(UTC)


def iso_week(day: date) -> str:
    """Return the name of the ISO week of *day*."""
    return day.strftime("%G-W%V")


@dataclass(frozen=True)
class SimulationSpan:
    """A simulation's parameters: duration, number of people, tick interval and random seed."""

    start: datetime
    weeks: int
    people_count: int
    tick_interval: timedelta
    seed: int = 4


@dataclass
class SimulationResult:
    """The counts of weeks with a possible check-in, and of those with one or several."""

    possible_count: int = 0
    asked_once_count: int = 0
    asked_twice_count: int = 0
    disturbed_count: int = 0
    outage_count: int = 0
    move_count: int = 0


def generate_people(span: SimulationSpan, rng: Random) -> list[SimulatedPerson]:
    """Generate people: own days and times, some part-time, each moving four times a year."""
    people = []
    for number in range(span.people_count):
        rule = WeeklyRule(rng.randint(1, 7), time(rng.randrange(24), rng.choice((0, 30))))
        days = tuple(sorted(rng.sample(range(1, 8), rng.randint(2, 4))))
        ends = span.weeks * 7 * 24 * 60
        moves = sorted(rng.randrange(ends) for _ in range(max(1, span.weeks // 13)))
        people.append(
            SimulatedPerson(
                Person(WORKSPACE, f"U{number:04}"),
                rule,
                rng.choice(((), (), days)),
                HOLIDAY_REGIONS[number % len(HOLIDAY_REGIONS)],
                rng.choice(ZONE_NAMES),
                [(span.start + timedelta(minutes=at), rng.choice(ZONE_NAMES)) for at in moves],
            )
        )
    return people


def generate_outages(span: SimulationSpan, rng: Random) -> list[tuple[datetime, datetime]]:
    """Generate two outages a week, each of up to three hours."""
    minutes = span.weeks * 7 * 24 * 60
    starts = (span.start + timedelta(minutes=rng.randrange(minutes)) for _ in range(2 * span.weeks))
    return [(start, start + timedelta(minutes=rng.randint(1, 180))) for start in starts]


async def run_simulation(
    span: SimulationSpan, folder: Path, *, prints_progress: bool = False
) -> SimulationResult:
    """Simulate *span* with a store in *folder*, and count the check-ins."""
    rng = Random(span.seed)  # noqa: S311 - reproducible by its seed
    clock, outlet = FakeClock(span.start), RecordingOutlet()
    people, outages = generate_people(span, rng), generate_outages(span, rng)
    store = open_test_store(f"sqlite:///{folder}/years.sqlite", PEPPERS)
    store.migrate()
    context = Context(store, catalogue.load_catalogue(), clock, {"slack": outlet})
    await store.across_workspaces.write(lambda repos: set_up_teams(repos, people))
    sender = DeliverySender(context, COMPOSERS)
    result = SimulationResult(
        outage_count=len(outages), move_count=sum(len(person.zone_moves) for person in people)
    )
    for number in range(int(timedelta(weeks=span.weeks) / span.tick_interval)):
        if prints_progress and number % 500 == 0:
            print(f"{clock.current_time:%Y-%m-%d}", flush=True)  # noqa: T201 - progress of a command
        if not any(start <= clock.current_time < end for start, end in outages):
            await run_tick(context, sender, outlet, people)
        clock.current_time += span.tick_interval
    await store.close()
    return count_results(people, result)


def set_up_teams(repos: Repositories, people: list[SimulatedPerson]) -> None:
    """Save a team for each region, and join each person with their own settings."""
    for region in HOLIDAY_REGIONS:
        name = f"team{region}"
        repos.teams.save(
            Team(
                id=name,
                workspace=WORKSPACE,
                channel=f"C{region}",
                name=name,
                practice="",
                language="en",
                zone="UTC",
                checkin_rule=WeeklyRule(1, time(9)),
                tip_days=(),
                tip_time=time(9),
                question="form",
                open_to_team=False,
                holiday_region=region,
            )
        )
        repos.teams.set_role_holders(name, Role.SUPERVISOR, ())
    for person in people:
        repos.people.join_team(person.person, f"team{person.region}")
        repos.people.set_checkin_rule(person.person, person.rule)
        repos.people.set_work_days(person.person, person.work_days)
        repos.people.update_profile(person.person, zone=person.zone)


async def run_tick(
    context: Context,
    delivery_sender: DeliverySender,
    outlet: RecordingOutlet,
    people: list[SimulatedPerson],
) -> None:
    """Run one tick: moves are stored, due check-ins are sent, and each recipient opens theirs."""
    now = context.now()
    for person in people:
        if person.zone_moves and person.zone_moves[0][0] <= now:
            person.zone = person.zone_moves.pop(0)[1]
            await context.store.across_workspaces.write(partial(learn_zone, traveller=person))
        person.record_possible_week(now)
    await retry_while_busy(lambda: weekly_checkin.run(context))
    await retry_while_busy(delivery_sender.send_all_due)
    by_id = {person.person.id: person for person in people}
    for sent in outlet.sent_messages:
        person = by_id[sent.address.person]
        button = steps_by_name(sent.message)["checkin.answer"]
        data = button.data if isinstance(button, Button) else ""
        person.asked_weeks[data.partition(":")[0]] += 1
        person.disturbed_count += not person.is_reachable_at(now)
        await checkin.open_checkin_form(
            Request(
                person.person,
                "checkin.answer",
                sent.delivery_id,
                data=data,
                surface=Surface.MESSAGE,
            ),
            context,
        )
    outlet.sent_messages.clear()


async def retry_while_busy(duty: Callable[[], Awaitable[int]]) -> None:
    """Retry an idempotent duty while the store is busy."""
    while True:
        with suppress(StoreBusyError):
            await duty()
            return


def learn_zone(repos: Repositories, traveller: SimulatedPerson) -> None:
    """Store the traveller's new zone, as a profile event does."""
    repos.people.update_profile(traveller.person, zone=traveller.zone)


def count_results(people: list[SimulatedPerson], result: SimulationResult) -> SimulationResult:
    """Compare the actual check-ins with the possible ones."""
    for person in people:
        result.possible_count += len(person.possible_weeks)
        result.asked_once_count += sum(
            person.asked_weeks[week] == 1 for week in person.possible_weeks
        )
        result.asked_twice_count += sum(times > 1 for times in person.asked_weeks.values())
        result.disturbed_count += person.disturbed_count
    return result


TWO_YEARS = SimulationSpan(datetime(2026, 9, 7, tzinfo=UTC), 105, 60, timedelta(hours=1))


if __name__ == "__main__":
    seed, minutes = map(int, (*sys.argv[1:], *("4", "60")[len(sys.argv) - 1 :]))
    span = replace(TWO_YEARS, seed=seed, tick_interval=timedelta(minutes=minutes))
    with tempfile.TemporaryDirectory() as place:
        print(span, asyncio.run(run_simulation(span, Path(place), prints_progress=True)))  # noqa: T201 - the command's output
