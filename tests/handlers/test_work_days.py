"""A clinician's own working days, and the restart of check-ins after unanswered ones."""

import pytest

from bot.context import Context
from bot.conversation import InvalidAnswers, Surface
from bot.elements import ChoiceField, Home
from bot.errors import UnknownAnswerError
from handlers import BUTTONS, FORMS
from tests.handlers.test_preferences import join_marie, load_marie, run_command, submit_settings
from tests.sample_team import MARIE, build_request, fields_by_id, reply_text


async def test_working_days_are_stored(context: Context) -> None:
    """Monday to Friday are the default; other working days are stored."""
    await join_marie(context)
    form = fields_by_id(await run_command(build_request(MARIE), context))
    days = form["work_days"]
    assert isinstance(days, ChoiceField)
    assert days.initial == ("1", "2", "3", "4", "5")

    await submit_settings(context, work_days=("2", "3"))

    assert (await load_marie(context)).work_days == (2, 3)
    await submit_settings(context, work_days=("1", "2", "3", "4", "5"))
    assert (await load_marie(context)).work_days == ()


async def test_a_check_in_on_a_day_off_is_an_error(context: Context) -> None:
    """A check-in day that is not a working day returns a field error."""
    await join_marie(context)

    reply = await submit_settings(context, work_days=("1", "2"))

    assert isinstance(reply, InvalidAnswers)
    assert set(reply.errors) == {"day"}
    with pytest.raises(UnknownAnswerError):
        await submit_settings(context, work_days=("8",))


@pytest.mark.parametrize("local_time", ["07:29", "20:00", "02:00"])
async def test_a_time_in_quiet_hours_is_an_error(context: Context, local_time: str) -> None:
    """Quiet hours last from 20:00 to 07:30; a time within them returns a field error."""
    await join_marie(context)

    reply = await submit_settings(context, time=local_time)

    assert isinstance(reply, InvalidAnswers)
    assert set(reply.errors) == {"time"}


@pytest.mark.parametrize("name", ["checkin.again", "checkin.resume", "checkin.settings"])
async def test_viewing_the_settings_does_not_reset_the_count(context: Context, name: str) -> None:
    """Viewing the settings does not reset the unanswered count; restarting or resuming does."""
    await join_marie(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.set_unanswered_count(MARIE, 6)
    )

    await BUTTONS[name](build_request(MARIE), context)

    assert (await load_marie(context)).unanswered_count == (6 if name == "checkin.settings" else 0)


async def test_saving_settings_or_a_pause_resets_the_count(context: Context) -> None:
    """Saving the settings or a pause resets the unanswered count."""
    await join_marie(context)
    for submission in (
        submit_settings(context),
        FORMS["pause"](build_request(MARIE, answers={"until": "2026-07-20"}), context),
    ):
        await context.store.across_workspaces.write(
            lambda repos: repos.people.set_unanswered_count(MARIE, 4)
        )
        await submission
        assert (await load_marie(context)).unanswered_count == 0


async def test_a_restart_names_the_next_check_in(context: Context) -> None:
    """The last note and the home page offer the restart; the reply names the next check-in."""
    await join_marie(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.set_unanswered_count(MARIE, 6)
    )
    restart_checkins = BUTTONS["checkin.again"]

    assert "weekly from then on" in reply_text(
        await restart_checkins(build_request(MARIE), context)
    )
    page = await restart_checkins(build_request(MARIE, surface=Surface.HOME), context)
    assert isinstance(page, Home)
    await context.store.across_workspaces.write(lambda repos: repos.people.leave_checkins(MARIE))
    assert "have left" in reply_text(await restart_checkins(build_request(MARIE), context))
