from bot.context import Context
from bot.conversation import InvalidAnswers
from bot.domain.checkins.questions import Intention
from bot.elements import Form
from handlers import BUTTONS, FORMS
from schedules import weekly_checkin
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


async def join_marie(context: Context) -> None:
    """Set up Marie's team, and join her."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, TEAM.id)
    )


async def load_intention(context: Context) -> Intention | None:
    """Load Marie's stored intention."""
    return await context.store.across_workspaces.read(
        lambda repos: repos.intentions.get_intention(MARIE)
    )


def checkin_data(context: Context, week: str = WEEK, sign_index: int = 0) -> str:
    """Return the data of a check-in's button."""
    return f"{week}:{context.catalogue.get_pack('en').signs[sign_index].code}"


async def submit_answer(context: Context, button_data: str, **answers: str) -> object:
    """Submit Marie's answer."""
    return await FORMS["checkin"](build_request(MARIE, data=button_data, answers=answers), context)


async def test_the_question_opens_in_a_form(context: Context) -> None:
    """The question is answered in a private form; a message contains no answer."""
    await join_marie(context)

    form = await BUTTONS["checkin.answer"](
        build_request(MARIE, data=checkin_data(context)), context
    )

    assert isinstance(form, Form)
    assert {"checkin", "intention", "wish"} <= set(fields_by_id(form))


async def test_an_answer_without_a_wish_is_not_stored(context: Context) -> None:
    """An answer without a wish for a follow-up is not stored."""
    await join_marie(context)

    reply = await submit_answer(context, checkin_data(context), checkin="someone")

    assert await load_intention(context) is None
    assert "rupture.open" in steps_by_name(reply)


async def test_a_wish_stores_the_intention_and_the_sign(context: Context) -> None:
    """The chosen intention is stored until the day after its follow-up, with its sign."""
    await join_marie(context)

    await submit_answer(
        context, checkin_data(context), checkin="someone", intention="I1", wish="yes"
    )

    intention = await load_intention(context)
    assert intention is not None
    assert (intention.code, intention.week) == ("I1", WEEK)
    assert (intention.expires_on - context.now().date()).days == 8


async def test_a_second_answer_changes_nothing(context: Context) -> None:
    """The first answer of a week is final, and the reply to the second promises nothing."""
    await join_marie(context)
    await submit_answer(
        context, checkin_data(context), checkin="someone", intention="I1", wish="yes"
    )
    before = await load_intention(context)

    reply = await submit_answer(
        context, checkin_data(context), checkin="someone", intention="I2", wish="yes"
    )

    assert await load_intention(context) == before
    assert "next week, with" not in reply_text(reply)


async def test_a_retried_answer_gets_the_same_reply(context: Context) -> None:
    """A retry of the same answer gets the same reply."""
    await join_marie(context)

    first = await submit_answer(
        context, checkin_data(context), checkin="someone", intention="I1", wish="yes"
    )
    again = await submit_answer(
        context, checkin_data(context), checkin="someone", intention="I1", wish="yes"
    )

    assert again == first


async def test_the_follow_up_comes_before_the_next_question(
    context: Context, clock: FakeClock
) -> None:
    """Last week's intention gets a follow-up, with last week's sign."""
    await join_marie(context)
    await submit_answer(
        context, checkin_data(context), checkin="someone", intention="I1", wish="yes"
    )
    clock.advance(days=7)

    form = await BUTTONS["checkin.answer"](
        build_request(MARIE, data=checkin_data(context, NEXT_WEEK, 1)), context
    )

    assert "followup" in fields_by_id(form)
    assert context.catalogue.get_pack("en").signs[0].glyph in reply_text(form)


async def test_an_answered_follow_up_is_deleted(context: Context, clock: FakeClock) -> None:
    """An answer deletes the intention; then the ordinary question comes again."""
    await join_marie(context)
    await submit_answer(
        context, checkin_data(context), checkin="someone", intention="I1", wish="yes"
    )
    clock.advance(days=7)

    reply = await FORMS["followup"](
        build_request(MARIE, answers={"followup": "rather_not"}), context
    )
    form = await BUTTONS["checkin.answer"](
        build_request(MARIE, data=checkin_data(context, NEXT_WEEK)), context
    )

    assert await load_intention(context) is None
    assert isinstance(reply, Form)
    assert "checkin" in fields_by_id(form)


async def test_an_expired_intention_gets_no_follow_up(context: Context, clock: FakeClock) -> None:
    """After its last day an intention gets no follow-up, even before its row is deleted."""
    await join_marie(context)
    await submit_answer(
        context, checkin_data(context), checkin="someone", intention="I1", wish="yes"
    )
    clock.advance(days=9)

    form = await BUTTONS["checkin.answer"](
        build_request(MARIE, data=checkin_data(context, NEXT_WEEK)), context
    )

    assert "checkin" in fields_by_id(form)


async def test_an_answer_resets_the_unanswered_count(context: Context) -> None:
    """An answer to the week's message resets the unanswered count."""
    await join_marie(context)
    await weekly_checkin.run(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.set_unanswered_count(MARIE, 4)
    )

    await submit_answer(context, checkin_data(context), checkin="none")

    assert (
        await context.store.across_workspaces.read(lambda repos: repos.people.get(MARIE))
    ).unanswered_count == 0


async def test_opening_the_question_resets_the_unanswered_count(context: Context) -> None:
    """Opening the question resets the unanswered count, without a submission."""
    await join_marie(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.set_unanswered_count(MARIE, 3)
    )

    await BUTTONS["checkin.answer"](build_request(MARIE, data=checkin_data(context)), context)

    assert (
        await context.store.across_workspaces.read(lambda repos: repos.people.get(MARIE))
    ).unanswered_count == 0


async def test_filing_a_debrief_does_not_reset_the_unanswered_count(context: Context) -> None:
    """The unanswered count must not reveal that a person filed a debrief."""
    await join_marie(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.set_unanswered_count(MARIE, 3)
    )

    await FORMS["debrief"](
        build_request(MARIE, answers={"form": "away", "status": "touched"}), context
    )

    assert (
        await context.store.across_workspaces.read(lambda repos: repos.people.get(MARIE))
    ).unanswered_count == 3


async def test_too_many_tried_steps_return_an_error(context: Context) -> None:
    """More than three tried steps return a field error, and the intention stays."""
    await join_marie(context)
    await submit_answer(
        context, checkin_data(context), checkin="someone", intention="I1", wish="yes"
    )
    four = ("clarify", "change_plan", "rationale", "invite")

    reply = await FORMS["followup"](
        build_request(MARIE, answers={"followup": "did", "tried": four}), context
    )

    assert isinstance(reply, InvalidAnswers)
    assert await load_intention(context) is not None
