"""The follow-up of an intention: when it comes, what it keeps, and where it leads."""

import pytest

from bot.context import Context
from bot.elements import Button, Form
from handlers import BUTTONS, FORMS
from tests.doubles import FakeClock
from tests.handlers.questions_on_demand import (
    deliver,
    joined_context,
    load_intention,
    open_now,
    submit,
)
from tests.sample_team import MARIE, build_request, reply_text, steps_by_name

__all__ = ["joined_context"]

NEXT_WEEK = "2026-W28"


async def test_a_wish_is_followed_up_on_the_next_weeks_day(
    joined_context: Context, clock: FakeClock
) -> None:
    """Requested on Monday for Thursday of next week, it lasts longer than eight days."""
    form = await open_now(joined_context)
    thanks = await submit(joined_context, form, checkin="someone", intention="I1", wish="yes")
    clock.advance(days=10)
    await deliver(joined_context)

    follow_up = await open_now(joined_context)

    assert "until Friday, July 10" in reply_text(thanks)
    assert (follow_up.name, follow_up.data.partition(":")[0]) == ("followup", NEXT_WEEK)


async def test_the_follow_up_leads_on_to_this_weeks_question(
    joined_context: Context, clock: FakeClock
) -> None:
    """Its thanks have the button of the question that it preceded."""
    form = await open_now(joined_context)
    await submit(joined_context, form, checkin="someone", intention="I1", wish="yes")
    clock.advance(days=7)
    thanks = await submit(joined_context, await open_now(joined_context), followup="did")
    button = steps_by_name(thanks)["checkin.answer"]
    assert isinstance(button, Button)

    question = await BUTTONS[button.name](build_request(MARIE, data=button.data), joined_context)

    assert isinstance(question, Form)
    assert (question.name, question.data) == ("checkin", (await open_now(joined_context)).data)


@pytest.mark.parametrize(
    ("answers", "is_kept"),
    [
        ({"followup": "not_right"}, True),
        ({"followup": "not_right", "again": "no"}, False),
        ({"followup": "did", "again": "yes"}, True),
        ({"followup": "did"}, False),
    ],
)
async def test_an_intention_is_kept_for_another_week(
    joined_context: Context,
    clock: FakeClock,
    answers: dict[str, str],
    is_kept: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """Kept, it does not precede this week's question again, and precedes that of the next."""
    form = await open_now(joined_context)
    await submit(joined_context, form, checkin="someone", intention="I1", wish="yes")
    clock.advance(days=7)

    thanks = await submit(joined_context, await open_now(joined_context), **answers)
    this_week = await open_now(joined_context)
    clock.advance(days=7)
    next_week = await open_now(joined_context)

    assert ("kept for another week" in reply_text(thanks)) is is_kept
    assert (this_week.name, next_week.name) == ("checkin", "followup" if is_kept else "checkin")


async def test_a_stale_follow_up_keeps_a_newer_intention(
    joined_context: Context, clock: FakeClock
) -> None:
    """A follow-up that was opened twice deletes no intention that was requested in between."""
    form = await open_now(joined_context)
    await submit(joined_context, form, checkin="someone", intention="I1", wish="yes")
    clock.advance(days=7)
    follow_up = await open_now(joined_context)
    await submit(joined_context, follow_up, followup="did")
    question = await open_now(joined_context)
    await submit(joined_context, question, checkin="someone", intention="I2", wish="yes")
    clock.advance(minutes=1)

    await submit(joined_context, follow_up, followup="did")

    intention = await load_intention(joined_context)
    assert intention is not None
    assert intention.code == "I2"


async def test_a_form_of_an_earlier_release_leads_on_too(
    joined_context: Context, clock: FakeClock
) -> None:
    """A follow-up without data leads on to the current week's question."""
    form = await open_now(joined_context)
    await submit(joined_context, form, checkin="someone", intention="I1", wish="yes")
    clock.advance(days=7)

    reply = await FORMS["followup"](
        build_request(MARIE, answers={"followup": "did"}), joined_context
    )

    button = steps_by_name(reply)["checkin.answer"]
    assert isinstance(button, Button)
    assert button.data == (await open_now(joined_context)).data


@pytest.mark.parametrize("form_name", ["checkin", "followup"])
async def test_a_forged_week_stores_no_distant_one(
    joined_context: Context, clock: FakeClock, form_name: str
) -> None:
    """A form of the last week that a calendar has counts for next week at the latest."""
    form = await open_now(joined_context)
    await submit(joined_context, form, checkin="someone", intention="I1", wish="yes")
    clock.advance(days=7)
    answers = {"checkin": "someone", "wish": "yes", "followup": "not_right"}
    request = build_request(
        MARIE, data="9999-W52:circle", answers={form_name: answers[form_name], "wish": "yes"}
    )

    await FORMS[form_name](request, joined_context)

    intention = await load_intention(joined_context)
    assert intention is not None
    assert intention.week == "2026-W29"


async def test_a_forged_week_opens_its_question(joined_context: Context) -> None:
    """The last week that a calendar has opens a form, though no week follows it."""
    request = build_request(MARIE, data="9999-W52:circle")

    assert isinstance(await BUTTONS["checkin.answer"](request, joined_context), Form)
