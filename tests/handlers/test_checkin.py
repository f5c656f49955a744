from bot.context import Desk
from bot.conversation import Invalid
from bot.domain.checkins.questions import Intention
from bot.elements import Form
from handlers import BUTTONS, FORMS
from tests.doubles import Moment
from tests.sample_team import MARIE, TEAM, fields, request, set_up, steps, text

WEEK, NEXT_WEEK = "2026-W27", "2026-W28"


async def joined(desk: Desk) -> None:
    """Marie's team is there and she has joined."""
    await set_up(desk)
    await desk.store.write(lambda books: books.people.join(MARIE, TEAM.id))


async def picked(desk: Desk) -> Intention | None:
    """What is kept of Marie's answer."""
    return await desk.store.read(lambda books: books.intentions.of(MARIE))


def data(desk: Desk, week: str = WEEK, at: int = 0) -> str:
    """What the button under a check-in carries."""
    return f"{week}:{desk.catalogue.words('en').signs[at].code}"


async def answer(desk: Desk, carried: str, **answers: str) -> object:
    """Marie's answer, sent off."""
    return await FORMS["checkin"](request(MARIE, data=carried, answers=answers), desk)


async def test_the_question_opens_in_a_form(desk: Desk) -> None:
    """A message never holds an answer: the question is asked in private."""
    await joined(desk)

    form = await BUTTONS["checkin.answer"](request(MARIE, data=data(desk)), desk)

    assert isinstance(form, Form)
    assert {"checkin", "intention", "wish"} <= set(fields(form))


async def test_an_answer_alone_is_kept_nowhere(desk: Desk) -> None:
    """Who comes to mind is nobody else's business, not even the store's."""
    await joined(desk)

    reply = await answer(desk, data(desk), checkin="someone")

    assert await picked(desk) is None
    assert "rupture.open" in steps(reply)


async def test_a_wish_to_be_asked_keeps_the_choice_and_the_sign(desk: Desk) -> None:
    """What was picked is kept for 8 days, with the sign that was dealt."""
    await joined(desk)

    await answer(desk, data(desk), checkin="someone", intention="I1", wish="yes")

    kept = await picked(desk)
    assert kept is not None
    assert (kept.code, kept.week) == ("I1", WEEK)
    assert (kept.until - desk.now().date()).days == 8


async def test_answering_twice_does_nothing_more(desk: Desk) -> None:
    """The first answer of a week stands, and the second is not said to be kept."""
    await joined(desk)
    await answer(desk, data(desk), checkin="someone", intention="I1", wish="yes")
    before = await picked(desk)

    reply = await answer(desk, data(desk), checkin="someone", intention="I2", wish="yes")

    assert await picked(desk) == before
    assert "8 days" not in text(reply)


async def test_a_repeated_answer_is_answered_alike(desk: Desk) -> None:
    """A retry of the same answer reads like the first."""
    await joined(desk)

    first = await answer(desk, data(desk), checkin="someone", intention="I1", wish="yes")
    again = await answer(desk, data(desk), checkin="someone", intention="I1", wish="yes")

    assert again == first


async def test_the_week_after_the_follow_up_comes_first(desk: Desk, clock: Moment) -> None:
    """What was picked last week is asked about, with last week's sign."""
    await joined(desk)
    await answer(desk, data(desk), checkin="someone", intention="I1", wish="yes")
    clock.move(days=7)

    form = await BUTTONS["checkin.answer"](request(MARIE, data=data(desk, NEXT_WEEK, 1)), desk)

    assert "followup" in fields(form)
    assert desk.catalogue.words("en").signs[0].picture in text(form)


async def test_a_follow_up_that_was_answered_is_forgotten(desk: Desk, clock: Moment) -> None:
    """Any answer will do; then the ordinary question comes again."""
    await joined(desk)
    await answer(desk, data(desk), checkin="someone", intention="I1", wish="yes")
    clock.move(days=7)

    reply = await FORMS["followup"](request(MARIE, answers={"followup": "rather_not"}), desk)
    form = await BUTTONS["checkin.answer"](request(MARIE, data=data(desk, NEXT_WEEK)), desk)

    assert await picked(desk) is None
    assert isinstance(reply, Form)
    assert "checkin" in fields(form)


async def test_an_old_wish_expires_in_silence(desk: Desk, clock: Moment) -> None:
    """After its 8 days a wish is not asked about, even before it is swept away."""
    await joined(desk)
    await answer(desk, data(desk), checkin="someone", intention="I1", wish="yes")
    clock.move(days=9)

    form = await BUTTONS["checkin.answer"](request(MARIE, data=data(desk, NEXT_WEEK)), desk)

    assert "checkin" in fields(form)


async def test_an_answer_ends_the_quiet(desk: Desk) -> None:
    """Whoever uses check-ins again gets them weekly again."""
    await joined(desk)
    await desk.store.write(lambda books: books.people.set_quiet(MARIE, 4))

    await answer(desk, data(desk), checkin="none")

    assert (await desk.store.read(lambda books: books.people.get(MARIE))).quiet == 0


async def test_pressing_answer_ends_the_quiet(desk: Desk) -> None:
    """Whoever opens the question is there, whether or not they send it off."""
    await joined(desk)
    await desk.store.write(lambda books: books.people.set_quiet(MARIE, 3))

    await BUTTONS["checkin.answer"](request(MARIE, data=data(desk)), desk)

    assert (await desk.store.read(lambda books: books.people.get(MARIE))).quiet == 0


async def test_filing_a_debrief_does_not_end_the_quiet(desk: Desk) -> None:
    """What is kept about a person must not tell that they filed."""
    await joined(desk)
    await desk.store.write(lambda books: books.people.set_quiet(MARIE, 3))

    await FORMS["debrief"](request(MARIE, answers={"form": "away", "status": "touched"}), desk)

    assert (await desk.store.read(lambda books: books.people.get(MARIE))).quiet == 3


async def test_too_many_tried_is_met_with_a_kind_word(desk: Desk) -> None:
    """Up to three of what was tried; nothing is forgotten meanwhile."""
    await joined(desk)
    await answer(desk, data(desk), checkin="someone", intention="I1", wish="yes")
    four = ("clarify", "change_plan", "rationale", "invite")

    reply = await FORMS["followup"](
        request(MARIE, answers={"followup": "did", "tried": four}), desk
    )

    assert isinstance(reply, Invalid)
    assert await picked(desk) is not None
