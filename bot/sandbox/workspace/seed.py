"""A past for the practice: months of debriefs, filed through the bot as people would file them."""

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.block_kit.input_state import elements
from bot.sandbox.slack_api.trigger_ids import TRIGGER_SECONDS
from bot.sandbox.workspace.engine import Engine
from bot.sandbox.workspace.persona_driver import Hands
from bot.sandbox.workspace.personas import Cast, Crew, Persona
from bot.sandbox.workspace.time_travel import closed_before
from bot.sandbox.workspace.workspace import Json

Progress = Callable[[int, int], None]
"""Is told how many weeks of how many have been lived through."""

_RATE = 0.45
"""Debriefs a clinician and week, about."""

_JOINED_BEFORE = 3
"""Weeks before the present in which some people join the weekly check-in."""

_JOINED = 0.4
"""Which share of a team has joined by then: some are left to press Join themselves."""

_AT_ONCE = 12

_PATIENCE = 60.0
"""Seconds that a form of the past may take to open: it is lived as fast as the machine can."""

_TRIES = 3

_LEANING: Mapping[str, Mapping[str, float]] = {
    "form": {"away": 0.55, "against": 0.25, "both": 0.1, "unsure": 0.1},
    "status": {"not_named": 0.3, "touched": 0.3, "working": 0.25, "repaired": 0.1, "ended": 0.05},
}
"""How often an answer is given; whatever else a question offers is given now and then."""

_SELDOM = 0.05


@dataclass(frozen=True)
class Debrief:
    """Who files, in which week; and a number that decides what."""

    person: str
    week: int
    seed: int


def start(cast: Cast, now: datetime) -> datetime:
    """When the past begins: with the last period of every team that is over at *now*."""
    begun = min(closed_before(now, crew.weeks) for crew in cast.crews)
    return begun + timedelta(hours=8)


async def live(engine: Engine, now: datetime, told: Progress = lambda _done, _weeks: None) -> None:
    """Live from the workspace's own time up to *now*, the same way each time.

    Every step is a signed request to the bot; nothing is written past it.
    """
    begun = engine.workspace.clock.now()
    weeks = max(1, -((begun - now) // timedelta(weeks=1)))
    debriefs = list(planned(engine.workspace.cast, weeks))
    engine.tickets.trigger_seconds = _PATIENCE
    for crew in engine.workspace.cast.crews:
        await _set_up(engine, crew)
    engine.jumps.stops_at_checkins = False
    for week in range(weeks):
        told(week, weeks)
        joined = week >= weeks - _JOINED_BEFORE
        if joined and not engine.jumps.stops_at_checkins:
            await _join(engine)
        engine.jumps.stops_at_checkins = joined
        await _file(engine, [one for one in debriefs if one.week == week])
        until = begun + timedelta(weeks=week + 1)
        await engine.jumps.to(max(engine.workspace.clock.now(), min(until, now)))
    engine.jumps.stops_at_checkins = True
    engine.tickets.trigger_seconds = TRIGGER_SECONDS
    engine.workspace.notices.clear()
    _read_everything(engine)
    told(weeks, weeks)


def planned(cast: Cast, weeks: int) -> Iterator[Debrief]:
    """Plan everything beforehand, so that the past does not hang on how fast it is lived."""
    draw = random.Random(cast.practice)  # noqa: S311 - a made-up past, the same each time
    for week in range(weeks):
        for person in cast.personas:
            if person.role == "clinician" and draw.random() < _RATE:
                yield Debrief(person.id, week, draw.randrange(2**32))


async def _set_up(engine: Engine, crew: Crew) -> None:
    """Let a supervisor look over the set-up and save it, which posts the introduction."""
    hands = Hands(engine, engine.workspace.cast.of(crew, "supervisor")[0].id)
    await hands.command("/supervision", crew.channel)
    await hands.until_open("setup", _PATIENCE)
    await hands.submit()
    engine.windows.clear(hands.person.id)


async def _join(engine: Engine) -> None:
    cast = engine.workspace.cast
    for crew in cast.crews:
        clinicians = cast.of(crew, "clinician")
        for person in clinicians[1 : 1 + round(len(clinicians) * _JOINED)]:
            await Hands(engine, person.id).command("/checkin join", crew.channel)


async def _file(engine: Engine, debriefs: list[Debrief]) -> None:
    turn = asyncio.Semaphore(_AT_ONCE)

    async def one(debrief: Debrief) -> None:
        async with turn:
            await _debrief(Hands(engine, debrief.person), debrief.seed)

    await asyncio.gather(*map(one, debriefs))


async def _debrief(hands: Hands, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - as above
    if not await _opened(hands):
        return
    await hands.submit(_chosen(hands.view["blocks"], draw))
    hands.engine.windows.clear(hands.person.id)


async def _opened(hands: Hands) -> bool:
    """Open a debrief; on a machine with too much to do it may take more than one try."""
    for _ in range(_TRIES):
        await hands.command("/rupture")
        with suppress(TimeoutError):
            await hands.until_open("debrief", _PATIENCE / _TRIES)
            return True
    return False


def _chosen(blocks: list[Json], draw: random.Random) -> dict[str, str]:
    """Answer every question of a form by its own options."""
    answers = {}
    for block, element in elements(blocks):
        if block["type"] == "input" and "options" in element:
            codes = [option["value"] for option in element["options"]]
            answers[block["block_id"]] = leaning(block["block_id"], codes, draw)
    return answers


def leaning(question: str, codes: list[str], draw: random.Random) -> str:
    """Draw one of *codes* as an answer, as the people of the practice lean."""
    often = _LEANING.get(question, {})
    return draw.choices(codes, [often.get(code, _SELDOM) for code in codes])[0]


def _read_everything(engine: Engine) -> None:
    """Leave nothing unread but this week's messages."""
    workspace = engine.workspace
    week = workspace.clock.now() - timedelta(weeks=1)

    def last(person: Persona) -> dict[str, str]:
        rooms = workspace.seen_by(person.id)
        read = {r.id: [p.ts for p in r.posts if float(p.ts) < week.timestamp()] for r in rooms}
        return {room: stamps[-1] for room, stamps in read.items() if stamps}

    workspace.read = {person.id: last(person) for person in workspace.cast.personas}
    workspace.changed()
