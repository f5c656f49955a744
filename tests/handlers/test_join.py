import pytest

from bot.context import Context
from bot.conversation import Person
from bot.domain.people import Clinician
from bot.elements import Home, Message
from bot.errors import NoTeamError
from handlers import BUTTONS, COMMANDS
from tests.sample_team import (
    MARIE,
    OTHER_CHANNEL,
    OTHER_TEAM,
    STRANGER,
    SUPERVISOR,
    TEAM,
    build_request,
    reply_text,
    set_up_team,
    steps_by_name,
)

join = BUTTONS["join"]


async def known(context: Context, person: Person) -> Clinician:
    """What is kept of somebody."""
    return await context.store.read(lambda repos: repos.people.get(person))


async def test_joining_from_the_card_is_answered_in_private(context: Context) -> None:
    """One tap in the channel, and only the person who tapped reads what comes next."""
    await set_up_team(context)

    reply = await join(build_request(MARIE), context)

    assert isinstance(reply, Message)
    assert "Monday, June 29" in reply_text(reply), "this week's question is still to come"
    assert (await known(context, MARIE)).has_joined


async def test_joining_twice_changes_nothing(context: Context) -> None:
    """A second tap is met kindly, and a rest that was chosen stays."""
    await set_up_team(context)
    await join(build_request(MARIE), context)
    until = context.now().date().replace(month=8)
    await context.store.write(lambda repos: repos.people.pause_checkins(MARIE, until))

    reply = await join(build_request(MARIE), context)

    assert "already joined" in reply_text(reply)
    assert (await known(context, MARIE)).paused_until == until


async def test_whoever_could_not_be_reached_joins_afresh(context: Context) -> None:
    """Joining again is how messages start again after some came back."""
    await set_up_team(context)
    await join(build_request(MARIE), context)
    await context.store.write(lambda repos: repos.people.mark_unreachable(MARIE, "gone"))

    await join(build_request(MARIE), context)

    assert (await known(context, MARIE)).unreachable_reason == ""


async def test_somebody_on_no_list_joins_the_channels_team(context: Context) -> None:
    """Joining is enough to belong; nobody has to be declared first."""
    await set_up_team(context)

    await join(build_request(STRANGER), context)

    assert (await known(context, STRANGER)).home_team_id == TEAM.id


async def test_a_clinician_has_one_home(context: Context) -> None:
    """Joining on another team's card leaves a clinician where they are declared."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, clinicians=())

    reply = await join(build_request(MARIE, channel=OTHER_CHANNEL), context)

    assert (await known(context, MARIE)).home_team_id == TEAM.id
    assert TEAM.name in reply_text(reply)


async def test_a_supervisor_is_thanked_and_not_counted(context: Context) -> None:
    """A supervisor is never on the roster of the team they supervise."""
    await set_up_team(context)

    reply = await join(build_request(SUPERVISOR), context)

    assert "never counted" in reply_text(reply)
    assert not (await known(context, SUPERVISOR)).has_joined


async def test_outside_any_team_joining_says_what_to_do(context: Context) -> None:
    """Whoever is on no list and in no team's channel hears how to get on one."""
    await set_up_team(context)

    with pytest.raises(NoTeamError):
        await join(build_request(STRANGER, channel="C0ELSEWHERE"), context)


async def test_on_ones_own_page_the_page_shows_the_next_question(context: Context) -> None:
    """Joining there answers with the page, and its controls."""
    await set_up_team(context)

    reply = await BUTTONS["checkin.join"](build_request(MARIE, channel=""), context)

    assert isinstance(reply, Home)
    assert {"checkin.settings", "checkin.pause", "checkin.leave"} <= set(steps_by_name(reply))


async def test_the_keyword_joins(context: Context) -> None:
    """`/checkin join` does what the card does."""
    await set_up_team(context)

    await COMMANDS["checkin"].handle_request(build_request(MARIE, "join"), context)

    assert (await known(context, MARIE)).has_joined
