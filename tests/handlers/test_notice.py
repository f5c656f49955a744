"""Stopping and moving the notices of closed periods, from the message and from Home."""

from dataclasses import replace
from datetime import time

import pytest

from bot.context import Context
from bot.conversation import InvalidAnswers, Person, Reply, Request, Surface
from bot.domain.calendar import WeeklyRule
from bot.domain.counts.close_schedule import NoticePreference
from bot.domain.people import Role
from bot.elements import Form, Message
from bot.errors import NotTheirTeamError, UnknownAnswerError
from handlers import BUTTONS, FORMS, HOME_HANDLER
from tests.sample_team import (
    DIRECTOR,
    MARIE,
    OTHER_TEAM,
    STRANGER,
    SUPERVISOR,
    TEAM,
    FormAnswers,
    build_request,
    fields_by_id,
    reply_text,
    set_up_team,
    steps_by_name,
)

THURSDAY: FormAnswers = {"state": "on", "day": "4", "time": "15:30"}
THURSDAY_RULE = WeeklyRule(4, time(15, 30))


@pytest.fixture
async def role_context(context: Context) -> Context:
    """A context with a team, its supervisor and its director."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders(TEAM.id, Role.DIRECTOR, (DIRECTOR,))
    )
    return context


async def load_preference(context: Context, person: Person = SUPERVISOR) -> NoticePreference | None:
    """Return the stored choice of *person*."""
    return await context.store.across_workspaces.read(
        lambda repos: repos.close_notices.get_preference(person)
    )


async def choose(context: Context, code: str, person: Person = SUPERVISOR) -> Reply:
    """Choose an option of a notice's menu."""
    request = build_request(person, data=code, surface=Surface.MESSAGE)
    return await BUTTONS["notice.menu"](request, context)


async def submit(context: Context, answers: FormAnswers, person: Person = SUPERVISOR) -> Reply:
    """Submit the form."""
    return await FORMS["messages"](build_request(person, answers=answers), context)


@pytest.mark.parametrize("person", [SUPERVISOR, DIRECTOR], ids=["supervisor", "director"])
async def test_the_menu_stops_the_notices(role_context: Context, person: Person) -> None:
    """One choice stops them, says so, and leads to the form that starts them again."""
    reply = await choose(role_context, "stop", person)

    assert isinstance(reply, Message)
    assert role_context.catalogue.get_pack("en").translate("notice.done.off") in reply_text(reply)
    assert "notice.settings" in steps_by_name(reply)
    assert await load_preference(role_context, person) == NoticePreference(is_stopped=True)


async def test_the_menu_opens_the_form_to_move_them(role_context: Context) -> None:
    """The form has the closing day and the team's hour, and stores nothing by being opened."""
    form = await choose(role_context, "move")

    assert isinstance(form, Form)
    fields = fields_by_id(form)
    assert [fields[name].initial for name in ("state", "day", "time")] == [
        ("on",),
        ("1",),
        "09:00",
    ]
    assert await load_preference(role_context) is None


async def test_the_menu_shows_the_privacy_notice(role_context: Context) -> None:
    """What is kept is one choice away."""
    words = role_context.catalogue.get_pack("en")

    reply = await choose(role_context, "kept")

    assert words.translate("privacy.kept.not_clients") in reply_text(reply)


async def test_an_unknown_choice_is_refused(role_context: Context) -> None:
    """A forged code stores nothing."""
    with pytest.raises(UnknownAnswerError):
        await choose(role_context, "double")
    assert await load_preference(role_context) is None


async def test_the_form_moves_the_notices(role_context: Context) -> None:
    """The day and time are saved and confirmed."""
    reply = await submit(role_context, THURSDAY)

    assert await load_preference(role_context) == NoticePreference(rule=THURSDAY_RULE)
    assert "**Thursday** after a period has closed, at **3:30 PM**" in reply_text(reply).replace(
        "\N{NARROW NO-BREAK SPACE}", " "
    )


async def test_a_stopped_notice_can_be_started_again(role_context: Context) -> None:
    """The form has what was chosen, and the same form brings the messages back."""
    await submit(role_context, {**THURSDAY, "state": "off"})
    form = await BUTTONS["notice.settings"](build_request(SUPERVISOR), role_context)
    assert fields_by_id(form)["state"].initial == ("off",)
    request = replace(build_request(SUPERVISOR, answers=THURSDAY), idempotency_key="act 2")
    await FORMS["messages"](request, role_context)

    assert await load_preference(role_context) == NoticePreference(rule=THURSDAY_RULE)


async def test_stopping_keeps_the_chosen_time(role_context: Context) -> None:
    """Stopping from the menu does not forget the day and time."""
    await submit(role_context, THURSDAY)
    await choose(role_context, "stop")

    assert await load_preference(role_context) == NoticePreference(
        is_stopped=True, rule=THURSDAY_RULE
    )


async def test_a_time_at_night_is_an_error(role_context: Context) -> None:
    """A time in the quiet hours is an error at its field, and nothing is stored."""
    reply = await submit(role_context, {**THURSDAY, "time": "22:00"})

    assert isinstance(reply, InvalidAnswers)
    assert await load_preference(role_context) is None


@pytest.mark.parametrize("person", [MARIE, STRANGER], ids=["clinician", "stranger"])
async def test_others_are_refused(role_context: Context, person: Person) -> None:
    """Neither a clinician nor a stranger has notices to stop or move."""
    for request_notice in (choose(role_context, "stop", person), submit(role_context, {}, person)):
        with pytest.raises(NotTheirTeamError):
            await request_notice
    assert await load_preference(role_context, person) is None


def open_home(person: Person) -> Request:
    """Return the request of a person's own page."""
    return build_request(person, surface=Surface.HOME)


async def test_home_shows_the_choice_and_changes_it(role_context: Context) -> None:
    """A supervisor reads on Home what is stored, and gets to the form from there."""
    words = role_context.catalogue.get_pack("en")
    before = await HOME_HANDLER(open_home(SUPERVISOR), role_context)
    await choose(role_context, "stop")
    after = await HOME_HANDLER(open_home(SUPERVISOR), role_context)

    stopped = words.translate("notice.mine.stopped")
    assert [stopped in reply_text(home) for home in (before, after)] == [False, True]
    assert "notice.settings" in steps_by_name(after)


async def test_home_of_a_clinician_has_no_notices(role_context: Context) -> None:
    """A person without a role reads nothing of notices, and has no button for them."""
    home = await HOME_HANDLER(open_home(MARIE), role_context)

    words = role_context.catalogue.get_pack("en")
    assert "notice.settings" not in steps_by_name(home)
    assert words.translate("notice.mine.deliveries", message_weeks=5) not in reply_text(home)


async def test_the_button_opens_the_report_of_the_messages_team(context: Context) -> None:
    """It opens its lead team's report, or a team the person still reads where they left that."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, clinicians=())
    await context.store.across_workspaces.write(
        lambda repos: [
            repos.teams.set_role_holders(team.id, Role.DIRECTOR, (DIRECTOR,))
            for team in (TEAM, OTHER_TEAM)
        ]
    )
    await FORMS["agreement"](build_request(DIRECTOR, answers={}), context)

    titles = [
        reply_text(
            await BUTTONS["debriefs.open"](build_request(DIRECTOR, data=team_id), context)
        ).splitlines()[0]
        for team_id in (TEAM.id, OTHER_TEAM.id, "a former team")
    ]

    names = (TEAM.name, OTHER_TEAM.name, OTHER_TEAM.name)
    assert titles == [f"What {name} chose to write down" for name in names]
