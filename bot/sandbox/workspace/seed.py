"""A past for the practice: months of debriefs, filed through the bot as people would file them."""

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.block_kit.input_state import iter_elements
from bot.sandbox.slack_api.trigger_ids import TRIGGER_SECONDS
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.persona_driver import PersonaDriver
from bot.sandbox.workspace.personas import Persona, SamplePractice, SampleTeam
from bot.sandbox.workspace.time_travel import last_period_start
from bot.sandbox.workspace.workspace import Json

ReportProgress = Callable[[int, int], None]
"""Is told how many weeks of how many have been lived through."""

_DEBRIEFS_PER_WEEK = 0.45
"""Debriefs a clinician and week, about."""

_JOIN_WEEKS_BEFORE_END = 3
"""Weeks before the present in which some people join the weekly check-in."""

_JOINED_SHARE = 0.4
"""Which share of a team has joined by then: some are left to press Join themselves."""

_MAX_CONCURRENT = 12

_OPEN_TIMEOUT_SECONDS = 60.0
"""Seconds that a form of the past may take to open: it is lived as fast as the machine can."""

_MAX_TRIES = 3

_ANSWER_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "form": {"away": 0.55, "against": 0.25, "both": 0.1, "unsure": 0.1},
    "status": {"not_named": 0.3, "touched": 0.3, "working": 0.25, "repaired": 0.1, "ended": 0.05},
}
"""How often an answer is given; whatever else a question offers is given now and then."""

_DEFAULT_WEIGHT = 0.05


@dataclass(frozen=True)
class PlannedDebrief:
    """Who files, in which week; and a number that decides what."""

    person_id: str
    week: int
    random_seed: int


def history_start(sample_practice: SamplePractice, now: datetime) -> datetime:
    """When the past begins: with the last period of every team that is over at *now*."""
    begun = min(last_period_start(now, crew.period_weeks) for crew in sample_practice.teams)
    return begun + timedelta(hours=8)


async def generate_history(
    engine: SandboxEngine,
    now: datetime,
    report_progress: ReportProgress = lambda _done, _weeks: None,
) -> None:
    """Live from the workspace's own time up to *now*, the same way each time.

    Every step is a signed request to the bot; nothing is written past it.
    """
    begun = engine.workspace.clock.now()
    weeks = max(1, -((begun - now) // timedelta(weeks=1)))
    debriefs = list(plan_debriefs(engine.workspace.sample_practice, weeks))
    engine.trigger_ids.trigger_seconds = _OPEN_TIMEOUT_SECONDS
    for crew in engine.workspace.sample_practice.teams:
        await _save_setup(engine, crew)
    engine.time_travel.stops_at_checkins = False
    for week in range(weeks):
        report_progress(week, weeks)
        joined = week >= weeks - _JOIN_WEEKS_BEFORE_END
        if joined and not engine.time_travel.stops_at_checkins:
            await _join_checkins(engine)
        engine.time_travel.stops_at_checkins = joined
        await _file_debriefs(engine, [one for one in debriefs if one.week == week])
        until = begun + timedelta(weeks=week + 1)
        await engine.time_travel.jump_to(max(engine.workspace.clock.now(), min(until, now)))
    engine.time_travel.stops_at_checkins = True
    engine.trigger_ids.trigger_seconds = TRIGGER_SECONDS
    engine.workspace.notices.clear()
    _mark_messages_read(engine)
    report_progress(weeks, weeks)


def plan_debriefs(sample_practice: SamplePractice, weeks: int) -> Iterator[PlannedDebrief]:
    """Plan everything beforehand, so that the past does not hang on how fast it is lived."""
    draw = random.Random(sample_practice.name)  # noqa: S311 - a made-up past, the same each time
    for week in range(weeks):
        for person in sample_practice.personas:
            if person.role == "clinician" and draw.random() < _DEBRIEFS_PER_WEEK:
                yield PlannedDebrief(person.id, week, draw.randrange(2**32))


async def _save_setup(engine: SandboxEngine, team: SampleTeam) -> None:
    """Let a supervisor look over the set-up and save it, which posts the introduction."""
    hands = PersonaDriver(
        engine, engine.workspace.sample_practice.people_in_role(team, "supervisor")[0].id
    )
    await hands.type_command("/supervision", team.channel)
    await hands.wait_for_modal("setup", _OPEN_TIMEOUT_SECONDS)
    await hands.submit_modal()
    engine.modal_stack.clear_stack(hands.person.id)


async def _join_checkins(engine: SandboxEngine) -> None:
    cast = engine.workspace.sample_practice
    for crew in cast.teams:
        clinicians = cast.people_in_role(crew, "clinician")
        for person in clinicians[1 : 1 + round(len(clinicians) * _JOINED_SHARE)]:
            await PersonaDriver(engine, person.id).type_command("/checkin join", crew.channel)


async def _file_debriefs(engine: SandboxEngine, debriefs: list[PlannedDebrief]) -> None:
    turn = asyncio.Semaphore(_MAX_CONCURRENT)

    async def file_with_limit(debrief: PlannedDebrief) -> None:
        async with turn:
            await _file_debrief(PersonaDriver(engine, debrief.person_id), debrief.random_seed)

    await asyncio.gather(*map(file_with_limit, debriefs))


async def _file_debrief(driver: PersonaDriver, random_seed: int) -> None:
    draw = random.Random(random_seed)  # noqa: S311 - as above
    if not await _open_debrief(driver):
        return
    await driver.submit_modal(_choose_answers(driver.rendered_modal["blocks"], draw))
    driver.engine.modal_stack.clear_stack(driver.person.id)


async def _open_debrief(driver: PersonaDriver) -> bool:
    """Open a debrief; on a machine with too much to do it may take more than one try."""
    for _ in range(_MAX_TRIES):
        await driver.type_command("/rupture")
        with suppress(TimeoutError):
            await driver.wait_for_modal("debrief", _OPEN_TIMEOUT_SECONDS / _MAX_TRIES)
            return True
    return False


def _choose_answers(blocks: list[Json], rng: random.Random) -> dict[str, str]:
    """Answer every question of a form by its own options."""
    answers = {}
    for block, element in iter_elements(blocks):
        if block["type"] == "input" and "options" in element:
            codes = [option["value"] for option in element["options"]]
            answers[block["block_id"]] = draw_answer(block["block_id"], codes, rng)
    return answers


def draw_answer(question_id: str, codes: list[str], rng: random.Random) -> str:
    """Draw one of *codes* as an answer, as the people of the practice lean."""
    often = _ANSWER_WEIGHTS.get(question_id, {})
    return rng.choices(codes, [often.get(code, _DEFAULT_WEIGHT) for code in codes])[0]


def _mark_messages_read(engine: SandboxEngine) -> None:
    """Leave nothing unread but this week's messages."""
    workspace = engine.workspace
    week = workspace.clock.now() - timedelta(weeks=1)

    def last_read_timestamps(person: Persona) -> dict[str, str]:
        rooms = workspace.visible_conversations(person.id)
        read = {r.id: [p.ts for p in r.posts if float(p.ts) < week.timestamp()] for r in rooms}
        return {room: stamps[-1] for room, stamps in read.items() if stamps}

    workspace.read_markers = {
        person.id: last_read_timestamps(person) for person in workspace.sample_practice.personas
    }
    workspace.mark_changed()
