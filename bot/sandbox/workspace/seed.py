"""Seed data of the sandbox: months of debriefs, filed through signed requests to the bot."""

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.block_kit.input_state import iter_elements
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.persona_driver import PersonaDriver
from bot.sandbox.workspace.personas import Persona, SamplePractice, SampleTeam
from bot.sandbox.workspace.time_travel import last_completed_period_start
from bot.sandbox.workspace.workspace import Json

ReportProgress = Callable[[int, int], None]
"""Callback with the number of weeks generated and the total number of weeks."""

_DEBRIEFS_PER_WEEK = 0.45
"""Probability of a debrief, per clinician and week."""

_JOIN_WEEKS_BEFORE_END = 3
"""Number of weeks before the end of the history at which some people join the check-in."""

_JOINED_SHARE = 0.4
"""Share of a team that joins; the other personas can still press Join in the sandbox."""

_MAX_CONCURRENT = 12

_OPEN_TIMEOUT_SECONDS = 60.0
"""Timeout in seconds for opening a form: seeding uses all of the machine's CPU time."""

_MAX_TRIES = 3

_ANSWER_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "form": {"away": 0.55, "against": 0.25, "both": 0.1, "unsure": 0.1},
    "status": {"not_named": 0.3, "touched": 0.3, "working": 0.25, "repaired": 0.1, "ended": 0.05},
}
"""Weights of answers by question id and option value; other options get a default weight."""

_DEFAULT_WEIGHT = 0.05


@dataclass(frozen=True)
class PlannedDebrief:
    """One debrief to file: the person's id, the week's index, and the seed of its answers."""

    person_id: str
    week: int
    random_seed: int


def history_start(sample_practice: SamplePractice, now: datetime) -> datetime:
    """Return the start of the seed data: the last completed period of every team is in it."""
    first_period_start = min(
        last_completed_period_start(now, team.period_weeks) for team in sample_practice.teams
    )
    return first_period_start + timedelta(hours=8)


async def generate_history(
    engine: SandboxEngine,
    now: datetime,
    report_progress: ReportProgress = lambda _done, _weeks: None,
) -> None:
    """Generate the history from the workspace's clock time up to *now*, deterministically.

    Every step is a signed request to the bot; no row is written to its database directly.
    """
    start = engine.workspace.clock.now()
    weeks = max(1, -((start - now) // timedelta(weeks=1)))
    debriefs = list(plan_debriefs(engine.workspace.sample_practice, weeks))
    engine.trigger_ids.trigger_seconds = _OPEN_TIMEOUT_SECONDS
    for team in engine.workspace.sample_practice.teams:
        await _save_setup(engine, team)
    for week in range(weeks):
        report_progress(week, weeks)
        if week == max(0, weeks - _JOIN_WEEKS_BEFORE_END):
            await _join_checkins(engine)
        await _file_debriefs(engine, [debrief for debrief in debriefs if debrief.week == week])
        week_end = start + timedelta(weeks=week + 1)
        await engine.time_travel.jump_to(max(engine.workspace.clock.now(), min(week_end, now)))
    engine.trigger_ids.trigger_seconds = engine.config.response_timeout_seconds
    engine.workspace.notices.clear()
    _mark_messages_read(engine)
    report_progress(weeks, weeks)


def plan_debriefs(sample_practice: SamplePractice, weeks: int) -> Iterator[PlannedDebrief]:
    """Yield the debriefs to file; they depend on *sample_practice* alone, not on timing."""
    rng = random.Random(sample_practice.name)  # noqa: S311 - seed data, reproducible
    for week in range(weeks):
        for person in sample_practice.personas:
            is_listed = person.role == "clinician" and not person.is_unlisted
            if is_listed and rng.random() < _DEBRIEFS_PER_WEEK:
                yield PlannedDebrief(person.id, week, rng.randrange(2**32))


async def _save_setup(engine: SandboxEngine, team: SampleTeam) -> None:
    """Save the team's setup as its supervisor, which posts the introduction message."""
    driver = PersonaDriver(
        engine, engine.workspace.sample_practice.people_in_role(team, "supervisor")[0].id
    )
    await driver.type_command("/supervision", team.channel)
    await driver.wait_for_modal("setup", _OPEN_TIMEOUT_SECONDS)
    await driver.submit_modal()
    engine.modal_stack.clear_stack(driver.person.id)


async def _join_checkins(engine: SandboxEngine) -> None:
    """Send ``/checkin join`` for a share of every team, by list order without the first."""
    sample_practice = engine.workspace.sample_practice
    for team in sample_practice.teams:
        clinicians = sample_practice.people_in_role(team, "clinician")
        for person in clinicians[1 : 1 + round(len(clinicians) * _JOINED_SHARE)]:
            await PersonaDriver(engine, person.id).type_command("/checkin join", team.channel)


async def _file_debriefs(engine: SandboxEngine, debriefs: list[PlannedDebrief]) -> None:
    """File a list of debriefs in concurrent tasks, limited by a semaphore."""
    semaphore = asyncio.Semaphore(_MAX_CONCURRENT)

    async def file_with_limit(debrief: PlannedDebrief) -> None:
        async with semaphore:
            await _file_debrief(PersonaDriver(engine, debrief.person_id), debrief.random_seed)

    await asyncio.gather(*map(file_with_limit, debriefs))


async def _file_debrief(driver: PersonaDriver, random_seed: int) -> None:
    rng = random.Random(random_seed)  # noqa: S311 - as above
    if not await _open_debrief(driver):
        return
    await driver.submit_modal(_choose_answers(driver.rendered_modal["blocks"], rng))
    driver.engine.modal_stack.clear_stack(driver.person.id)


async def _open_debrief(driver: PersonaDriver) -> bool:
    """Open a debrief form; retry on a timeout, which a machine under load can cause."""
    for _ in range(_MAX_TRIES):
        await driver.type_command("/rupture")
        with suppress(TimeoutError):
            await driver.wait_for_modal("debrief", _OPEN_TIMEOUT_SECONDS / _MAX_TRIES)
            return True
    return False


def _choose_answers(blocks: list[Json], rng: random.Random) -> dict[str, str]:
    """Return an answer by block id for every input block with options."""
    answers = {}
    for block, element in iter_elements(blocks):
        if block["type"] == "input" and "options" in element:
            codes = [option["value"] for option in element["options"]]
            answers[block["block_id"]] = draw_answer(block["block_id"], codes, rng)
    return answers


def draw_answer(question_id: str, codes: list[str], rng: random.Random) -> str:
    """Choose one of the option values *codes* at random, weighted by question."""
    weights = _ANSWER_WEIGHTS.get(question_id, {})
    return rng.choices(codes, [weights.get(code, _DEFAULT_WEIGHT) for code in codes])[0]


def _mark_messages_read(engine: SandboxEngine) -> None:
    """Set the read markers of all personas to the last message older than a week."""
    workspace = engine.workspace
    unread_start = workspace.clock.now() - timedelta(weeks=1)

    def last_read_timestamps(person: Persona) -> dict[str, str]:
        conversations = workspace.visible_conversations(person.id)
        read_timestamps = {
            conversation.id: [
                message.ts
                for message in conversation.posts
                if float(message.ts) < unread_start.timestamp()
            ]
            for conversation in conversations
        }
        return {
            conversation_id: timestamps[-1]
            for conversation_id, timestamps in read_timestamps.items()
            if timestamps
        }

    workspace.read_markers = {
        person.id: last_read_timestamps(person) for person in workspace.sample_practice.personas
    }
    workspace.mark_changed()
