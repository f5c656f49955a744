"""A clinician's own working days, and coming back after a silence."""

import pytest

from bot.context import Desk
from bot.conversation import Invalid
from bot.elements import Choice, Home
from bot.errors import UnknownAnswerError
from handlers import BUTTONS, FORMS
from tests.handlers.test_preferences import ask, joined, marie, save
from tests.sample_team import MARIE, fields, request, text


async def test_part_time_days_are_asked_for_and_kept(desk: Desk) -> None:
    """Monday to Friday stands ticked until somebody says otherwise; saying so is kept."""
    await joined(desk)
    form = fields(await ask(request(MARIE), desk))
    days = form["work_days"]
    assert isinstance(days, Choice)
    assert days.chosen == ("1", "2", "3", "4", "5")

    await save(desk, work_days=("2", "3"))

    assert (await marie(desk)).work_days == (2, 3)
    await save(desk, work_days=("1", "2", "3", "4", "5"))
    assert (await marie(desk)).work_days == ()


async def test_a_day_off_for_the_question_gets_a_kind_word(desk: Desk) -> None:
    """Wednesday's question for somebody who works on Monday and Tuesday is asked about."""
    await joined(desk)

    reply = await save(desk, work_days=("1", "2"))

    assert isinstance(reply, Invalid)
    assert set(reply.errors) == {"day"}
    with pytest.raises(UnknownAnswerError):
        await save(desk, work_days=("8",))


@pytest.mark.parametrize("at", ["07:29", "20:00", "02:00"])
async def test_a_time_at_night_gets_a_kind_word(desk: Desk, at: str) -> None:
    """From 20:00 to 07:30 nobody is disturbed, so such a time cannot be chosen."""
    await joined(desk)

    reply = await save(desk, time=at)

    assert isinstance(reply, Invalid)
    assert set(reply.errors) == {"time"}


@pytest.mark.parametrize("name", ["checkin.again", "checkin.resume", "checkin.settings"])
async def test_only_using_check_ins_ends_the_quiet(desk: Desk, name: str) -> None:
    """Looking at one's settings changes nothing; asking to go on, or resuming, does."""
    await joined(desk)
    await desk.store.write(lambda books: books.people.set_quiet(MARIE, 6))

    await BUTTONS[name](request(MARIE), desk)

    assert (await marie(desk)).quiet == (6 if name == "checkin.settings" else 0)


async def test_saving_ones_settings_or_resting_ends_the_quiet(desk: Desk) -> None:
    """Whoever chooses when they are asked, or when not, is there."""
    await joined(desk)
    for use in (save(desk), FORMS["pause"](request(MARIE, answers={"until": "2026-07-20"}), desk)):
        await desk.store.write(lambda books: books.people.set_quiet(MARIE, 4))
        await use
        assert (await marie(desk)).quiet == 0


async def test_going_on_is_one_tap_and_says_when(desk: Desk) -> None:
    """From the last note, and from one's own page, which then shows the next question."""
    await joined(desk)
    await desk.store.write(lambda books: books.people.set_quiet(MARIE, 6))
    again = BUTTONS["checkin.again"]

    assert "weekly from then on" in text(await again(request(MARIE), desk))
    page = await again(request(MARIE, channel=""), desk)
    assert isinstance(page, Home)
    await desk.store.write(lambda books: books.people.leave(MARIE))
    assert "have left" in text(await again(request(MARIE), desk))
