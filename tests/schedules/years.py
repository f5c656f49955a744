"""Years of check-ins, lived through: ``python -m tests.schedules.years [SEED [MINUTES]]``.

Sixty people move between thirteen zones while the service falls silent for up to three hours
at a time. The store, the schedules and the drain are the real ones; the clock and the outlet
are the tests'. What ought to have arrived is worked out here a second time, from the rule's
words alone: no line of the bot's own arithmetic decides whether the bot was right.
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
from bot.conversation import Person, Request
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Role, Team
from bot.elements import Button
from bot.errors import StoreBusyError
from bot.public_holidays import holiday_dates
from bot.store.repositories import Repositories
from bot.store.store import Store
from handlers import checkin
from schedules import COMPOSERS, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.doubles import PEPPERS, FakeClock, RecordingOutlet
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
"""Held on to: the library keeps eight zones, and reads the others from disk each time."""

WORKSPACE = "slack:T0YEARS"
DAY_START, DAY_END, MAX_LATENESS = time(7, 30), time(20), timedelta(hours=30)
HOLIDAY_REGIONS = ("", "CA-QC", "GB-ENG")


@dataclass
class SimulatedPerson:
    """Somebody who joined, where they are, and the weeks in which they were asked or could be."""

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
        """Whether they work on *day*, by the words of the rule."""
        days = self.work_days or (1, 2, 3, 4, 5, self.rule.weekday)
        off = holiday_dates(self.region, day.year) if self.region else frozenset()
        return day.isoweekday() in days and day not in off

    def is_reachable_at(self, now: datetime) -> bool:
        """Whether a message may reach them at *now*."""
        local = now.astimezone(ZONE_BY_NAME[self.zone])
        return self.works_on(local.date()) and DAY_START <= local.time() < DAY_END

    def record_possible_week(self, now: datetime) -> None:
        """Remember the week of *now* if its slot and the late limit hold this very moment."""
        local = now.astimezone(ZONE_BY_NAME[self.zone])
        slot = self.compute_slot(local.date() - timedelta(days=local.isoweekday() - 1))
        if slot and slot <= now <= slot + MAX_LATENESS and self.is_reachable_at(now):
            self.possible_weeks.add(iso_week(local.date()))

    def compute_slot(self, week_start: date) -> datetime | None:
        """When the week from *starts* asks: its rule's time, moved off days that are not worked."""
        days = self.work_days or (*range(1, 6), self.rule.weekday)
        weekday = min((one for one in days if one >= self.rule.weekday), default=max(days))
        week = [week_start + timedelta(days=ahead) for ahead in range(weekday - 1, 7)]
        at = self.rule.local_time
        if at >= DAY_END:
            week, at = week[1:], DAY_START
        day = next((one for one in week if self.works_on(one)), None)
        if day is None:
            return None
        local = datetime.combine(day, max(at, DAY_START), ZONE_BY_NAME[self.zone])
        return local.astimezone(UTC)


def iso_week(day: date) -> str:
    """An ISO week's name."""
    return day.strftime("%G-W%V")


@dataclass(frozen=True)
class SimulationSpan:
    """How long, how many people, how often the clock ticks, and which chance it was."""

    start: datetime
    weeks: int
    people_count: int
    tick_interval: timedelta
    seed: int = 4


@dataclass
class SimulationResult:
    """What came of it: weeks in which somebody could be asked, and in how many they were."""

    possible_count: int = 0
    asked_once_count: int = 0
    asked_twice_count: int = 0
    disturbed_count: int = 0
    outage_count: int = 0
    move_count: int = 0


def generate_people(span: SimulationSpan, rng: Random) -> list[SimulatedPerson]:
    """Make people up: own days and times, some part-time, each moving four times a year."""
    made = []
    for number in range(span.people_count):
        rule = WeeklyRule(rng.randint(1, 7), time(rng.randrange(24), rng.choice((0, 30))))
        days = tuple(sorted(rng.sample(range(1, 8), rng.randint(2, 4))))
        ends = span.weeks * 7 * 24 * 60
        moves = sorted(rng.randrange(ends) for _ in range(max(1, span.weeks // 13)))
        made.append(
            SimulatedPerson(
                Person(WORKSPACE, f"U{number:04}"),
                rule,
                rng.choice(((), (), days)),
                HOLIDAY_REGIONS[number % len(HOLIDAY_REGIONS)],
                rng.choice(ZONE_NAMES),
                [(span.start + timedelta(minutes=at), rng.choice(ZONE_NAMES)) for at in moves],
            )
        )
    return made


def generate_outages(span: SimulationSpan, rng: Random) -> list[tuple[datetime, datetime]]:
    """Two silences a week, each of up to three hours."""
    minutes = span.weeks * 7 * 24 * 60
    begun = (span.start + timedelta(minutes=rng.randrange(minutes)) for _ in range(2 * span.weeks))
    return [(at, at + timedelta(minutes=rng.randint(1, 180))) for at in begun]


async def run_simulation(
    span: SimulationSpan, folder: Path, *, prints_progress: bool = False
) -> SimulationResult:
    """Live through *span* with a store in *folder*, and count."""
    chance = Random(span.seed)  # noqa: S311 - the same lives each time
    clock, outlet = FakeClock(span.start), RecordingOutlet()
    people, silent = generate_people(span, chance), generate_outages(span, chance)
    store = Store.open(f"sqlite:///{folder}/years.sqlite", PEPPERS)
    store.migrate()
    context = Context(store, catalogue.load_catalogue(), clock, {"slack": outlet})
    await store.write(lambda repos: set_up_teams(repos, people))
    drain = DeliverySender(context, COMPOSERS)
    found = SimulationResult(
        outage_count=len(silent), move_count=sum(len(one.zone_moves) for one in people)
    )
    for number in range(int(timedelta(weeks=span.weeks) / span.tick_interval)):
        if prints_progress and number % 500 == 0:
            print(f"{clock.current_time:%Y-%m-%d}", flush=True)  # noqa: T201 - a command tells how far it is
        if not any(begins <= clock.current_time < ends for begins, ends in silent):
            await run_tick(context, drain, outlet, people)
        clock.current_time += span.tick_interval
    await store.close()
    return count_results(people, found)


def set_up_teams(repos: Repositories, people: list[SimulatedPerson]) -> None:
    """Set up a team for each region, and let everybody join with what is theirs."""
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
    for one in people:
        repos.people.join_team(one.person, f"team{one.region}")
        repos.people.set_checkin_rule(one.person, one.rule)
        repos.people.set_work_days(one.person, one.work_days)
        repos.people.update_profile(one.person, zone=one.zone)


async def run_tick(
    context: Context,
    delivery_sender: DeliverySender,
    outlet: RecordingOutlet,
    people: list[SimulatedPerson],
) -> None:
    """One tick of a running service: moves become known, and whoever is asked answers."""
    now = context.now()
    for one in people:
        if one.zone_moves and one.zone_moves[0][0] <= now:
            one.zone = one.zone_moves.pop(0)[1]
            await context.store.write(partial(learn_zone, traveller=one))
        one.record_possible_week(now)
    await retry_while_busy(lambda: weekly_checkin.run(context))
    await retry_while_busy(delivery_sender.send_all_due)
    by_id = {one.person.id: one for one in people}
    for sent in outlet.sent_messages:
        one = by_id[sent.address.person]
        button = steps_by_name(sent.message)["checkin.answer"]
        data = button.data if isinstance(button, Button) else ""
        one.asked_weeks[data.partition(":")[0]] += 1
        one.disturbed_count += not one.is_reachable_at(now)
        await checkin.open_checkin_form(
            Request(one.person, "checkin.answer", sent.delivery_id, data=data), context
        )
    outlet.sent_messages.clear()


async def retry_while_busy(duty: Callable[[], Awaitable[int]]) -> None:
    """Do a duty again when a busy machine did not get round to it; that changes nothing."""
    while True:
        with suppress(StoreBusyError):
            await duty()
            return


def learn_zone(repos: Repositories, traveller: SimulatedPerson) -> None:
    """Hear from the product where somebody is now."""
    repos.people.update_profile(traveller.person, zone=traveller.zone)


def count_results(people: list[SimulatedPerson], result: SimulationResult) -> SimulationResult:
    """Hold what arrived against what could have."""
    for one in people:
        result.possible_count += len(one.possible_weeks)
        result.asked_once_count += sum(one.asked_weeks[week] == 1 for week in one.possible_weeks)
        result.asked_twice_count += sum(times > 1 for times in one.asked_weeks.values())
        result.disturbed_count += one.disturbed_count
    return result


TWO_YEARS = SimulationSpan(datetime(2026, 9, 7, tzinfo=UTC), 105, 60, timedelta(hours=1))


if __name__ == "__main__":
    seed, minutes = map(int, (*sys.argv[1:], *("4", "60")[len(sys.argv) - 1 :]))
    span = replace(TWO_YEARS, seed=seed, tick_interval=timedelta(minutes=minutes))
    with tempfile.TemporaryDirectory() as place:
        print(span, asyncio.run(run_simulation(span, Path(place), prints_progress=True)))  # noqa: T201 - its answer
