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
from tests.attacks.forks import World, open_world, run_in_forks
from tests.sample_team import CLINICIANS, MARIE, SUPERVISOR, build_request, set_up_team

AN_ID = re.compile(r"[0-9a-f]{16,}")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the operator's log holds, with everything turned up to DEBUG."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure_logging("DEBUG")
    stream = io.StringIO()
    for handler in root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


async def ready(one: World) -> None:
    """A team whose supervisor has agreed and of which Marie has joined."""
    await set_up_team(one.context)
    await one.give_agreement(SUPERVISOR)
    await one.press_button("join", MARIE)


async def everything(one: World) -> None:
    """File, file wrongly, take back, close, and look at what was told."""
    await one.file_debriefs(*CLINICIANS, MARIE)
    with pytest.raises(UnknownAnswerError):
        await one.file_debriefs(MARIE, form="a made-up answer")
    await one.submit_form("withdraw", MARIE, {})
    await one.close_period()
    await one.run_command("debriefs", SUPERVISOR)


def test_a_careless_line_gives_a_person_away(written: io.StringIO) -> None:
    """What most bots log of a request holds who it was, and is read by everybody with the logs."""
    logging.getLogger("attune.naive").debug("debrief", extra={"user": MARIE.id})

    assert MARIE.id in written.getvalue()


async def test_nothing_in_the_log_tells_who_filed_or_what(
    written: io.StringIO, tmp_path: Path
) -> None:
    """At DEBUG, through filing, an error, a withdrawal and a close: no id, no code, no token."""
    async with open_world(tmp_path) as one:
        await ready(one)
        await everything(one)
    told = written.getvalue()

    assert "periods.closed" in told, "the log was listened to"
    assert [who.id for who in (*CLINICIANS, SUPERVISOR) if who.id in told] == []
    assert not re.search(r"\b(away|against|both|unsure|working|made-up|debrief)\b", told)
    assert AN_ID.findall(told) == []


async def test_the_log_of_a_debrief_is_the_log_of_a_guide(
    written: io.StringIO, tmp_path: Path
) -> None:
    """Whoever reads the log cannot tell somebody who filed from somebody who read a guide."""
    answers = {"form": "away", "status": "working"}
    async with open_world(tmp_path) as one:
        await ready(one)
        heard = []
        for form in ("debrief", "guide", "withdraw"):
            written.truncate(0)
            written.seek(0)
            await one.submit_form(form, MARIE, {} if form == "withdraw" else answers)
            heard.append(written.getvalue())

    assert len(set(heard)) == 1


async def test_no_queue_and_no_person_is_changed_by_a_debrief(tmp_path: Path) -> None:
    """Deliveries, people, intentions and rosters hold the same rows, filed or not."""

    async def filed(one: World) -> object:
        await one.file_debriefs(*CLINICIANS, MARIE)
        return await rest(one)

    async def withdrawn(one: World) -> object:
        await one.file_debriefs(MARIE)
        await one.submit_form("withdraw", MARIE, {})
        return await rest(one)

    kept = await run_in_forks(tmp_path, ready, filed, withdrawn, rest)

    assert kept[0] == kept[1] == kept[2]


async def rest(one: World) -> object:
    """What is kept beside slips and done acts, after every duty has run for a week.

    Without the sign that each check-in is dealt at random.
    """
    for _ in range(15):
        one.clock.advance(hours=12)
        for duty in TIMETABLE.values():
            await duty.run(one.context)
    kept = await one.fetch_tables("slip", "inbox", "period", "feed", "release")
    dealt = metadata.tables["delivery"].columns.keys().index("detail")
    kept["delivery"] = [(*row[:dealt], *row[dealt + 1 :]) for row in kept["delivery"]]
    return {
        name: sorted(AN_ID.sub("an id", repr(row)) for row in rows) for name, rows in kept.items()
    }


async def test_no_job_is_kept_for_a_debrief(tmp_path: Path) -> None:
    """Filing promises no message, so that no queue holds a trace of it or its time."""
    async with open_world(tmp_path) as one:
        await ready(one)
        before = await one.fetch_rows("delivery")
        await one.file_debriefs(*CLINICIANS)

        assert await one.fetch_rows("delivery") == before


async def test_an_error_on_the_way_keeps_its_words_to_itself(
    written: io.StringIO, tmp_path: Path
) -> None:
    """A forged answer is refused without a trace of it, and keeps nothing."""
    async with open_world(tmp_path) as one:
        await ready(one)
        forged = build_request(MARIE, answers={"form": "away", "status": MARIE.id})
        with pytest.raises(UnknownAnswerError) as refused:
            await FORMS["debrief"](forged, one.context)

        assert MARIE.id not in repr(refused.value) + written.getvalue()
        assert await one.fetch_rows("slip") == []
