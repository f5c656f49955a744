"""Twenty working days of one team, with a copy of the database's bytes after each of them.

The store, the handlers and the daily duty are the real ones. The process is restarted every week;
on the other nights the write-ahead log is emptied, as a restart empties it. The attackers read the
copies of :mod:`tests.attacks.night_bytes`.
"""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.content import catalogue
from bot.context import Context
from bot.conversation import Person
from bot.domain import calendar
from bot.domain.codebook import FORM_CODES, STATUS_CODES
from handlers import FORMS
from schedules import close_periods, retention
from tests.attacks.environment import MAX_CONCURRENT
from tests.attacks.night_bytes import NightCopy, copy_files
from tests.database_files import copy_empty_database
from tests.doubles import PEPPERS, FakeClock, RecordingOutlet
from tests.key_folders import open_test_store
from tests.memory_folder import find_memory_folder
from tests.sample_team import CLINICIANS, TEAM, FormAnswers, build_request, set_up_team

FIRST_DAY = datetime(2026, 7, 6, 13, tzinfo=UTC)
"""The Monday on which a quarter begins, nine in the morning in Toronto."""

WORK_DAYS = 20
"""Days with a copy at night: four weeks without their weekends."""

WEEK_DAYS = 5

OTHERS_RATE = 0.3
"""The probability that a colleague at work sends a form on one day."""

EQUAL_RATE = 0.6
"""The same where everybody sends as many forms, of which one person's are debriefs."""

NOT_FILING_FORMS = ("guide", "checkin", "pause", "deeper", "followup")
"""Forms of which nothing is counted."""

OTHERS_FORMS = (*NOT_FILING_FORMS, "debrief", "debrief", "debrief", "withdraw")
"""What colleagues send, each as often as it is listed."""

PlanNumber = int | None
"""The number of a plan that is the same in every measurement, or ``None`` for a new plan."""

Rota = tuple[frozenset[int], ...]
"""The weekdays on which each clinician is at work, from 0 for Monday."""


@dataclass(frozen=True)
class SentForm:
    """A form that a person sent on a day; ``code`` is the answer of a debrief, else ``""``."""

    day: int
    person: Person
    form: str
    code: str = ""

    @property
    def is_debrief(self) -> bool:
        """Whether a debrief was filed."""
        return self.form == "debrief"


@dataclass(frozen=True)
class TwentyNights:
    """What a team sent, who was at work when, and the copies: one before and one a night."""

    rota: Rota
    subject: int
    sent_forms: tuple[SentForm, ...]
    copies: tuple[NightCopy, ...]
    key_files: tuple[bytes, ...] = ()

    def forms_of_day(self, day: int) -> list[SentForm]:
        """Return what was sent on *day*."""
        return [sent for sent in self.sent_forms if sent.day == day]

    @property
    def subject_forms(self) -> list[SentForm]:
        """What the person sent whom the attackers ask about."""
        return [sent for sent in self.sent_forms if sent.person == CLINICIANS[self.subject]]


def draw_rota(generator: random.Random) -> Rota:
    """Draw part-time weeks of two to four days, no two alike."""
    weeks = [days for size in (2, 3, 4) for days in combinations(range(5), size)]
    return tuple(frozenset(days) for days in generator.sample(weeks, len(CLINICIANS)))


def plan_known_person(generator: random.Random, rota: Rota, subject: int) -> list[SentForm]:
    """Plan that the subject sends a form each day at work, of which half are debriefs.

    The first is always a debrief. A guide only read has the same answers.
    """
    sent_forms: list[SentForm] = []
    for day in range(WORK_DAYS):
        forms_of_day = []
        for index in _list_present(rota, day):
            person = CLINICIANS[index]
            if index == subject:
                is_first = not any(sent.person == person for sent in sent_forms)
                form = "debrief" if is_first else generator.choice(("debrief", "guide"))
                forms_of_day.append(_draw_form(generator, day, person, form))
            elif generator.random() < OTHERS_RATE:
                form = generator.choice(OTHERS_FORMS)
                forms_of_day.append(_draw_form(generator, day, person, form))
        generator.shuffle(forms_of_day)
        sent_forms += forms_of_day
    return sent_forms


def plan_single_filer(generator: random.Random, rota: Rota, subject: int) -> list[SentForm]:
    """Plan that everybody sends as many forms, of which those of the subject alone are debriefs."""
    return [
        _draw_form(
            generator,
            day,
            CLINICIANS[index],
            "debrief" if index == subject else generator.choice(NOT_FILING_FORMS),
        )
        for day in range(WORK_DAYS)
        for index in _list_present(rota, day)
        if generator.random() < EQUAL_RATE
    ]


def plan_single_sender(generator: random.Random, rota: Rota, subject: int) -> list[SentForm]:
    """Plan that the subject sends a form each day at work, and everybody else hardly any."""
    return [
        _draw_form(generator, day, CLINICIANS[index], generator.choice(OTHERS_FORMS))
        for day in range(WORK_DAYS)
        for index in _list_present(rota, day)
        if index == subject or generator.random() < OTHERS_RATE / 10
    ]


PLANS = {
    "known person": plan_known_person,
    "single filer": plan_single_filer,
    "single sender": plan_single_sender,
}


def _list_present(rota: Rota, day: int) -> list[int]:
    return [index for index, weekdays in enumerate(rota) if day % 5 in weekdays]


def _draw_form(generator: random.Random, day: int, person: Person, form: str) -> SentForm:
    code = generator.choice(FORM_CODES) if form == "debrief" else ""
    return SentForm(day, person, form, code)


async def run_nights(
    plan_name: str, number: PlanNumber = None, *, closes: bool = False
) -> TwentyNights:
    """Play the plan with this *number*, by default a new one, and copy the files each night.

    The number decides rota, subject and forms; keys, nonces and digests are new in every run. With
    *closes* the period ends afterwards; ``key_files`` are what the key folder then holds.
    """
    seed = secrets.token_hex(16) if number is None else f"{plan_name} {number}"
    generator = random.Random(seed)  # noqa: S311 - the plan of a game
    rota, subject = draw_rota(generator), generator.randrange(len(CLINICIANS))
    sent_forms = PLANS[plan_name](generator, rota, subject)
    with TemporaryDirectory(prefix="attune-nights-", dir=find_memory_folder()) as directory:
        copies, clock = [], FakeClock(FIRST_DAY - timedelta(hours=1))
        copy_empty_database(Path(directory))
        async with open_context(Path(directory), clock) as context:
            await set_up_team(context)
            await context.store.across_workspaces.write(
                lambda repos: [repos.people.join_team(person, TEAM.id) for person in CLINICIANS]
            )
            copies.append(copy_files(Path(directory)))
        for first_day in range(0, WORK_DAYS, WEEK_DAYS):
            async with open_context(Path(directory), clock) as context:
                for day in range(first_day, first_day + WEEK_DAYS):
                    clock.current_time = FIRST_DAY + timedelta(days=day // 5 * 7 + day % 5)
                    await retention.run(context)
                    await send_forms(
                        [sent for sent in sent_forms if sent.day == day], context, clock
                    )
                    copies.append(copy_files(Path(directory)))
                    await context.store.checkpoint()
        if closes:
            async with open_context(Path(directory), clock) as context:
                clock.current_time = await close_periods.next_due(context) or clock.current_time
                await close_periods.run(context)
        keys = read_key_files(Path(directory))
    return TwentyNights(rota, subject, tuple(sent_forms), tuple(copies), keys)


async def run_some_nights(plan_name: str, numbers: Iterable[PlanNumber]) -> list[TwentyNights]:
    """Play the plans of a name with these *numbers*, some at the same moment."""
    semaphore = asyncio.Semaphore(MAX_CONCURRENT)

    async def run_with_limit(number: PlanNumber) -> TwentyNights:
        async with semaphore:
            return await run_nights(plan_name, number)

    return await asyncio.gather(*(run_with_limit(number) for number in numbers))


def read_key_files(folder: Path) -> tuple[bytes, ...]:
    """Return every period key in the key folder of the database in *folder*."""
    return tuple(path.read_bytes() for path in sorted(folder.glob("*.keys/*.period")))


@asynccontextmanager
async def open_context(folder: Path, clock: FakeClock) -> AsyncIterator[Context]:
    """Start a process on the database in *folder*, and stop it afterwards."""
    store = open_test_store(f"sqlite:///{folder}/attune.sqlite", PEPPERS)
    try:
        yield Context(store, load_texts(), clock, {"slack": RecordingOutlet()})
    finally:
        await store.close()


@cache
def load_texts() -> catalogue.Catalogue:
    """Return the real catalogue, loaded once."""
    return catalogue.load_catalogue()


async def send_forms(sent_forms: Sequence[SentForm], context: Context, clock: FakeClock) -> None:
    """Submit the forms of one day, an unguessable request each, some minutes apart."""
    for sent in sent_forms:
        answers, data = build_answers(sent, clock.current_time.date())
        request = build_request(
            sent.person, answers=answers, data=data, idempotency_key=secrets.token_hex(16)
        )
        await FORMS[sent.form](request, context)
        clock.advance(minutes=7)


def build_answers(sent: SentForm, today: date) -> tuple[FormAnswers, str]:
    """Return the answers and the data of a form that is sent *today*."""
    codes = {"form": sent.code or FORM_CODES[0], "status": STATUS_CODES[0]}
    week, sign = calendar.iso_week(today), load_texts().get_pack("en").signs[0]
    forms: dict[str, tuple[FormAnswers, str]] = {
        "debrief": (codes, ""),
        "guide": (codes, ""),
        "withdraw": ({}, ""),
        "checkin": ({"checkin": "someone"}, f"{week}:{sign.code}"),
        "pause": ({"until": (today + timedelta(days=14)).isoformat()}, ""),
        "followup": ({"followup": "rather_not"}, ""),
        "deeper": (
            {"strain": "bond", "mine": ("missed_cue",), "help": "supervision"},
            f"{codes['form']}.{codes['status']}",
        ),
    }
    return forms[sent.form]
