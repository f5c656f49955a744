"""Where attacks are played: teams at a real desk, their debriefs, and what a supervisor reads.

One play is one period of one team. Many teams share a database and walk on through the
periods together, so that a play costs milliseconds. Only the clock and Slack are doubles.
"""

import asyncio
import itertools
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from sqlalchemy import insert, select

from bot.content import catalogue
from bot.content.catalogue import Words
from bot.context import Desk
from bot.conversation import Person, Request
from bot.domain.counts import pseudonyms
from bot.domain.counts.release_rule import BREAKDOWN, CODES, TOTAL, Band
from bot.domain.people import Team
from bot.elements import Chart, Text
from bot.errors import BusyError
from bot.store.repositories import Books
from bot.store.repositories.periods import Period
from bot.store.schema import slips
from bot.store.store import Store
from handlers import COMMANDS, FORMS
from schedules import close_periods
from tests.attacks.odds import SHARES, Counted
from tests.doubles import PEPPERS, Moment, Pigeonholes
from tests.sample_team import TEAM, body, person, request, set_up

T = TypeVar("T")

AT_ONCE = 12
"""How many people press a button at the same moment."""


@dataclass(frozen=True)
class Side:
    """One team of the field, with everybody in it; the target is the last clinician."""

    team: Team
    clinicians: tuple[Person, ...]
    supervisor: Person

    @property
    def target(self) -> Person:
        """Whose debriefs the attacker asks about."""
        return self.clinicians[-1]

    @property
    def others(self) -> tuple[Person, ...]:
        """Everybody else, whose debriefs the attacker knows."""
        return self.clinicians[:-1]


@dataclass
class Field:
    """Several teams of one size at one desk, and the walk through their periods."""

    desk: Desk
    clock: Moment
    sides: tuple[Side, ...]
    acts: "itertools.count[int]" = field(default_factory=itertools.count)

    async def files(self, who: Person, *forms: str) -> None:
        """Let somebody send the debrief form off, once for each of *forms*."""
        for form in forms:
            answers = {"form": form, "status": "working"}
            sent = request(who, answers=answers, key=f"act {next(self.acts)}")
            while not await self._taken(sent):
                pass

    async def _taken(self, sent: Request) -> bool:
        """Whether the form was taken; on a busy machine people are asked to come back, and do."""
        try:
            await FORMS["debrief"](sent, self.desk)
        except BusyError:
            return False
        return True

    async def all_file(self, told: Sequence[tuple[Person, Sequence[str]]]) -> None:
        """Let many people file, some at the same moment."""
        door = asyncio.Semaphore(AT_ONCE)

        async def through(who: Person, forms: Sequence[str]) -> None:
            async with door:
                await self.files(who, *forms)

        await asyncio.gather(*(through(who, forms) for who, forms in told))

    async def lay(self, told: Mapping[str, Sequence[tuple[Person, str]]]) -> None:
        """Keep the others' slips as filing would, all of them in one statement.

        *told* are people and forms by team id. Only for the long form of the attacks: in the
        short one everybody files through the handler.
        """
        now = self.desk.now()
        await self.desk.store.write(lambda books: _lay(books, self.sides, told, now))

    async def slips(self) -> Counter[tuple[object, ...]]:
        """How many slips there are of each ledger, period, token and code."""
        asked = select(slips.c.ledger, slips.c.unit, slips.c.closes, slips.c.token, slips.c.code)
        found = await self.desk.store.read(lambda books: list(books._connection.execute(asked)))
        return Counter(tuple(row) for row in found)

    async def close(self) -> None:
        """Walk on to the moment at which the periods end, and let the schedule close them."""
        due = await close_periods.next_due(self.desk)
        assert due
        self.clock.at = due
        assert await close_periods.run(self.desk) == 2 * len(self.sides)

    async def read(self, side: Side) -> object:
        """What the team's supervisor is shown when they ask for the counts."""
        return await COMMANDS["debriefs"].handler(request(side.supervisor), self.desk)

    async def seen(self, side: Side) -> tuple[object, object]:
        """The band that the supervisor reads, and the leader's place with the shares."""
        return published(await self.read(side))


def published(reply: object) -> tuple[object, object]:
    """Read the page as an attacker does: its sentences and its chart, as codes."""
    said = {one.text for one in body(reply) if isinstance(one, Text)}
    (chart,) = [one for one in body(reply) if isinstance(one, Chart)]
    (band,) = [value for sentence, value in _bands().items() if sentence in said]
    (leader,) = [place for sentence, place in _leaders().items() if sentence in said]
    return band, (leader, tuple(SHARES.index(bar.share) for bar in chart.bars))


@cache
def words() -> Words:
    """The sentences of the page."""
    return catalogue.load().words("en")


@cache
def _bands() -> dict[str, object]:
    return {words().say(f"counts.total.{band.value}"): band for band in Band}


@cache
def _leaders() -> dict[str, int]:
    labels = {option.code: option.label for option in words().questions["form"].options}
    led = {
        words().say("counts.form.leader", answer=labels[code]): place
        for place, code in enumerate(CODES["form"])
    }
    return {**led, words().say("counts.form.none"): -1}


def side(number: int, size: int) -> Side:
    """A team of that size."""
    team = replace(TEAM, id=f"team{number}", channel=f"C0TEAM{number}", name=f"Team {number}")
    clinicians = tuple(person(f"t{number}c{one}") for one in range(size))
    return Side(team, clinicians, person(f"super{number}"))


@asynccontextmanager
async def field_of(size: int, teams: int, folder: Path | None = None) -> AsyncIterator[Field]:
    """A desk with a database of its own, with that many teams whose supervisors have agreed."""
    with TemporaryDirectory(prefix="attune-attack-", dir=folder) as place:
        store = Store.open(f"sqlite:///{place}/attune.sqlite", PEPPERS)
        store.migrate()
        clock = Moment()
        desk = Desk(store, catalogue.load(), clock, {"slack": Pigeonholes()})
        sides = tuple(side(number, size) for number in range(teams))
        try:
            for one in sides:
                await set_up(desk, one.team, one.clinicians, (one.supervisor,))
                await FORMS["agreement"](request(one.supervisor, answers={}), desk)
            yield Field(desk, clock, sides)
        finally:
            await store.close()


def shared_out(counted: Counted, people: Sequence[T]) -> list[tuple[T, str]]:
    """Debriefs of these forms, dealt to *people* so that each has about as many."""
    forms = [code for code, many in zip(CODES["form"], counted, strict=True) for _ in range(many)]
    return list(zip(itertools.cycle(people), forms, strict=False))


def _lay(
    books: Books,
    sides: Sequence[Side],
    told: Mapping[str, Sequence[tuple[Person, str]]],
    now: datetime,
) -> None:
    rows = [
        _slip(period, who, form)
        for one in sides
        for period in _periods(books, one.team, now)
        for who, form in told.get(one.team.id, ())
    ]
    if rows:
        books._connection.execute(insert(slips), rows)


def _periods(books: Books, team: Team, now: datetime) -> list[Period]:
    found = (books.ledger._periods.current(team, ledger, now) for ledger in (TOTAL, BREAKDOWN))
    return [period for period in found if period]


def _slip(period: Period, who: Person, form: str) -> dict[str, object]:
    return {
        "id": secrets.token_bytes(16),
        "ledger": period.ledger,
        "unit": period.unit,
        "closes": period.closes,
        "token": pseudonyms.contributor(PEPPERS[0], period.salt, who),
        "code": form if period.ledger == BREAKDOWN else "debrief",
    }
