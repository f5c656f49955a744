"""Two simulated years of changing lists, in which people file; real store, handlers and schedules.

People join, leave and move, teams split and merge. The set-up is that of a supervisor's form, new
teams are declared as by the operator's file.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from sqlalchemy import select

from bot.context import Context
from bot.conversation import InvalidAnswers, Person
from bot.domain.counts import pseudonyms
from bot.domain.counts.release_rule import MIN_UNIT_SIZE
from bot.domain.people import Team
from bot.store.repositories import Repositories
from bot.store.schema import period_members, periods, releases
from handlers import COMMANDS, FORMS
from schedules import close_periods
from tests.doubles import FakeClock
from tests.handlers.setup_forms import CURRENT_ANSWERS, submit_setup
from tests.sample_team import (
    SUPERVISOR,
    TEAM,
    FormAnswers,
    build_person,
    build_request,
    reply_text,
    set_up_team,
)

WEEKS = 104
PRACTICE = "river"
CODES: FormAnswers = {"form": "away", "status": "touched"}

Table = tuple[str, str, str]
"""Ledger, unit and closing day of a period, whose one table its release is."""


@dataclass
class ListYears:
    """The teams with their lists, and what was filed: the tables, and the refusals."""

    context: Context
    clock: FakeClock
    random: Random
    teams: list[Team] = field(default_factory=list)
    lists: dict[str, set[Person]] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    filed_tables: list[tuple[Table, ...]] = field(default_factory=list)
    refused_count: int = 0
    moved_count: int = 0
    kept_days: int = 0
    changed_people: list[Person] = field(default_factory=list)
    told_days: dict[Person, date] = field(default_factory=dict)
    broken_promises: list[str] = field(default_factory=list)

    async def create_team(self, people: Iterable[Person]) -> Team:
        """Declare a new team with *people*, as the operator's file does."""
        number = len(self.teams)
        team = replace(
            TEAM,
            id=f"team{number:02}",
            channel=f"C{number:02}",
            name=f"Team {number}",
            practice=PRACTICE if number % 2 else "",
        )
        self.teams.append(team)
        self.lists[team.id] = set(people)
        await set_up_team(self.context, team, tuple(sorted(self.lists[team.id])))
        return team

    async def save_list(self, team: Team) -> None:
        """Save the list of *team* by its supervisor's form."""
        answers: FormAnswers = {
            **CURRENT_ANSWERS,
            "channel": team.channel,
            "name": team.name,
            "clinicians": tuple(sorted(person.id for person in self.lists[team.id])),
        }
        key = f"set-up {self.random.random()}"
        reply = await submit_setup(self.context, SUPERVISOR, team.id, answers, key)
        assert not isinstance(reply, InvalidAnswers), reply
        for person in list(self.told_days):
            if not any(
                person in people and len(people) >= MIN_UNIT_SIZE for people in self.lists.values()
            ):
                del self.told_days[person]

    def choose_changed_person(self) -> Person:
        """Choose a person whose place on the lists has changed, or who waits for their day."""
        return self.random.choice([*self.changed_people[-12:], *self.told_days] or self.people)

    async def change_lists(self) -> None:
        """Make one change: somebody joins, leaves or moves, or a team splits or merges."""
        changes = (self.add_person, self.remove_person, self.move_person, self.merge_or_split)
        await self.random.choices(changes, weights=(4, 2, 3, 1))[0]()

    async def add_person(self) -> None:
        """Put a new person on a list."""
        person = build_person(f"person{len(self.people)}")
        self.people.append(person)
        self.changed_people.append(person)
        team = self.random.choice(self.teams)
        self.lists[team.id].add(person)
        await self.save_list(team)

    async def remove_person(self) -> None:
        """Take somebody off a list."""
        team = self.random.choice(self.teams)
        if self.lists[team.id]:
            person = self.random.choice(sorted(self.lists[team.id]))
            self.lists[team.id].remove(person)
            self.changed_people.append(person)
            await self.save_list(team)

    async def move_person(self) -> None:
        """Take somebody off a list, and put them on another one."""
        source, target = self.random.sample(self.teams, 2)
        if self.lists[source.id]:
            await self.move_people(source, target, [min(self.lists[source.id])])

    async def merge_or_split(self) -> None:
        """Move all people of a small team into another one, or half of a large one's to a new."""
        source = max(self.teams, key=lambda team: len(self.lists[team.id]))
        if len(self.teams) < 8 and len(self.lists[source.id]) >= 12:
            half = sorted(self.lists[source.id])[::2]
            for person in half:
                self.told_days.pop(person, None)
            self.lists[source.id].difference_update(half)
            await self.save_list(source)
            await self.create_team(half)
        else:
            source, target = self.random.sample(self.teams, 2)
            await self.move_people(source, target, sorted(self.lists[source.id]))

    async def move_people(self, source: Team, target: Team, people: list[Person]) -> None:
        """Move *people* between two lists, as each clinician has one home."""
        self.lists[source.id].difference_update(people)
        self.lists[target.id].update(people)
        self.changed_people += people
        for person in people:
            self.told_days.pop(person, None)
        await self.save_list(source)
        await self.save_list(target)

    async def file_debrief(self, person: Person) -> None:
        """File a debrief, and record in which tables it is, or that its filer was told of none."""
        promise = reply_text(
            await COMMANDS["rupture"].handle_request(build_request(person), self.context)
        )
        told_day = await self.fetch_counted_from(person)
        before = await self.count_debriefs(person)
        key = f"debrief {self.random.random()}"
        reply = await FORMS["debrief"](
            build_request(person, answers=CODES, idempotency_key=key), self.context
        )
        added = await self.count_debriefs(person) - before
        words = self.context.catalogue.get_pack("en")
        is_kept = words.translate("privacy.filed.kept", day="|").split("|")[0] in reply_text(reply)
        is_promised = words.translate("privacy.policy.until") in promise
        if is_promised != is_kept or is_kept != bool(added):
            self.broken_promises.append(f"{person.id}: {promise} {reply_text(reply)} {added}")
        self.check_told_day(person, told_day, is_kept=is_kept)
        self.moved_count += "still counts where you were listed" in promise
        self.refused_count += not is_kept
        self.filed_tables.append(tuple(sorted(added.elements())))

    def check_told_day(self, person: Person, told_day: date | None, *, is_kept: bool) -> None:
        """Record a broken promise where a person does not count from the day that they read.

        A later change of their own list, or a list that has become too small, is no such promise.
        """
        promised_day = self.told_days.pop(person, None)
        if promised_day and promised_day <= self.clock.current_time.date():
            self.kept_days += is_kept
            if not is_kept:
                self.broken_promises.append(f"{person.id} does not count from {promised_day}")
        elif told_day:
            self.told_days[person] = min(filter(None, (promised_day, told_day)))

    async def fetch_counted_from(self, person: Person) -> date | None:
        """Return the day from which *person* reads that they count."""
        contributor = await self.context.store.across_workspaces.read(
            lambda repos: repos.ledger.find_contributor(person, self.clock.current_time)
        )
        return contributor.counted_from

    async def count_debriefs(self, person: Person) -> Counter[Table]:
        """Return how many debriefs of *person* each open record counts."""

        def count_slots(repos: Repositories) -> Counter[Table]:
            open_periods = repos.ledger._periods.list_periods()
            records = repos._records.ledger_records.load_records(open_periods)
            return Counter(
                {
                    (period.ledger, period.unit, str(period.closes)): slot.count
                    for period, open_record in records.items()
                    for slot in open_record.record.slots
                    if slot.token
                    == pseudonyms.derive_contributor_token(open_record.token_key, person)
                }
            )

        return await self.context.store.across_workspaces.read(count_slots)

    async def fetch_double_members(self) -> list[tuple[str, str]]:
        """Return ledger and person of everybody who is on two open frozen lists of a ledger."""

        def read_members(repos: Repositories) -> list[tuple[str, str]]:
            of_period = [
                period_members.c[name] == periods.c[name] for name in ("ledger", "unit", "closes")
            ]
            query = select(period_members).where(*of_period)
            rows = repos._connection.execute(query)
            lists = Counter((row.ledger, row.person) for row in rows)
            return [member for member, count in lists.items() if count > 1]

        return await self.context.store.across_workspaces.read(read_members)

    async def fetch_released_tables(self) -> Counter[Table]:
        """Return the ledger, unit and closing day of every release."""
        rows = await self.context.store.across_workspaces.read(
            lambda repos: list(repos._connection.execute(select(releases)))
        )
        return Counter((row.ledger, row.unit, str(row.closes)) for row in rows)


async def simulate_years(context: Context, clock: FakeClock, seed: int) -> ListYears:
    """Run :data:`WEEKS` weeks: some changes of lists and some debriefs in each."""
    years = ListYears(context, clock, Random(seed))  # noqa: S311 - a reproducible simulation
    for size in (9, 14, 3, 4, 22):
        newcomers = [build_person(f"person{len(years.people) + number}") for number in range(size)]
        years.people += newcomers
        await years.create_team(newcomers)
    for _ in range(WEEKS):
        clock.current_time += timedelta(days=7)
        await close_periods.run(context)
        for _ in range(years.random.randrange(3)):
            await years.change_lists()
        for person in (years.random.choice(years.people), years.choose_changed_person()):
            await years.file_debrief(person)
        if double_members := await years.fetch_double_members():
            years.broken_promises.append(f"on two lists: {double_members}")
    clock.current_time += timedelta(weeks=14)
    await close_periods.run(context)
    return years
