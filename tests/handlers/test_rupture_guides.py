"""Handlers of the guide that is read, refined and left again, without a debrief."""

import pytest

from bot.context import Context
from bot.conversation import InvalidAnswers
from bot.elements import Fold, Form
from handlers import BUTTONS, FORMS
from tests.handlers.test_rupture import (
    DEBRIEF_ANSWERS,
    file_debriefs,
    run_command,
    withdraw_debriefs_of_marie,
)
from tests.sample_team import (
    MARIE,
    TEAM,
    FormAnswers,
    build_request,
    fields_by_id,
    reply_body,
    reply_text,
    set_up_team,
    steps_by_name,
)

DEEPER_ANSWERS: FormAnswers = {
    "strain": "bond",
    "mine": ("missed_cue",),
    "cue_away": ("few_words",),
    "help": "supervision",
}


async def test_deeper_answers_refine_the_guide_and_are_not_stored(context: Context) -> None:
    """The deeper answers change the guide, and are not stored."""
    await set_up_team(context)
    guide = await file_debriefs(context, "act 1")
    data = getattr(steps_by_name(guide)["rupture.deeper"], "data", "")
    before = await load_marie_and_deliveries(context)

    form = await BUTTONS["rupture.deeper"](build_request(MARIE, data=data), context)
    refined = await FORMS["deeper"](
        build_request(MARIE, data=data, answers=DEEPER_ANSWERS), context
    )

    assert {"strain", "mine", "cue_away", "help"} <= set(fields_by_id(form))
    assert reply_text(refined) != reply_text(guide)
    assert await load_marie_and_deliveries(context) == before


async def test_the_way_back_shows_the_same_guide(context: Context) -> None:
    """By its codes and answers a guide is built again, refined or not, without the filing note."""
    await set_up_team(context)
    plain = await FORMS["guide"](build_request(MARIE, answers=DEBRIEF_ANSWERS), context)
    refined = await FORMS["deeper"](
        build_request(MARIE, data="away.touched", answers=DEEPER_ANSWERS), context
    )

    for guide in (plain, refined):
        data = getattr(steps_by_name(guide)["rupture.deeper"], "data", "")
        form = await BUTTONS["rupture.deeper"](build_request(MARIE, data=data), context)
        assert isinstance(form, Form)
        assert form.back is not None
        request = build_request(MARIE, data=form.back.data)
        assert await BUTTONS[form.back.name](request, context) == guide


@pytest.mark.parametrize(
    "answers", ["mine=missed_cue,invalidated,forgot,misread", "mine=not_visible,forgot"]
)
async def test_a_forged_way_back_is_an_error(context: Context, answers: str) -> None:
    """Answers that the form refuses are refused in a button's data, too."""
    await set_up_team(context)

    reply = await BUTTONS["rupture.back"](
        build_request(MARIE, data=f"away.touched;{answers};strain=bond"), context
    )

    assert isinstance(reply, InvalidAnswers)


async def test_more_questions_keep_the_answers(context: Context) -> None:
    """Every question is shown, and the answers that the open form had are its initial values."""
    await set_up_team(context)
    request = build_request(MARIE, data="away.touched", answers={"mine": ("rushed",)})

    form = await BUTTONS["rupture.questions"](request, context)

    fields = fields_by_id(form)
    assert not any(isinstance(element, Fold) for element in reply_body(form))
    more_names = {"mine_more", "my_state", "room", "cue_away", "help"}
    assert {"unsafe", "mine", "strain"} | more_names == set(fields)
    assert fields["mine"].initial == ("rushed",)


async def load_marie_and_deliveries(context: Context) -> object:
    """Load what the store contains of Marie, and the delivery counts."""
    return await context.store.across_workspaces.read(
        lambda repos: (
            repos.people.get(MARIE),
            repos.intentions.get_intention(MARIE),
            repos.deliveries.count_by_state(),
        )
    )


async def test_more_than_three_choices_are_an_error(context: Context) -> None:
    """More than three choices return a field error."""
    await set_up_team(context)
    four = ("missed_cue", "invalidated", "forgot", "misread")

    reply = await FORMS["deeper"](
        build_request(MARIE, data="away.touched", answers={**DEEPER_ANSWERS, "mine": four}), context
    )

    assert isinstance(reply, InvalidAnswers)
    assert set(reply.errors) == {"mine"}


async def test_a_joined_clinician_may_request_a_follow_up(context: Context) -> None:
    """The wish is stored like a check-in's intention, without a reference to the debrief."""
    await set_up_team(context)
    scope = context.store.across_workspaces
    await scope.write(lambda repos: repos.people.join_team(MARIE, TEAM.id))

    form = await BUTTONS["rupture.deeper"](build_request(MARIE, data="away.touched"), context)
    answers = {**DEEPER_ANSWERS, "wish": "yes"}
    guide = await FORMS["deeper"](
        build_request(MARIE, data="away.touched", answers=answers), context
    )

    intention = await scope.read(lambda repos: repos.intentions.get_intention(MARIE))
    assert "wish" in fields_by_id(form)
    assert intention is not None
    assert intention.code == "again"
    assert context.catalogue.get_pack("en").get_sign(intention.sign_code).glyph in reply_text(guide)


async def test_a_follow_up_requires_joining(context: Context) -> None:
    """A person without check-ins gets no follow-up."""
    await set_up_team(context)

    form = await BUTTONS["rupture.deeper"](build_request(MARIE, data="away.touched"), context)

    assert "wish" not in fields_by_id(form)


async def test_a_guide_alone_files_nothing(context: Context) -> None:
    """Reading a guide files nothing."""
    await set_up_team(context)

    chooser = await run_command(build_request(MARIE, "guide"), context)
    guide = await FORMS["guide"](build_request(MARIE, answers=DEBRIEF_ANSWERS), context)

    assert set(fields_by_id(chooser)) == {"form", "status"}
    assert "rupture.deeper" in steps_by_name(guide)
    assert await withdraw_debriefs_of_marie(context) == 0
