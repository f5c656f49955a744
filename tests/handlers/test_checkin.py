from bot.context import Context
from bot.conversation import InvalidAnswers
from bot.domain.checkins.questions import Intention
from bot.elements import Form
from handlers import BUTTONS, FORMS
from tests.doubles import FakeClock
from tests.sample_team import (
    MARIE,
    TEAM,
    build_request,
    fields_by_id,
    reply_text,
    set_up_team,
    steps_by_name,
)

WEEK, NEXT_WEEK = "2026-W27", "2026-W28"


async def joined(context: Context) -> None:
    """Marie's team is there and she has joined."""
    await set_up_team(context)
    await context.store.write(lambda repos: repos.people.join_team(MARIE, TEAM.id))


async def picked(context: Context) -> Intention | None:
    """What is kept of Marie's answer."""
    return await context.store.read(lambda repos: repos.intentions.get_intention(MARIE))


def data(context: Context, week: str = WEEK, at: int = 0) -> str:
    """What the button under a check-in carries."""
    return f"{week}:{context.catalogue.get_pack('en').signs[at].code}"


async def answer(context: Context, carried: str, **answers: str) -> object:
    """Marie's answer, sent off."""
    return await FORMS["checkin"](build_request(MARIE, data=carried, answers=answers), context)


async def test_the_question_opens_in_a_form(context: Context) -> None:
    """A message never holds an answer: the question is asked in private."""
    await joined(context)

    form = await BUTTONS["checkin.answer"](build_request(MARIE, data=data(context)), context)

    assert isinstance(form, Form)
    assert {"checkin", "intention", "wish"} <= set(fields_by_id(form))


async def test_an_answer_alone_is_kept_nowhere(context: Context) -> None:
    """Who comes to mind is nobody else's business, not even the store's."""
    await joined(context)

    reply = await answer(context, data(context), checkin="someone")

    assert await picked(context) is None
    assert "rupture.open" in steps_by_name(reply)


async def test_a_wish_to_be_asked_keeps_the_choice_and_the_sign(context: Context) -> None:
    """What was picked is kept for 8 days, with the sign that was dealt."""
    await joined(context)

    await answer(context, data(context), checkin="someone", intention="I1", wish="yes")

    kept = await picked(context)
    assert kept is not None
    assert (kept.code, kept.week) == ("I1", WEEK)
    assert (kept.expires_on - context.now().date()).days == 8


async def test_answering_twice_does_nothing_more(context: Context) -> None:
    """The first answer of a week stands, and the second is not said to be kept."""
    await joined(context)
    await answer(context, data(context), checkin="someone", intention="I1", wish="yes")
    before = await picked(context)

    reply = await answer(context, data(context), checkin="someone", intention="I2", wish="yes")

    assert await picked(context) == before
    assert "8 days" not in reply_text(reply)


async def test_a_repeated_answer_is_answered_alike(context: Context) -> None:
    """A retry of the same answer reads like the first."""
    await joined(context)

    first = await answer(context, data(context), checkin="someone", intention="I1", wish="yes")
    again = await answer(context, data(context), checkin="someone", intention="I1", wish="yes")

    assert again == first


async def test_the_week_after_the_follow_up_comes_first(context: Context, clock: FakeClock) -> None:
    """What was picked last week is asked about, with last week's sign."""
    await joined(context)
    await answer(context, data(context), checkin="someone", intention="I1", wish="yes")
    clock.advance(days=7)

    form = await BUTTONS["checkin.answer"](
        build_request(MARIE, data=data(context, NEXT_WEEK, 1)), context
    )

    assert "followup" in fields_by_id(form)
    assert context.catalogue.get_pack("en").signs[0].glyph in reply_text(form)


async def test_a_follow_up_that_was_answered_is_forgotten(
    context: Context, clock: FakeClock
) -> None:
    """Any answer will do; then the ordinary question comes again."""
    await joined(context)
    await answer(context, data(context), checkin="someone", intention="I1", wish="yes")
    clock.advance(days=7)

    reply = await FORMS["followup"](
        build_request(MARIE, answers={"followup": "rather_not"}), context
    )
    form = await BUTTONS["checkin.answer"](
        build_request(MARIE, data=data(context, NEXT_WEEK)), context
    )

    assert await picked(context) is None
    assert isinstance(reply, Form)
    assert "checkin" in fields_by_id(form)


async def test_an_old_wish_expires_in_silence(context: Context, clock: FakeClock) -> None:
    """After its 8 days a wish is not asked about, even before it is swept away."""
    await joined(context)
    await answer(context, data(context), checkin="someone", intention="I1", wish="yes")
    clock.advance(days=9)

    form = await BUTTONS["checkin.answer"](
        build_request(MARIE, data=data(context, NEXT_WEEK)), context
    )

    assert "checkin" in fields_by_id(form)


async def test_an_answer_ends_the_quiet(context: Context) -> None:
    """Whoever uses check-ins again gets them weekly again."""
    await joined(context)
    await context.store.write(lambda repos: repos.people.set_unanswered_count(MARIE, 4))

    await answer(context, data(context), checkin="none")

    assert (await context.store.read(lambda repos: repos.people.get(MARIE))).unanswered_count == 0


async def test_pressing_answer_ends_the_quiet(context: Context) -> None:
    """Whoever opens the question is there, whether or not they send it off."""
    await joined(context)
    await context.store.write(lambda repos: repos.people.set_unanswered_count(MARIE, 3))

    await BUTTONS["checkin.answer"](build_request(MARIE, data=data(context)), context)

    assert (await context.store.read(lambda repos: repos.people.get(MARIE))).unanswered_count == 0


async def test_filing_a_debrief_does_not_end_the_quiet(context: Context) -> None:
    """What is kept about a person must not tell that they filed."""
    await joined(context)
    await context.store.write(lambda repos: repos.people.set_unanswered_count(MARIE, 3))

    await FORMS["debrief"](
        build_request(MARIE, answers={"form": "away", "status": "touched"}), context
    )

    assert (await context.store.read(lambda repos: repos.people.get(MARIE))).unanswered_count == 3


async def test_too_many_tried_is_met_with_a_kind_word(context: Context) -> None:
    """Up to three of what was tried; nothing is forgotten meanwhile."""
    await joined(context)
    await answer(context, data(context), checkin="someone", intention="I1", wish="yes")
    four = ("clarify", "change_plan", "rationale", "invite")

    reply = await FORMS["followup"](
        build_request(MARIE, answers={"followup": "did", "tried": four}), context
    )

    assert isinstance(reply, InvalidAnswers)
    assert await picked(context) is not None
