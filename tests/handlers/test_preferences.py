from datetime import date, time

import pytest

from bot.context import Desk
from bot.conversation import UNKNOWN, Invalid
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Clinician
from bot.elements import CalendarDay, Choice, ClockTime, Form, Home, Message
from bot.errors import NoTeamError, StaleFormError, UnknownAnswerError
from bot.store.repositories.deliveries import Promise
from handlers import BUTTONS, COMMANDS, FORMS
from tests.doubles import Moment
from tests.sample_team import (
    CLINICIANS,
    MARIE,
    STRANGER,
    SUPERVISOR,
    TEAM,
    WORKSPACE,
    Chosen,
    fields,
    request,
    set_up,
    steps,
    text,
)

ask = COMMANDS["checkin"].handler
WEEKLY: Chosen = {"state": "on", "day": "3", "time": "16:30", "until": ()}


async def joined(desk: Desk) -> None:
    """Marie's team is there and she has joined."""
    await set_up(desk)
    await desk.store.write(lambda books: books.people.join(MARIE, TEAM.id))


async def marie(desk: Desk) -> Clinician:
    """What is kept of Marie."""
    return await desk.store.read(lambda books: books.people.get(MARIE))


async def save(desk: Desk, **answers: str | tuple[str, ...]) -> object:
    """Marie's settings, sent off."""
    sent = request(MARIE, data=TEAM.id, answers={**WEEKLY, **answers})
    return await FORMS["settings"](sent, desk)


async def test_the_command_opens_ones_own_settings(desk: Desk) -> None:
    """Joined or not, the day, the time and a rest, as they stand now."""
    await joined(desk)

    form = fields(await ask(request(MARIE), desk))

    state, day, at, until = form["state"], form["day"], form["time"], form["until"]
    assert isinstance(state, Choice)
    assert isinstance(day, Choice)
    assert isinstance(at, ClockTime)
    assert isinstance(until, CalendarDay)
    assert (state.chosen, day.chosen, at.chosen, until.chosen) == (("on",), ("1",), "09:00", "")


async def test_a_day_and_time_of_ones_own_are_kept(desk: Desk) -> None:
    """Wednesday, half past four, from here on."""
    await joined(desk)

    reply = await save(desk)

    assert (await marie(desk)).rule == WeeklyRule(3, time(16, 30))
    assert "Wednesday, July 1" in text(reply)


async def test_the_teams_own_rhythm_needs_no_rule(desk: Desk) -> None:
    """Whoever keeps the team's day and time moves along when the team moves it."""
    await joined(desk)

    await save(desk, day="1", time="09:00")

    assert (await marie(desk)).rule is None


async def test_settings_join_whoever_had_not(desk: Desk) -> None:
    """Saying yes in the settings is joining."""
    await set_up(desk)

    await save(desk)

    assert (await marie(desk)).joined


async def test_settings_can_leave(desk: Desk) -> None:
    """Saying no in the settings is leaving."""
    await joined(desk)

    reply = await save(desk, state="off")

    assert not (await marie(desk)).joined
    assert "checkin.join" in steps(reply)


async def test_settings_can_rest(desk: Desk) -> None:
    """A day in the settings is a pause until that day; an empty one ends it."""
    await joined(desk)

    resting = await save(desk, until="2026-07-20")
    until = (await marie(desk)).paused_until
    await save(desk)

    assert until == date(2026, 7, 20)
    assert "checkin.resume" in steps(resting)
    assert (await marie(desk)).paused_until is None


@pytest.mark.parametrize("day", ["2026-06-29", "2020-01-01", "2028-01-01"])
async def test_a_rest_ends_within_the_next_twelve_months(desk: Desk, day: str) -> None:
    """A day that is past or far away gets a kind word under the field."""
    await joined(desk)

    reply = await save(desk, until=day)
    pause = await FORMS["pause"](request(MARIE, answers={"until": day}), desk)

    assert isinstance(reply, Invalid)
    assert isinstance(pause, Invalid)
    assert (await marie(desk)).paused_until is None


async def test_a_pause_is_one_day_to_pick(desk: Desk) -> None:
    """The keyword opens the day, and the day is kept."""
    await joined(desk)

    form = await ask(request(MARIE, "pause"), desk)
    reply = await FORMS["pause"](request(MARIE, answers={"until": "2026-07-20"}), desk)

    assert set(fields(form)) == {"until"}
    assert "Monday, July 20" in text(reply)
    assert (await marie(desk)).paused_until == date(2026, 7, 20)


async def test_whoever_is_not_asked_sees_the_settings_instead_of_a_pause(desk: Desk) -> None:
    """There is nothing to pause, so there is no dead end either."""
    await set_up(desk)

    assert "state" in fields(await ask(request(MARIE, "pause"), desk))


@pytest.mark.parametrize(("code", "day"), [("snooze1", 6), ("snooze2", 13), ("snooze4", 27)])
async def test_one_tap_rests_for_weeks(desk: Desk, code: str, day: int) -> None:
    """One, two or four weeks, counted on the clinician's own calendar."""
    await joined(desk)

    await BUTTONS["checkin.menu"](request(MARIE, data=code), desk)

    assert (await marie(desk)).paused_until == date(2026, 6, 30).replace(month=7, day=day)


async def test_the_menu_opens_the_pause_and_says_what_is_kept(desk: Desk) -> None:
    """Both are one tap away on every check-in."""
    await joined(desk)

    pause = await BUTTONS["checkin.menu"](request(MARIE, data="pause"), desk)
    kept = await BUTTONS["checkin.menu"](request(MARIE, data="kept"), desk)

    assert isinstance(pause, Form)
    assert "not kept" in text(kept)


async def test_a_forged_step_is_refused(desk: Desk) -> None:
    """A code that the menu does not offer changes nothing."""
    with pytest.raises(UnknownAnswerError):
        await BUTTONS["checkin.menu"](request(MARIE, data="snooze99"), desk)


@pytest.mark.parametrize(
    "forged",
    [{"state": "maybe"}, {"day": "9"}, {"time": "noon"}, {"until": "soon"}, {"day": ("1", "2")}],
)
async def test_forged_settings_are_refused(desk: Desk, forged: dict[str, str]) -> None:
    """What the form does not offer is not kept."""
    await joined(desk)

    with pytest.raises(UnknownAnswerError):
        await save(desk, **forged)


async def test_leaving_is_one_tap(desk: Desk) -> None:
    """From the menu on every check-in, with no form and no question."""
    await joined(desk)

    reply = await BUTTONS["checkin.menu"](request(MARIE, data="leave"), desk)

    assert isinstance(reply, Message)
    assert not (await marie(desk)).joined


async def test_leaving_takes_back_what_was_planned(desk: Desk, clock: Moment) -> None:
    """Whoever left gets no question that was promised before."""
    await joined(desk)
    owed = Promise(WORKSPACE, "checkin", MARIE.id, "", "2026-W27", clock(), clock(), "circle")
    await desk.store.write(lambda books: books.deliveries.promise([owed]))

    await ask(request(MARIE, "leave"), desk)

    assert await desk.store.read(lambda books: books.deliveries.workspaces_owed(clock())) == ()


async def test_a_rest_can_be_ended(desk: Desk, clock: Moment) -> None:
    """The next question is named when a rest ends."""
    await joined(desk)
    clock.move(days=2)
    await FORMS["pause"](request(MARIE, answers={"until": "2026-07-20"}), desk)

    reply = await BUTTONS["checkin.resume"](request(MARIE), desk)

    assert "Monday, July 6" in text(reply)
    assert (await marie(desk)).paused_until is None


async def test_on_ones_own_page_the_page_shows_what_changed(desk: Desk) -> None:
    """Leaving or resuming there answers with the page itself."""
    await joined(desk)

    resumed = await BUTTONS["checkin.resume"](request(MARIE, channel=""), desk)
    left = await BUTTONS["checkin.leave"](request(MARIE, channel=""), desk)

    assert isinstance(resumed, Home)
    assert isinstance(left, Home)
    assert "checkin.join" in steps(left)


async def test_ending_a_rest_one_never_had_is_met_kindly(desk: Desk) -> None:
    """An old button changes nothing for somebody who has left."""
    await set_up(desk)

    reply = await BUTTONS["checkin.resume"](request(MARIE), desk)

    assert not (await marie(desk)).joined
    assert isinstance(reply, Message)


async def test_ending_a_rest_tells_whoever_cannot_be_reached(desk: Desk) -> None:
    """No next question is promised to somebody whose messages came back."""
    await joined(desk)
    await desk.store.write(lambda books: books.people.mark_unreachable(MARIE, "gone"))

    reply = await BUTTONS["checkin.resume"](request(MARIE), desk)

    assert "came back" in text(reply)
    assert "checkin.join" in steps(reply)


async def test_somebody_on_no_list_hears_how_to_get_on_one(desk: Desk) -> None:
    """Whoever belongs nowhere is told so, with what to do."""
    await set_up(desk)

    with pytest.raises(NoTeamError):
        await ask(request(STRANGER, channel="C0ELSEWHERE"), desk)


async def test_a_supervisor_is_not_asked_in_their_own_team(desk: Desk) -> None:
    """The weekly question is for the people they supervise."""
    await set_up(desk)

    reply = await ask(request(SUPERVISOR), desk)

    assert "You supervise this team" in text(reply)
    assert set(steps(reply)) == {"kept"}


@pytest.mark.parametrize("data", ["", "gone"])
async def test_settings_of_a_team_that_is_gone_are_stale(desk: Desk, data: str) -> None:
    """A form whose team is no more keeps nothing."""
    with pytest.raises(StaleFormError):
        await FORMS["settings"](request(STRANGER, data=data, answers=WEEKLY), desk)


async def test_a_supervisor_cannot_join_by_an_old_form(desk: Desk) -> None:
    """Whoever became the team's supervisor meanwhile joins nothing."""
    await set_up(desk)

    with pytest.raises(StaleFormError):
        await FORMS["settings"](request(SUPERVISOR, data=TEAM.id, answers=WEEKLY), desk)


async def test_help_and_unknown_words_answer_with_the_usage(desk: Desk) -> None:
    """The usage says what a supervisor cannot see."""
    usage = await ask(request(CLINICIANS[1], "help"), desk)

    assert await ask(request(CLINICIANS[1], UNKNOWN), desk) == usage
    assert "cannot see whether you joined" in text(usage)
