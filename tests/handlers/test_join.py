import pytest

from bot.context import Desk
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
    request,
    set_up,
    steps,
    text,
)

join = BUTTONS["join"]


async def known(desk: Desk, person: Person) -> Clinician:
    """What is kept of somebody."""
    return await desk.store.read(lambda books: books.people.get(person))


async def test_joining_from_the_card_is_answered_in_private(desk: Desk) -> None:
    """One tap in the channel, and only the person who tapped reads what comes next."""
    await set_up(desk)

    reply = await join(request(MARIE), desk)

    assert isinstance(reply, Message)
    assert "Monday, June 29" in text(reply), "this week's question is still to come"
    assert (await known(desk, MARIE)).joined


async def test_joining_twice_changes_nothing(desk: Desk) -> None:
    """A second tap is met kindly, and a rest that was chosen stays."""
    await set_up(desk)
    await join(request(MARIE), desk)
    until = desk.now().date().replace(month=8)
    await desk.store.write(lambda books: books.people.pause(MARIE, until))

    reply = await join(request(MARIE), desk)

    assert "already joined" in text(reply)
    assert (await known(desk, MARIE)).paused_until == until


async def test_whoever_could_not_be_reached_joins_afresh(desk: Desk) -> None:
    """Joining again is how messages start again after some came back."""
    await set_up(desk)
    await join(request(MARIE), desk)
    await desk.store.write(lambda books: books.people.mark_unreachable(MARIE, "gone"))

    await join(request(MARIE), desk)

    assert (await known(desk, MARIE)).unreachable == ""


async def test_somebody_on_no_list_joins_the_channels_team(desk: Desk) -> None:
    """Joining is enough to belong; nobody has to be declared first."""
    await set_up(desk)

    await join(request(STRANGER), desk)

    assert (await known(desk, STRANGER)).home_team == TEAM.id


async def test_a_clinician_has_one_home(desk: Desk) -> None:
    """Joining on another team's card leaves a clinician where they are declared."""
    await set_up(desk)
    await set_up(desk, OTHER_TEAM, clinicians=())

    reply = await join(request(MARIE, channel=OTHER_CHANNEL), desk)

    assert (await known(desk, MARIE)).home_team == TEAM.id
    assert TEAM.name in text(reply)


async def test_a_supervisor_is_thanked_and_not_counted(desk: Desk) -> None:
    """A supervisor is never on the roster of the team they supervise."""
    await set_up(desk)

    reply = await join(request(SUPERVISOR), desk)

    assert "never counted" in text(reply)
    assert not (await known(desk, SUPERVISOR)).joined


async def test_outside_any_team_joining_says_what_to_do(desk: Desk) -> None:
    """Whoever is on no list and in no team's channel hears how to get on one."""
    await set_up(desk)

    with pytest.raises(NoTeamError):
        await join(request(STRANGER, channel="C0ELSEWHERE"), desk)


async def test_on_ones_own_page_the_page_shows_the_next_question(desk: Desk) -> None:
    """Joining there answers with the page, and its controls."""
    await set_up(desk)

    reply = await BUTTONS["checkin.join"](request(MARIE, channel=""), desk)

    assert isinstance(reply, Home)
    assert {"checkin.settings", "checkin.pause", "checkin.leave"} <= set(steps(reply))


async def test_the_keyword_joins(desk: Desk) -> None:
    """`/checkin join` does what the card does."""
    await set_up(desk)

    await COMMANDS["checkin"].handler(request(MARIE, "join"), desk)

    assert (await known(desk, MARIE)).joined
