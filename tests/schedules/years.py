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
from bot.context import Desk
from bot.conversation import Person, Request
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Role, Team
from bot.elements import Button
from bot.errors import BusyError
from bot.public_holidays import days_off
from bot.store.repositories import Books
from bot.store.store import Store
from handlers import checkin
from schedules import COMPOSERS, weekly_checkin
from schedules.delivery.sender import Drain
from tests.doubles import PEPPERS, Moment, Pigeonholes
from tests.sample_team import steps

ZONES = (
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
HOMES = {name: ZoneInfo(name) for name in ZONES}
"""Held on to: the library keeps eight zones, and reads the others from disk each time."""

WORKSPACE = "slack:T0YEARS"
MORNING, EVENING, LATE = time(7, 30), time(20), timedelta(hours=30)
REGIONS = ("", "CA-QC", "GB-ENG")


@dataclass
class Traveller:
    """Somebody who joined, where they are, and the weeks in which they were asked or could be."""

    person: Person
    rule: WeeklyRule
    days: tuple[int, ...]
    region: str
    zone: str
    moves: list[tuple[datetime, str]]
    could: set[str] = field(default_factory=set)
    asked: Counter[str] = field(default_factory=Counter)
    disturbed: int = 0

    def works(self, day: date) -> bool:
        """Whether they work on *day*, by the words of the rule."""
        days = self.days or (1, 2, 3, 4, 5, self.rule.weekday)
        off = days_off(self.region, day.year) if self.region else frozenset()
        return day.isoweekday() in days and day not in off

    def may_be_disturbed(self, now: datetime) -> bool:
        """Whether a message may reach them at *now*."""
        local = now.astimezone(HOMES[self.zone])
        return self.works(local.date()) and MORNING <= local.time() < EVENING

    def notes(self, now: datetime) -> None:
        """Remember the week of *now* if its slot and the late limit hold this very moment."""
        local = now.astimezone(HOMES[self.zone])
        slot = self.slot(local.date() - timedelta(days=local.isoweekday() - 1))
        if slot and slot <= now <= slot + LATE and self.may_be_disturbed(now):
            self.could.add(week_of(local.date()))

    def slot(self, starts: date) -> datetime | None:
        """When the week from *starts* asks: its rule's time, moved off days that are not worked."""
        days = self.days or (*range(1, 6), self.rule.weekday)
        weekday = min((one for one in days if one >= self.rule.weekday), default=max(days))
        week = [starts + timedelta(days=ahead) for ahead in range(weekday - 1, 7)]
        at = self.rule.at
        if at >= EVENING:
            week, at = week[1:], MORNING
        day = next((one for one in week if self.works(one)), None)
        if day is None:
            return None
        local = datetime.combine(day, max(at, MORNING), HOMES[self.zone])
        return local.astimezone(UTC)


def week_of(day: date) -> str:
    """An ISO week's name."""
    return day.strftime("%G-W%V")


@dataclass(frozen=True)
class Span:
    """How long, how many people, how often the clock ticks, and which chance it was."""

    start: datetime
    weeks: int
    people: int
    tick: timedelta
    seed: int = 4


@dataclass
class Found:
    """What came of it: weeks in which somebody could be asked, and in how many they were."""

    weeks: int = 0
    once: int = 0
    twice: int = 0
    disturbed: int = 0
    outages: int = 0
    moves: int = 0


def travellers(span: Span, chance: Random) -> list[Traveller]:
    """Make people up: own days and times, some part-time, each moving four times a year."""
    made = []
    for number in range(span.people):
        rule = WeeklyRule(chance.randint(1, 7), time(chance.randrange(24), chance.choice((0, 30))))
        days = tuple(sorted(chance.sample(range(1, 8), chance.randint(2, 4))))
        ends = span.weeks * 7 * 24 * 60
        moves = sorted(chance.randrange(ends) for _ in range(max(1, span.weeks // 13)))
        made.append(
            Traveller(
                Person(WORKSPACE, f"U{number:04}"),
                rule,
                chance.choice(((), (), days)),
                REGIONS[number % len(REGIONS)],
                chance.choice(ZONES),
                [(span.start + timedelta(minutes=at), chance.choice(ZONES)) for at in moves],
            )
        )
    return made


def outages(span: Span, chance: Random) -> list[tuple[datetime, datetime]]:
    """Two silences a week, each of up to three hours."""
    minutes = span.weeks * 7 * 24 * 60
    begun = (
        span.start + timedelta(minutes=chance.randrange(minutes)) for _ in range(2 * span.weeks)
    )
    return [(at, at + timedelta(minutes=chance.randint(1, 180))) for at in begun]


async def lived(span: Span, folder: Path, *, says: bool = False) -> Found:
    """Live through *span* with a store in *folder*, and count."""
    chance = Random(span.seed)  # noqa: S311 - the same lives each time
    clock, outlet = Moment(span.start), Pigeonholes()
    people, silent = travellers(span, chance), outages(span, chance)
    store = Store.open(f"sqlite:///{folder}/years.sqlite", PEPPERS)
    store.migrate()
    desk = Desk(store, catalogue.load(), clock, {"slack": outlet})
    await store.write(lambda books: settle(books, people))
    drain = Drain(desk, COMPOSERS)
    found = Found(outages=len(silent), moves=sum(len(one.moves) for one in people))
    for number in range(int(timedelta(weeks=span.weeks) / span.tick)):
        if says and number % 500 == 0:
            print(f"{clock.at:%Y-%m-%d}", flush=True)  # noqa: T201 - a command tells how far it is
        if not any(begins <= clock.at < ends for begins, ends in silent):
            await tick(desk, drain, outlet, people)
        clock.at += span.tick
    await store.close()
    return counted(people, found)


def settle(books: Books, people: list[Traveller]) -> None:
    """Set up a team for each region, and let everybody join with what is theirs."""
    for region in REGIONS:
        name = f"team{region}"
        books.teams.save(
            Team(
                id=name,
                workspace=WORKSPACE,
                channel=f"C{region}",
                name=name,
                practice="",
                language="en",
                zone="UTC",
                checkin=WeeklyRule(1, time(9)),
                tip_days=(),
                tip_at=time(9),
                question="form",
                open_to_team=False,
                holidays=region,
            )
        )
        books.teams.set_holders(name, Role.SUPERVISOR, ())
    for one in people:
        books.people.join(one.person, f"team{one.region}")
        books.people.set_rule(one.person, one.rule)
        books.people.set_work_days(one.person, one.days)
        books.people.learn(one.person, zone=one.zone)


async def tick(desk: Desk, drain: Drain, outlet: Pigeonholes, people: list[Traveller]) -> None:
    """One tick of a running service: moves become known, and whoever is asked answers."""
    now = desk.now()
    for one in people:
        if one.moves and one.moves[0][0] <= now:
            one.zone = one.moves.pop(0)[1]
            await desk.store.write(partial(moved, one=one))
        one.notes(now)
    await patiently(lambda: weekly_checkin.run(desk))
    await patiently(drain.empty)
    by_id = {one.person.id: one for one in people}
    for sent in outlet.sent:
        one = by_id[sent.to.person]
        button = steps(sent.message)["checkin.answer"]
        data = button.data if isinstance(button, Button) else ""
        one.asked[data.partition(":")[0]] += 1
        one.disturbed += not one.may_be_disturbed(now)
        await checkin.opened(Request(one.person, "checkin.answer", sent.key, data=data), desk)
    outlet.sent.clear()


async def patiently(duty: Callable[[], Awaitable[int]]) -> None:
    """Do a duty again when a busy machine did not get round to it; that changes nothing."""
    while True:
        with suppress(BusyError):
            await duty()
            return


def moved(books: Books, one: Traveller) -> None:
    """Hear from the product where somebody is now."""
    books.people.learn(one.person, zone=one.zone)


def counted(people: list[Traveller], found: Found) -> Found:
    """Hold what arrived against what could have."""
    for one in people:
        found.weeks += len(one.could)
        found.once += sum(one.asked[week] == 1 for week in one.could)
        found.twice += sum(times > 1 for times in one.asked.values())
        found.disturbed += one.disturbed
    return found


TWO_YEARS = Span(datetime(2026, 9, 7, tzinfo=UTC), 105, 60, timedelta(hours=1))


if __name__ == "__main__":
    seed, minutes = map(int, (*sys.argv[1:], *("4", "60")[len(sys.argv) - 1 :]))
    span = replace(TWO_YEARS, seed=seed, tick=timedelta(minutes=minutes))
    with tempfile.TemporaryDirectory() as place:
        print(span, asyncio.run(lived(span, Path(place), says=True)))  # noqa: T201 - its answer
