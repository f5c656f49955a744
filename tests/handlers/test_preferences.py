from datetime import date, time

import pytest

from bot.context import Context
from bot.conversation import UNKNOWN_KEYWORD, InvalidAnswers
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Clinician
from bot.elements import ChoiceField, DateField, Form, Home, Message, TimeField
from bot.errors import NoTeamError, StaleFormError, UnknownAnswerError
from bot.store.repositories.deliveries import PlannedDelivery
from handlers import BUTTONS, COMMANDS, FORMS
from tests.doubles import FakeClock
from tests.sample_team import (
    CLINICIANS,
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

ask = COMMANDS["checkin"].handle_request
WEEKLY: FormAnswers = {"state": "on", "day": "3", "time": "16:30", "until": ()}


async def joined(context: Context) -> None:
    """Marie's team is there and she has joined."""
    await set_up_team(context)
    await context.store.write(lambda repos: repos.people.join_team(MARIE, TEAM.id))


async def marie(context: Context) -> Clinician:
    """What is kept of Marie."""
    return await context.store.read(lambda repos: repos.people.get(MARIE))


async def save(context: Context, **answers: str | tuple[str, ...]) -> object:
    """Marie's settings, sent off."""
    sent = build_request(MARIE, data=TEAM.id, answers={**WEEKLY, **answers})
    return await FORMS["settings"](sent, context)


async def test_the_command_opens_ones_own_settings(context: Context) -> None:
    """Joined or not, the day, the time and a rest, as they stand now."""
    await joined(context)

    form = fields_by_id(await ask(build_request(MARIE), context))

    state, day, at, until = form["state"], form["day"], form["time"], form["until"]
    assert isinstance(state, ChoiceField)
    assert isinstance(day, ChoiceField)
    assert isinstance(at, TimeField)
    assert isinstance(until, DateField)
    assert (state.initial, day.initial, at.initial, until.initial) == (("on",), ("1",), "09:00", "")


async def test_a_day_and_time_of_ones_own_are_kept(context: Context) -> None:
    """Wednesday, half past four, from here on."""
    await joined(context)

    reply = await save(context)

    assert (await marie(context)).rule == WeeklyRule(3, time(16, 30))
    assert "Wednesday, July 1" in reply_text(reply)


async def test_the_teams_own_rhythm_needs_no_rule(context: Context) -> None:
    """Whoever keeps the team's day and time moves along when the team moves it."""
    await joined(context)

    await save(context, day="1", time="09:00")

    assert (await marie(context)).rule is None


async def test_settings_join_whoever_had_not(context: Context) -> None:
    """Saying yes in the settings is joining."""
    await set_up_team(context)

    await save(context)

    assert (await marie(context)).has_joined


async def test_settings_can_leave(context: Context) -> None:
    """Saying no in the settings is leaving."""
    await joined(context)

    reply = await save(context, state="off")

    assert not (await marie(context)).has_joined
    assert "checkin.join" in steps_by_name(reply)


async def test_settings_can_rest(context: Context) -> None:
    """A day in the settings is a pause until that day; an empty one ends it."""
    await joined(context)

    resting = await save(context, until="2026-07-20")
    until = (await marie(context)).paused_until
    await save(context)

    assert until == date(2026, 7, 20)
    assert "checkin.resume" in steps_by_name(resting)
    assert (await marie(context)).paused_until is None


@pytest.mark.parametrize("day", ["2026-06-29", "2020-01-01", "2028-01-01"])
async def test_a_rest_ends_within_the_next_twelve_months(context: Context, day: str) -> None:
    """A day that is past or far away gets a kind word under the field."""
    await joined(context)

    reply = await save(context, until=day)
    pause = await FORMS["pause"](build_request(MARIE, answers={"until": day}), context)

    assert isinstance(reply, InvalidAnswers)
    assert isinstance(pause, InvalidAnswers)
    assert (await marie(context)).paused_until is None


async def test_a_pause_is_one_day_to_pick(context: Context) -> None:
    """The keyword opens the day, and the day is kept."""
    await joined(context)

    form = await ask(build_request(MARIE, "pause"), context)
    reply = await FORMS["pause"](build_request(MARIE, answers={"until": "2026-07-20"}), context)

    assert set(fields_by_id(form)) == {"until"}
    assert "Monday, July 20" in reply_text(reply)
    assert (await marie(context)).paused_until == date(2026, 7, 20)


async def test_whoever_is_not_asked_sees_the_settings_instead_of_a_pause(context: Context) -> None:
    """There is nothing to pause, so there is no dead end either."""
    await set_up_team(context)

    assert "state" in fields_by_id(await ask(build_request(MARIE, "pause"), context))


@pytest.mark.parametrize(("code", "day"), [("snooze1", 6), ("snooze2", 13), ("snooze4", 27)])
async def test_one_tap_rests_for_weeks(context: Context, code: str, day: int) -> None:
    """One, two or four weeks, counted on the clinician's own calendar."""
    await joined(context)

    await BUTTONS["checkin.menu"](build_request(MARIE, data=code), context)

    assert (await marie(context)).paused_until == date(2026, 6, 30).replace(month=7, day=day)


async def test_the_menu_opens_the_pause_and_says_what_is_kept(context: Context) -> None:
    """Both are one tap away on every check-in."""
    await joined(context)

    pause = await BUTTONS["checkin.menu"](build_request(MARIE, data="pause"), context)
    kept = await BUTTONS["checkin.menu"](build_request(MARIE, data="kept"), context)

    assert isinstance(pause, Form)
    assert "not kept" in reply_text(kept)


async def test_a_forged_step_is_refused(context: Context) -> None:
    """A code that the menu does not offer changes nothing."""
    with pytest.raises(UnknownAnswerError):
        await BUTTONS["checkin.menu"](build_request(MARIE, data="snooze99"), context)


@pytest.mark.parametrize(
    "forged",
    [{"state": "maybe"}, {"day": "9"}, {"time": "noon"}, {"until": "soon"}, {"day": ("1", "2")}],
)
async def test_forged_settings_are_refused(context: Context, forged: dict[str, str]) -> None:
    """What the form does not offer is not kept."""
    await joined(context)

    with pytest.raises(UnknownAnswerError):
        await save(context, **forged)


async def test_leaving_is_one_tap(context: Context) -> None:
    """From the menu on every check-in, with no form and no question."""
    await joined(context)

    reply = await BUTTONS["checkin.menu"](build_request(MARIE, data="leave"), context)

    assert isinstance(reply, Message)
    assert not (await marie(context)).has_joined


async def test_leaving_takes_back_what_was_planned(context: Context, clock: FakeClock) -> None:
    """Whoever left gets no question that was promised before."""
    await joined(context)
    owed = PlannedDelivery(
        WORKSPACE, "checkin", MARIE.id, "", "2026-W27", clock(), clock(), "circle"
    )
    await context.store.write(lambda repos: repos.deliveries.plan_deliveries([owed]))

    await ask(build_request(MARIE, "leave"), context)

    assert (
        await context.store.read(lambda repos: repos.deliveries.list_due_workspaces(clock())) == ()
    )


async def test_a_rest_can_be_ended(context: Context, clock: FakeClock) -> None:
    """The next question is named when a rest ends."""
    await joined(context)
    clock.advance(days=2)
    await FORMS["pause"](build_request(MARIE, answers={"until": "2026-07-20"}), context)

    reply = await BUTTONS["checkin.resume"](build_request(MARIE), context)

    assert "Monday, July 6" in reply_text(reply)
    assert (await marie(context)).paused_until is None


async def test_on_ones_own_page_the_page_shows_what_changed(context: Context) -> None:
    """Leaving or resuming there answers with the page itself."""
    await joined(context)

    resumed = await BUTTONS["checkin.resume"](build_request(MARIE, channel=""), context)
    left = await BUTTONS["checkin.leave"](build_request(MARIE, channel=""), context)

    assert isinstance(resumed, Home)
    assert isinstance(left, Home)
    assert "checkin.join" in steps_by_name(left)


async def test_ending_a_rest_one_never_had_is_met_kindly(context: Context) -> None:
    """An old button changes nothing for somebody who has left."""
    await set_up_team(context)

    reply = await BUTTONS["checkin.resume"](build_request(MARIE), context)

    assert not (await marie(context)).has_joined
    assert isinstance(reply, Message)


async def test_ending_a_rest_tells_whoever_cannot_be_reached(context: Context) -> None:
    """No next question is promised to somebody whose messages came back."""
    await joined(context)
    await context.store.write(lambda repos: repos.people.mark_unreachable(MARIE, "gone"))

    reply = await BUTTONS["checkin.resume"](build_request(MARIE), context)

    assert "came back" in reply_text(reply)
    assert "checkin.join" in steps_by_name(reply)


async def test_somebody_on_no_list_hears_how_to_get_on_one(context: Context) -> None:
    """Whoever belongs nowhere is told so, with what to do."""
    await set_up_team(context)

    with pytest.raises(NoTeamError):
        await ask(build_request(STRANGER, channel="C0ELSEWHERE"), context)


async def test_a_supervisor_is_not_asked_in_their_own_team(context: Context) -> None:
    """The weekly question is for the people they supervise."""
    await set_up_team(context)

    reply = await ask(build_request(SUPERVISOR), context)

    assert "You supervise this team" in reply_text(reply)
    assert set(steps_by_name(reply)) == {"kept"}


@pytest.mark.parametrize("data", ["", "gone"])
async def test_settings_of_a_team_that_is_gone_are_stale(context: Context, data: str) -> None:
    """A form whose team is no more keeps nothing."""
    with pytest.raises(StaleFormError):
        await FORMS["settings"](build_request(STRANGER, data=data, answers=WEEKLY), context)


async def test_a_supervisor_cannot_join_by_an_old_form(context: Context) -> None:
    """Whoever became the team's supervisor meanwhile joins nothing."""
    await set_up_team(context)

    with pytest.raises(StaleFormError):
        await FORMS["settings"](build_request(SUPERVISOR, data=TEAM.id, answers=WEEKLY), context)


async def test_help_and_unknown_words_answer_with_the_usage(context: Context) -> None:
    """The usage says what a supervisor cannot see."""
    usage = await ask(build_request(CLINICIANS[1], "help"), context)

    assert await ask(build_request(CLINICIANS[1], UNKNOWN_KEYWORD), context) == usage
    assert "cannot see whether you joined" in reply_text(usage)
