import io
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import logs
from bot.errors import UnknownAnswerError
from bot.store.schema import metadata
from handlers import FORMS
from schedules import TIMETABLE
from tests.attacks.database_copies import BotInstance, open_instance, run_in_copies
from tests.ledger_records import count_stored_codes
from tests.sample_team import CLINICIANS, MARIE, SUPERVISOR, build_request, set_up_team

AN_ID = re.compile(r"[0-9a-f]{16,}")


@pytest.fixture
def log_stream() -> Iterator[io.StringIO]:
    """Return the operator's log as text, with every logger at DEBUG."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure_logging("DEBUG")
    stream = io.StringIO()
    for handler in root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


async def prepare_team(instance: BotInstance) -> None:
    """Set up a team whose supervisor has agreed and which Marie has joined."""
    await set_up_team(instance.context)
    await instance.give_agreement(SUPERVISOR)
    await instance.press_button("join", MARIE)


async def exercise_debriefs(instance: BotInstance) -> None:
    """File, submit an invalid answer, withdraw, close the period and read the page."""
    await instance.file_debriefs(*CLINICIANS, MARIE)
    with pytest.raises(UnknownAnswerError):
        await instance.file_debriefs(MARIE, form="a made-up answer")
    await instance.submit_form("withdraw", MARIE, {})
    await instance.close_period()
    await instance.run_command("debriefs", SUPERVISOR)


def test_unfiltered_log_line_identifies_a_person(log_stream: io.StringIO) -> None:
    """A log record with the user's id, as many bots write it, identifies the person."""
    logging.getLogger("attune.naive").debug("debrief", extra={"user": MARIE.id})

    assert MARIE.id in log_stream.getvalue()


async def test_log_does_not_reveal_who_filed_or_what(
    log_stream: io.StringIO, tmp_path: Path
) -> None:
    """At DEBUG, filing, an error, a withdrawal and a close log no id, no code and no token."""
    async with open_instance(tmp_path) as instance:
        await prepare_team(instance)
        await exercise_debriefs(instance)
    log_text = log_stream.getvalue()

    assert "periods.closed" in log_text, "the log was captured"
    assert [person.id for person in (*CLINICIANS, SUPERVISOR) if person.id in log_text] == []
    assert not re.search(r"\b(away|against|both|unsure|working|made-up|debrief)\b", log_text)
    assert AN_ID.findall(log_text) == []


async def test_the_log_of_a_debrief_is_the_log_of_a_guide(
    log_stream: io.StringIO, tmp_path: Path
) -> None:
    """A reader of the log cannot distinguish filing a debrief from reading a guide."""
    answers = {"form": "away", "status": "working"}
    async with open_instance(tmp_path) as instance:
        await prepare_team(instance)
        log_texts = []
        for form in ("debrief", "guide", "withdraw"):
            log_stream.truncate(0)
            log_stream.seek(0)
            await instance.submit_form(form, MARIE, {} if form == "withdraw" else answers)
            log_texts.append(log_stream.getvalue())

    assert len(set(log_texts)) == 1


async def test_debrief_changes_no_queue_and_no_person(tmp_path: Path) -> None:
    """Deliveries, people, intentions and rosters contain the same rows, filed or not."""

    async def file_all(instance: BotInstance) -> object:
        await instance.file_debriefs(*CLINICIANS, MARIE)
        return await fetch_other_tables(instance)

    async def file_and_withdraw(instance: BotInstance) -> object:
        await instance.file_debriefs(MARIE)
        await instance.submit_form("withdraw", MARIE, {})
        return await fetch_other_tables(instance)

    results = await run_in_copies(
        tmp_path, prepare_team, file_all, file_and_withdraw, fetch_other_tables
    )

    assert results[0] == results[1] == results[2]


async def fetch_other_tables(instance: BotInstance) -> object:
    """Return the rows beside records and idempotency keys, after every duty has run for a week.

    Without the sign of each check-in, which is drawn at random, and the marks of the secrets, which
    each start of a process encrypts with a nonce of its own.
    """
    for _ in range(15):
        instance.clock.advance(hours=12)
        for duty in TIMETABLE.values():
            await duty.run(instance.context)
    tables = await instance.fetch_tables(
        "ledger_record", "team_record", "inbox", "period", "feed", "release", "seal"
    )
    detail_column = metadata.tables["delivery"].columns.keys().index("detail")
    tables["delivery"] = [
        (*row[:detail_column], *row[detail_column + 1 :]) for row in tables["delivery"]
    ]
    return {
        name: sorted(AN_ID.sub("an id", repr(row)) for row in rows) for name, rows in tables.items()
    }


async def test_debrief_plans_no_delivery(tmp_path: Path) -> None:
    """Filing plans no message, so no queue contains a trace of it or its time."""
    async with open_instance(tmp_path) as instance:
        await prepare_team(instance)
        before = await instance.fetch_rows("delivery")
        await instance.file_debriefs(*CLINICIANS)

        assert await instance.fetch_rows("delivery") == before


async def test_rejected_answer_is_neither_logged_nor_stored(
    log_stream: io.StringIO, tmp_path: Path
) -> None:
    """A forged answer is refused without a trace in the log, and nothing is filed."""
    async with open_instance(tmp_path) as instance:
        await prepare_team(instance)
        forged_request = build_request(MARIE, answers={"form": "away", "status": MARIE.id})
        with pytest.raises(UnknownAnswerError) as exc_info:
            await FORMS["debrief"](forged_request, instance.context)

        assert MARIE.id not in repr(exc_info.value) + log_stream.getvalue()
        assert await count_stored_codes(instance.context.store) == 0
