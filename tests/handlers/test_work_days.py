"""A clinician's own working days, and coming back after a silence."""

import pytest

from bot.context import Context
from bot.conversation import InvalidAnswers
from bot.elements import ChoiceField, Home
from bot.errors import UnknownAnswerError
from handlers import BUTTONS, FORMS
from tests.handlers.test_preferences import ask, joined, marie, save
from tests.sample_team import MARIE, build_request, fields_by_id, reply_text


async def test_part_time_days_are_asked_for_and_kept(context: Context) -> None:
    """Monday to Friday stands ticked until somebody says otherwise; saying so is kept."""
    await joined(context)
    form = fields_by_id(await ask(build_request(MARIE), context))
    days = form["work_days"]
    assert isinstance(days, ChoiceField)
    assert days.initial == ("1", "2", "3", "4", "5")

    await save(context, work_days=("2", "3"))

    assert (await marie(context)).work_days == (2, 3)
    await save(context, work_days=("1", "2", "3", "4", "5"))
    assert (await marie(context)).work_days == ()


async def test_a_day_off_for_the_question_gets_a_kind_word(context: Context) -> None:
    """Wednesday's question for somebody who works on Monday and Tuesday is asked about."""
    await joined(context)

    reply = await save(context, work_days=("1", "2"))

    assert isinstance(reply, InvalidAnswers)
    assert set(reply.errors) == {"day"}
    with pytest.raises(UnknownAnswerError):
        await save(context, work_days=("8",))


@pytest.mark.parametrize("at", ["07:29", "20:00", "02:00"])
async def test_a_time_at_night_gets_a_kind_word(context: Context, at: str) -> None:
    """From 20:00 to 07:30 nobody is disturbed, so such a time cannot be chosen."""
    await joined(context)

    reply = await save(context, time=at)

    assert isinstance(reply, InvalidAnswers)
    assert set(reply.errors) == {"time"}


@pytest.mark.parametrize("name", ["checkin.again", "checkin.resume", "checkin.settings"])
async def test_only_using_check_ins_ends_the_quiet(context: Context, name: str) -> None:
    """Looking at one's settings changes nothing; asking to go on, or resuming, does."""
    await joined(context)
    await context.store.write(lambda repos: repos.people.set_unanswered_count(MARIE, 6))

    await BUTTONS[name](build_request(MARIE), context)

    assert (await marie(context)).unanswered_count == (6 if name == "checkin.settings" else 0)


async def test_saving_ones_settings_or_resting_ends_the_quiet(context: Context) -> None:
    """Whoever chooses when they are asked, or when not, is there."""
    await joined(context)
    for use in (
        save(context),
        FORMS["pause"](build_request(MARIE, answers={"until": "2026-07-20"}), context),
    ):
        await context.store.write(lambda repos: repos.people.set_unanswered_count(MARIE, 4))
        await use
        assert (await marie(context)).unanswered_count == 0


async def test_going_on_is_one_tap_and_says_when(context: Context) -> None:
    """From the last note, and from one's own page, which then shows the next question."""
    await joined(context)
    await context.store.write(lambda repos: repos.people.set_unanswered_count(MARIE, 6))
    again = BUTTONS["checkin.again"]

    assert "weekly from then on" in reply_text(await again(build_request(MARIE), context))
    page = await again(build_request(MARIE, channel=""), context)
    assert isinstance(page, Home)
    await context.store.write(lambda repos: repos.people.leave_checkins(MARIE))
    assert "have left" in reply_text(await again(build_request(MARIE), context))
