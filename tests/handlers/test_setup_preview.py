"""A changed set-up is previewed before it applies."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, time

import pytest

from bot.context import Context
from bot.conversation import Profile
from bot.domain.teams.setup_submission import SetupSubmission
from bot.elements import ChoiceField, Form, NameField, PeopleField, TimeField
from bot.errors import NotTheirTeamError, UnknownAnswerError
from bot.workflows import setup_history
from handlers import BUTTONS, FORMS
from tests.doubles import FakeClock, RecordingOutlet
from tests.handlers.setup_forms import (
    STORED_ANSWERS,
    apply_preview,
    preview_setup,
    resolve_reply,
    submit_setup,
)
from tests.sample_team import (
    ADMIN,
    CLINICIANS,
    OTHER_TEAM,
    STRANGER,
    SUPERVISOR,
    TEAM,
    FormAnswers,
    build_person,
    build_request,
    fields_by_id,
    reply_text,
    set_up_team,
)

OTHER_SUPERVISOR = build_person("second")
CHANGED_ANSWERS: FormAnswers = {
    **STORED_ANSWERS,
    "name": "Night team",
    "day": "2",
    "clinicians": (*(person.id for person in CLINICIANS[1:]), STRANGER.id),
}
OTHER_ANSWERS: FormAnswers = {**STORED_ANSWERS, "tip_time": "11:00"}


@pytest.fixture(autouse=True)
async def _supervised_team(context: Context, outlet: RecordingOutlet) -> None:
    """The Monday team has two supervisors, and the workspace an admin."""
    outlet.profiles[ADMIN] = Profile(is_admin=True)
    await set_up_team(context, supervisors=(SUPERVISOR, OTHER_SUPERVISOR))


def answer_both(answers: FormAnswers) -> FormAnswers:
    """Return *answers* with the two supervisors of the team."""
    return {**answers, "supervisors": (SUPERVISOR.id, OTHER_SUPERVISOR.id)}


async def preview(context: Context, answers: FormAnswers = CHANGED_ANSWERS) -> Form:
    """Submit changed answers as the supervisor, and return the preview."""
    form = await preview_setup(context, SUPERVISOR, TEAM.id, answer_both(answers))
    assert isinstance(form, Form)
    assert form.name == "preview"
    return form


async def go_back(context: Context, form: Form) -> object:
    """Press the button that leads back to the form."""
    request = build_request(SUPERVISOR, data=form.data)
    return await resolve_reply(await BUTTONS["supervision.edit"](request, context))


async def load_setup(context: Context) -> tuple[SetupSubmission | None, int]:
    """Return the stored set-up of the Monday team, and the number of audit entries."""
    return await context.store.across_workspaces.read(
        lambda repos: (
            setup_history.load_setup(repos, TEAM.id),
            len(repos.audit_trail.list_entries()),
        )
    )


def change_set_up_meanwhile(context: Context) -> Context:
    """Return the context with a clock that, when read, has the other supervisor change the team.

    A save reads the clock between its check and its write.
    """

    def read_clock() -> datetime:
        change = submit_setup(
            context, OTHER_SUPERVISOR, TEAM.id, answer_both(OTHER_ANSWERS), "act 2"
        )
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, change).result()
        return context.now()

    return replace(context, now=read_clock)


async def test_a_change_is_stated_and_not_stored(context: Context) -> None:
    """The preview names who is added and taken off, and the new day; nothing is written."""
    before = await load_setup(context)

    text = reply_text(await preview(context))

    assert f"1 person is added to the clinicians: @{{{STRANGER.id}}}." in text
    assert f"1 person is taken off the clinicians: @{{{CLINICIANS[0].id}}}." in text
    assert "moves to Tuesday (so far: Monday)" in text
    assert await load_setup(context) == before


async def test_applying_stores_the_change(context: Context) -> None:
    """The confirmation is that of a set-up that is saved directly."""
    reply = await apply_preview(context, SUPERVISOR, await preview(context))

    assert "**Night team** is set up." in reply_text(reply)
    teams = await context.store.across_workspaces.read(lambda repos: repos.teams.get(TEAM.id))
    assert teams is not None
    assert (teams.name, teams.checkin_rule.weekday) == ("Night team", 2)


async def test_applying_twice_is_no_error(context: Context) -> None:
    """A double click stores the change once, and both get the confirmation."""
    form = await preview(context)
    await apply_preview(context, SUPERVISOR, form)
    applied = await load_setup(context)

    reply = await apply_preview(context, SUPERVISOR, form, "act 2")

    assert "**Night team** is set up." in reply_text(reply)
    assert await load_setup(context) == applied


@pytest.mark.parametrize("follow_up", [apply_preview, None])
async def test_a_change_by_somebody_else_refuses_the_preview(
    context: Context, follow_up: Callable[..., Awaitable[object]] | None
) -> None:
    """Nothing is applied, and the form comes with its present values and the reason."""
    form = await preview(context)
    await submit_setup(context, OTHER_SUPERVISOR, TEAM.id, answer_both(OTHER_ANSWERS), "act 2")
    stored = await load_setup(context)

    reply = await (follow_up(context, SUPERVISOR, form) if follow_up else go_back(context, form))

    assert "Somebody has changed this set-up" in reply_text(reply)
    name = fields_by_id(reply)["name"]
    assert isinstance(name, NameField)
    assert name.initial == TEAM.name
    assert await load_setup(context) == stored


async def test_the_way_back_has_what_was_filled_in(context: Context) -> None:
    """The form opens with the previewed values, and nothing is stored."""
    before = await load_setup(context)

    fields = fields_by_id(await go_back(context, await preview(context)))

    name, day, clinicians = fields["name"], fields["day"], fields["clinicians"]
    assert isinstance(name, NameField)
    assert isinstance(day, ChoiceField)
    assert isinstance(clinicians, PeopleField)
    assert (name.initial, day.initial) == ("Night team", ("2",))
    assert set(clinicians.initial) == set(CHANGED_ANSWERS["clinicians"])
    assert await load_setup(context) == before


async def test_a_set_up_without_a_change_says_so(context: Context) -> None:
    """There is nothing to apply."""
    reply = await preview_setup(context, SUPERVISOR, TEAM.id, answer_both(STORED_ANSWERS))

    assert "Nothing changes" in reply_text(reply)


async def test_a_save_without_a_change_reverts_no_other_change(context: Context) -> None:
    """A change between the check and the write stays, and the form comes with it and says so."""
    answers, (setup, _) = answer_both(STORED_ANSWERS), await load_setup(context)

    reply = await preview_setup(change_set_up_meanwhile(context), SUPERVISOR, TEAM.id, answers)

    assert "Somebody has changed this set-up" in reply_text(reply)
    tip_time = fields_by_id(reply)["tip_time"]
    assert isinstance(tip_time, TimeField)
    assert tip_time.initial == "11:00"
    assert setup is not None
    assert await load_setup(context) == (replace(setup, tip_time=time(11)), 1)


async def test_who_takes_their_own_role_away_keeps_it(context: Context) -> None:
    """A supervisor who is not among the selected ones changes nothing, and reads so."""
    answers = {**STORED_ANSWERS, "supervisors": OTHER_SUPERVISOR.id}

    reply = await preview_setup(context, SUPERVISOR, TEAM.id, answers)

    assert "Nothing changes" in reply_text(reply)


async def test_a_practice_that_a_supervisor_submits_is_no_change(context: Context) -> None:
    """Only an admin names a practice, so that it is neither previewed nor stored."""
    answers = answer_both({**STORED_ANSWERS, "practice": "River"})

    assert "Nothing changes" in reply_text(
        await preview_setup(context, SUPERVISOR, TEAM.id, answers)
    )


async def test_what_was_taken_meanwhile_is_named(context: Context) -> None:
    """Somebody listed by another team since the preview is refused, with the form as filled in."""
    form = await preview(context)
    await set_up_team(context, OTHER_TEAM, (STRANGER,))
    stored = await load_setup(context)

    reply = await apply_preview(context, SUPERVISOR, form)

    assert "already on another team's list" in reply_text(reply)
    name = fields_by_id(reply)["name"]
    assert isinstance(name, NameField)
    assert name.initial == "Night team"
    assert await load_setup(context) == stored


async def test_a_supervisor_of_the_past_applies_nothing(context: Context) -> None:
    """The right is checked when the change applies."""
    form = await preview(context)
    await submit_setup(
        context,
        OTHER_SUPERVISOR,
        TEAM.id,
        {**STORED_ANSWERS, "supervisors": OTHER_SUPERVISOR.id},
        "act 2",
    )

    with pytest.raises(NotTheirTeamError):
        await apply_preview(context, SUPERVISOR, form)


async def test_an_admin_previews_a_team_without_a_supervisor(context: Context) -> None:
    """Whoever may edit a team previews its change, and applies it."""
    await set_up_team(context, supervisors=())
    answers = {**STORED_ANSWERS, "practice": "River"}

    form = await preview_setup(context, ADMIN, TEAM.id, answers)

    assert "Practice: River (so far: none)." in reply_text(form)
    assert "is set up" in reply_text(await apply_preview(context, ADMIN, form))
    team = await context.store.across_workspaces.read(lambda repos: repos.teams.get(TEAM.id))
    assert team == replace(TEAM, practice="River")


async def test_a_preview_of_another_release_is_refused(context: Context) -> None:
    """Its data has no difference, and nothing is stored."""
    request = build_request(SUPERVISOR, data=TEAM.id, answers={})

    with pytest.raises(UnknownAnswerError):
        await FORMS["preview"](request, context)


async def test_a_question_that_changes_is_said_to_wait(context: Context, clock: FakeClock) -> None:
    """Applied a day later, the confirmation says that it takes effect with the next period."""
    form = await preview(context, {**STORED_ANSWERS, "question": "status"})
    clock.advance(days=1)

    reply = await apply_preview(context, SUPERVISOR, form)

    assert "when the next period begins" in reply_text(reply)
