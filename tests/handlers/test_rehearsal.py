"""The handler of the rehearsal: three taps, and nothing stored."""

import pytest

from bot.context import Context
from bot.conversation import InvalidAnswers
from bot.elements import Fold, Form
from bot.errors import UnknownAnswerError
from handlers import BUTTONS, FORMS
from tests.handlers.test_external import dump_rows
from tests.sample_team import MARIE, build_request, reply_body, set_up_team, steps_by_name


async def test_the_guides_button_opens_the_rehearsal_and_stores_nothing(context: Context) -> None:
    """From a filed debrief one tap opens the sentence and its replies; no row changes."""
    await set_up_team(context)
    guide = await FORMS["debrief"](
        build_request(MARIE, answers={"form": "away", "status": "touched"}), context
    )
    rows = await dump_rows(context)
    data = getattr(steps_by_name(guide)["rupture.rehearse"], "data", "")

    form = await BUTTONS["rupture.rehearse"](build_request(MARIE, data=data), context)

    assert isinstance(form, Form)
    assert sum(isinstance(element, Fold) for element in reply_body(form)) == 3
    assert await dump_rows(context) == rows


async def test_the_way_back_from_a_rehearsal_shows_the_refined_guide(context: Context) -> None:
    """Where forms are not stacked, the button back builds the guide below again."""
    await set_up_team(context)
    data = "away.touched;strain=bond;room=couple;mine=rushed"
    guide = await BUTTONS["rupture.back"](build_request(MARIE, data=data), context)

    form = await BUTTONS["rupture.rehearse"](build_request(MARIE, data=data), context)

    assert isinstance(form, Form)
    assert form.back is not None
    request = build_request(MARIE, data=form.back.data)
    assert await BUTTONS[form.back.name](request, context) == guide


@pytest.mark.parametrize(
    "data", ["", "away.ended", "away.touched;unsafe=unsafe;mine=x;strain=bond"]
)
async def test_forged_data_is_an_unknown_answer(context: Context, data: str) -> None:
    """Data that no button contains raises UnknownAnswerError."""
    await set_up_team(context)

    with pytest.raises(UnknownAnswerError):
        await BUTTONS["rupture.rehearse"](build_request(MARIE, data=data), context)


async def test_answers_that_the_form_refuses_are_refused(context: Context) -> None:
    """More own parts than the form accepts are an error here, too."""
    await set_up_team(context)
    data = "away.touched;mine=missed_cue,invalidated,forgot,misread;strain=bond"

    reply = await BUTTONS["rupture.rehearse"](build_request(MARIE, data=data), context)

    assert isinstance(reply, InvalidAnswers)
