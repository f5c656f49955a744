import pytest

from bot.context import Context
from bot.conversation import Person, Surface
from bot.domain.people import Clinician
from bot.elements import Button, ChoiceField, Home, Message
from bot.errors import NoTeamError
from handlers import BUTTONS, COMMANDS
from tests.doubles import FakeClock
from tests.sample_team import (
    MARIE,
    OTHER_CHANNEL,
    OTHER_TEAM,
    STRANGER,
    SUPERVISOR,
    TEAM,
    build_request,
    fields_by_id,
    reply_text,
    set_up_team,
    steps_by_name,
)

press_join, run_command = BUTTONS["join"], COMMANDS["checkin"].handle_request


async def load_clinician(context: Context, person: Person) -> Clinician:
    """Load the stored clinician."""
    return await context.store.across_workspaces.read(lambda repos: repos.people.get(person))


async def test_joining_from_the_card_gets_a_private_reply(
    context: Context, clock: FakeClock
) -> None:
    """One tap in the channel; only the person who tapped sees when the first question comes."""
    await set_up_team(context)
    clock.advance(minutes=-1)

    reply = await press_join(build_request(MARIE), context)

    assert isinstance(reply, Message)
    assert "**Monday, June 29** at **9:00" in reply_text(reply)
    assert "Your team's rhythm is Monday" in reply_text(reply)
    assert (await load_clinician(context, MARIE)).has_joined


async def test_a_first_question_that_is_due_is_on_its_way(context: Context) -> None:
    """Joining in the minute of the team's slot names no time that has passed when it is read."""
    await set_up_team(context)

    reply = await press_join(build_request(MARIE), context)

    assert "on its way to you" in reply_text(reply)
    assert "June 29" not in reply_text(reply)


async def test_joining_twice_changes_nothing(context: Context) -> None:
    """A second tap changes nothing, and a pause stays."""
    await set_up_team(context)
    await press_join(build_request(MARIE), context)
    pause_end = context.now().date().replace(month=8)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.pause_checkins(MARIE, pause_end)
    )

    reply = await press_join(build_request(MARIE), context)

    assert "already joined" in reply_text(reply)
    assert (await load_clinician(context, MARIE)).paused_until == pause_end


async def test_an_unreachable_person_can_join_again(context: Context) -> None:
    """Joining again makes an unreachable person reachable."""
    await set_up_team(context)
    await press_join(build_request(MARIE), context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.mark_unreachable(MARIE, "gone")
    )

    await press_join(build_request(MARIE), context)

    assert (await load_clinician(context, MARIE)).unreachable_reason == ""


async def test_a_stranger_joins_the_channels_team(context: Context) -> None:
    """A person on no roster joins the channel's team."""
    await set_up_team(context)

    await press_join(build_request(STRANGER), context)

    assert (await load_clinician(context, STRANGER)).home_team_id == TEAM.id


async def test_a_clinician_has_one_home_team(context: Context) -> None:
    """Joining on another team's card does not change a declared clinician's home team."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, clinicians=())

    reply = await press_join(build_request(MARIE, channel=OTHER_CHANNEL), context)

    assert (await load_clinician(context, MARIE)).home_team_id == TEAM.id
    assert TEAM.name in reply_text(reply)


async def test_a_supervisor_cannot_join_their_own_team(context: Context) -> None:
    """A supervisor is never on the roster of the team they supervise."""
    await set_up_team(context)

    reply = await press_join(build_request(SUPERVISOR), context)

    assert "never counted" in reply_text(reply)
    assert not (await load_clinician(context, SUPERVISOR)).has_joined


async def test_joining_outside_any_team_is_an_error(context: Context) -> None:
    """A person on no roster and in no team's channel gets an error with instructions."""
    await set_up_team(context)

    with pytest.raises(NoTeamError):
        await press_join(build_request(STRANGER, channel="C0ELSEWHERE"), context)


async def test_joining_on_the_home_page_returns_the_page(context: Context) -> None:
    """Joining on the home page returns the page, with its controls."""
    await set_up_team(context)

    reply = await BUTTONS["checkin.join"](build_request(MARIE, surface=Surface.HOME), context)

    assert isinstance(reply, Home)
    assert {"checkin.settings", "checkin.pause", "checkin.leave"} <= set(steps_by_name(reply))


async def test_the_keyword_joins(context: Context) -> None:
    """`/checkin join` has the same effect as the card."""
    await set_up_team(context)

    await COMMANDS["checkin"].handle_request(build_request(MARIE, "join"), context)

    assert (await load_clinician(context, MARIE)).has_joined


async def test_the_command_invites_a_person_who_has_not_joined(context: Context) -> None:
    """No form stands between the command and joining: one button joins, at the team's day."""
    await set_up_team(context)

    reply = await run_command(build_request(MARIE), context)

    assert isinstance(reply, Message)
    assert {"checkin.join", "checkin.settings", "checkin.now"} <= set(steps_by_name(reply))
    assert "each week on **Monday**" in reply_text(reply)


async def test_another_day_can_be_chosen_before_joining(context: Context) -> None:
    """The invitation's other button opens the settings with the weekly question selected."""
    await set_up_team(context)
    button = steps_by_name(await run_command(build_request(MARIE), context))["checkin.settings"]
    assert isinstance(button, Button)

    form = fields_by_id(
        await BUTTONS["checkin.settings"](build_request(MARIE, data=button.data), context)
    )

    state, day = form["state"], form["day"]
    assert isinstance(state, ChoiceField)
    assert isinstance(day, ChoiceField)
    assert (state.initial, day.initial) == (("on",), ("1",))
