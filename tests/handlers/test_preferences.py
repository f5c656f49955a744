from datetime import date, time

import pytest

from bot.context import Context
from bot.conversation import InvalidAnswers, Surface
from bot.domain.calendar import WeeklyRule
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Clinician
from bot.elements import ChoiceField, DateField, Form, Home, Message, TimeField
from bot.errors import NoTeamError, UnknownAnswerError
from bot.store.repositories.deliveries import PlannedDelivery
from handlers import BUTTONS, COMMANDS, FORMS
from tests.doubles import FakeClock
from tests.sample_team import (
    MARIE,
    STRANGER,
    SUPERVISOR,
    TEAM,
    WORKSPACE,
    FormAnswers,
    build_request,
    fields_by_id,
    reply_text,
    set_up_team,
    steps_by_name,
)

run_command = COMMANDS["checkin"].handle_request
WEEKLY_ANSWERS: FormAnswers = {"state": "on", "day": "3", "time": "16:30", "until": ()}


async def join_marie(context: Context) -> None:
    """Set up Marie's team, and join her."""
    await set_up_team(context)
    scope = context.store.across_workspaces
    await scope.write(lambda repos: repos.people.join_team(MARIE, TEAM.id))


async def load_marie(context: Context) -> Clinician:
    """Load Marie's stored row."""
    return await context.store.across_workspaces.read(lambda repos: repos.people.get(MARIE))


async def submit_settings(context: Context, **answers: str | tuple[str, ...]) -> object:
    """Submit Marie's settings."""
    request = build_request(MARIE, data=TEAM.id, answers={**WEEKLY_ANSWERS, **answers})
    return await FORMS["settings"](request, context)


async def test_the_command_opens_the_settings(context: Context) -> None:
    """The form has the current state, day, time and pause."""
    await join_marie(context)

    form = fields_by_id(await run_command(build_request(MARIE), context))

    state, day, local_time, until = form["state"], form["day"], form["time"], form["until"]
    assert isinstance(state, ChoiceField)
    assert isinstance(day, ChoiceField)
    assert isinstance(local_time, TimeField)
    assert isinstance(until, DateField)
    assert (state.initial, day.initial, local_time.initial, until.initial) == (
        ("on",),
        ("1",),
        "09:00",
        "",
    )


async def test_a_persons_own_day_and_time_are_stored(context: Context) -> None:
    """Wednesday, half past four, is stored as the person's own rule."""
    await join_marie(context)

    reply = await submit_settings(context)

    assert (await load_marie(context)).rule == WeeklyRule(3, time(16, 30))
    assert "Wednesday, July 1" in reply_text(reply)


async def test_the_teams_day_and_time_need_no_rule(context: Context) -> None:
    """A person with the team's day and time has no rule, and follows the team's changes."""
    await join_marie(context)

    await submit_settings(context, day="1", time="09:00")

    assert (await load_marie(context)).rule is None


async def test_settings_can_join(context: Context) -> None:
    """Enabling check-ins in the settings joins the person."""
    await set_up_team(context)

    await submit_settings(context)

    assert (await load_marie(context)).has_joined


async def test_settings_can_leave(context: Context) -> None:
    """Disabling check-ins in the settings removes the person."""
    await join_marie(context)

    reply = await submit_settings(context, state="off")

    assert not (await load_marie(context)).has_joined
    assert "checkin.join" in steps_by_name(reply)


async def test_settings_can_pause(context: Context) -> None:
    """A date in the settings is a pause until that date; an empty one ends it."""
    await join_marie(context)

    reply = await submit_settings(context, until="2026-07-20")
    pause_end = (await load_marie(context)).paused_until
    await submit_settings(context)

    assert pause_end == date(2026, 7, 20)
    assert "checkin.resume" in steps_by_name(reply)
    assert (await load_marie(context)).paused_until is None


@pytest.mark.parametrize("day", ["2026-06-29", "2020-01-01", "2028-01-01"])
async def test_a_pause_ends_within_twelve_months(context: Context, day: str) -> None:
    """A date in the past or over a year away returns a field error."""
    await join_marie(context)

    reply = await submit_settings(context, until=day)
    pause = await FORMS["pause"](build_request(MARIE, answers={"until": day}), context)

    assert isinstance(reply, InvalidAnswers)
    assert isinstance(pause, InvalidAnswers)
    assert (await load_marie(context)).paused_until is None


async def test_the_pause_form_has_one_date(context: Context) -> None:
    """The keyword opens one date field, and the date is stored."""
    await join_marie(context)

    form = await run_command(build_request(MARIE, "pause"), context)
    reply = await FORMS["pause"](build_request(MARIE, answers={"until": "2026-07-20"}), context)

    assert set(fields_by_id(form)) == {"until"}
    assert "Monday, July 20" in reply_text(reply)
    assert (await load_marie(context)).paused_until == date(2026, 7, 20)


async def test_pausing_without_joining_invites_to_join(context: Context) -> None:
    """A person who has not joined has nothing to pause."""
    await set_up_team(context)

    reply = await run_command(build_request(MARIE, "pause"), context)

    assert "checkin.join" in steps_by_name(reply)


@pytest.mark.parametrize(("code", "day"), [("snooze1", 6), ("snooze2", 13), ("snooze4", 27)])
async def test_a_snooze_pauses_for_weeks(context: Context, code: str, day: int) -> None:
    """A snooze is one, two or four weeks, in the clinician's own zone."""
    await join_marie(context)

    await BUTTONS["checkin.menu"](build_request(MARIE, data=code), context)

    assert (await load_marie(context)).paused_until == date(2026, 6, 30).replace(month=7, day=day)


async def test_the_menu_opens_the_pause_and_the_privacy_notice(context: Context) -> None:
    """Both are one tap away on every check-in."""
    await join_marie(context)

    pause = await BUTTONS["checkin.menu"](build_request(MARIE, data="pause"), context)
    notice = await BUTTONS["checkin.menu"](build_request(MARIE, data="kept"), context)

    assert isinstance(pause, Form)
    assert "not kept" in reply_text(notice)


async def test_a_forged_step_is_refused(context: Context) -> None:
    """A code that the menu does not offer changes nothing."""
    await join_marie(context)

    with pytest.raises(UnknownAnswerError):
        await BUTTONS["checkin.menu"](build_request(MARIE, data="snooze99"), context)


@pytest.mark.parametrize(
    "forged",
    [{"state": "maybe"}, {"day": "9"}, {"time": "noon"}, {"until": "soon"}, {"day": ("1", "2")}],
)
async def test_forged_settings_are_refused(context: Context, forged: dict[str, str]) -> None:
    """A value that the form does not offer is not stored."""
    await join_marie(context)

    with pytest.raises(UnknownAnswerError):
        await submit_settings(context, **forged)


async def test_leaving_is_one_tap(context: Context) -> None:
    """The menu's choice removes the person without a confirmation form."""
    await join_marie(context)

    reply = await BUTTONS["checkin.menu"](build_request(MARIE, data="leave"), context)

    assert isinstance(reply, Message)
    assert not (await load_marie(context)).has_joined


async def test_leaving_withdraws_planned_deliveries(context: Context, clock: FakeClock) -> None:
    """A person who left gets no check-in that was planned before."""
    await join_marie(context)
    checkin = PlannedDelivery(
        WORKSPACE, DeliveryKind.CHECKIN, MARIE.id, "", "2026-W27", clock(), clock(), "circle"
    )
    scope = context.store.across_workspaces
    await scope.write(lambda repos: repos.deliveries.plan_deliveries([checkin]))

    await run_command(build_request(MARIE, "leave"), context)

    assert await scope.read(lambda repos: repos.deliveries.list_due_workspaces(clock())) == ()


async def test_a_pause_can_be_ended(context: Context, clock: FakeClock) -> None:
    """The reply to the end of a pause names the next check-in."""
    await join_marie(context)
    clock.advance(days=2)
    await FORMS["pause"](build_request(MARIE, answers={"until": "2026-07-20"}), context)

    reply = await BUTTONS["checkin.resume"](build_request(MARIE), context)

    assert "Monday, July 6" in reply_text(reply)
    assert (await load_marie(context)).paused_until is None


async def test_changes_on_the_home_page_return_the_page(context: Context) -> None:
    """Leaving or resuming on the home page returns the page itself."""
    await join_marie(context)

    resume_page = await BUTTONS["checkin.resume"](
        build_request(MARIE, surface=Surface.HOME), context
    )
    leave_page = await BUTTONS["checkin.leave"](build_request(MARIE, surface=Surface.HOME), context)

    assert isinstance(resume_page, Home)
    assert isinstance(leave_page, Home)
    assert "checkin.join" in steps_by_name(leave_page)


async def test_resuming_after_leaving_changes_nothing(context: Context) -> None:
    """An old button changes nothing for a person who has left."""
    await set_up_team(context)

    reply = await BUTTONS["checkin.resume"](build_request(MARIE), context)

    assert not (await load_marie(context)).has_joined
    assert isinstance(reply, Message)


async def test_resuming_shows_that_a_person_is_unreachable(context: Context) -> None:
    """An unreachable person is promised no next check-in."""
    await join_marie(context)
    scope = context.store.across_workspaces
    await scope.write(lambda repos: repos.people.mark_unreachable(MARIE, "gone"))

    reply = await BUTTONS["checkin.resume"](build_request(MARIE), context)

    assert "came back" in reply_text(reply)
    assert "checkin.join" in steps_by_name(reply)


async def test_settings_outside_any_team_are_an_error(context: Context) -> None:
    """A person without a team gets an error with instructions."""
    await set_up_team(context)

    with pytest.raises(NoTeamError):
        await run_command(build_request(STRANGER, channel="C0ELSEWHERE"), context)


async def test_a_supervisor_has_no_settings_in_their_own_team(context: Context) -> None:
    """A supervisor gets no check-in of the team they supervise."""
    await set_up_team(context)

    reply = await run_command(build_request(SUPERVISOR), context)

    assert "You supervise this team" in reply_text(reply)
    assert set(steps_by_name(reply)) == {"kept"}
