from dataclasses import replace

import pytest

from bot.context import Desk
from bot.conversation import UNKNOWN
from bot.domain import tips
from bot.elements import Form, Message
from bot.errors import UnknownAnswerError
from handlers import COMMANDS, tip
from tests.doubles import Moment
from tests.sample_team import (
    ADA,
    CHANNEL,
    MARIE,
    OTHER_CHANNEL,
    OTHER_TEAM,
    STRANGER,
    request,
    set_up,
    steps,
    text,
)

ask = COMMANDS["tip"].handler


async def test_a_team_reads_the_same_card_on_the_same_day(desk: Desk) -> None:
    """Two colleagues who ask in different places have something to talk about."""
    await set_up(desk)

    mine = await ask(request(MARIE), desk)
    hers = await ask(request(ADA, channel="D0PRIVATE"), desk)

    assert mine == hers


async def test_a_persons_own_team_comes_before_the_channels(desk: Desk) -> None:
    """Whoever asks in another team's channel still reads their own team's card."""
    await set_up(desk)
    await set_up(desk, OTHER_TEAM, clinicians=())

    at_home = await ask(request(MARIE, channel=CHANNEL), desk)
    elsewhere = await ask(request(MARIE, channel=OTHER_CHANNEL), desk)

    assert at_home == elsewhere


async def test_somebody_on_no_list_reads_the_channels_card(desk: Desk) -> None:
    """A guest in a team's channel reads what the team reads."""
    await set_up(desk)

    assert await ask(request(STRANGER), desk) == await ask(request(MARIE), desk)


async def test_the_next_day_brings_another_card(desk: Desk, clock: Moment) -> None:
    """No card stays for two days."""
    today = await ask(request(MARIE), desk)
    clock.move(days=1)

    assert text(await ask(request(MARIE), desk)) != text(today)


async def test_next_is_the_card_of_the_next_working_day(desk: Desk, clock: Moment) -> None:
    """Looking ahead takes nothing away from tomorrow."""
    ahead = await ask(request(MARIE, "next"), desk)
    clock.move(days=1)
    tomorrow = await ask(request(MARIE), desk)

    assert isinstance(ahead, Message)
    assert isinstance(tomorrow, Message)
    assert ahead.body[:-1] == tomorrow.body[:-1]


async def test_the_button_turns_to_the_card_after(desk: Desk) -> None:
    """The button under a card shows what the keyword shows."""
    card = await ask(request(MARIE), desk)
    button = steps(card)["tip.next"]

    turned = await tip.turned(request(MARIE, data=getattr(button, "data", "")), desk)

    assert turned == await ask(request(MARIE, "next"), desk)


async def test_a_card_on_ones_own_page_opens_as_a_form(desk: Desk) -> None:
    """Where there is no conversation to answer in, the card stands in a form."""
    reply = await tip.today(request(MARIE, channel=""), desk)

    assert isinstance(reply, Form)
    assert not reply.submit


async def test_a_topic_is_a_word_of_the_command(desk: Desk) -> None:
    """Every topic in the list can be typed in each language, and shows its cards."""
    spoken = [desk.catalogue.words(tag) for tag in desk.catalogue.languages]
    typed = {word for words in spoken for word in tips.typed(words)}

    assert typed | {"next", "list", "help"} == COMMANDS["tip"].words(desk.catalogue).known
    for words in spoken:
        for word, topic in tips.typed(words).items():
            asked = replace(request(MARIE, word), language=words.language)
            assert words.topics[topic] in text(await ask(asked, desk))


async def test_a_topic_turns_to_its_scenes(desk: Desk) -> None:
    """The button under a topic's tips shows its scenes, in the conversation or on one's page."""
    here = await tip.of_kind(request(MARIE, data="ask:scene"), desk)
    at_home = await tip.of_kind(request(MARIE, channel="", data="ask:scene"), desk)

    assert isinstance(here, Message)
    assert isinstance(at_home, Form)
    assert here.body == at_home.body
    assert "made up" in text(here)


async def test_the_list_names_every_topic(desk: Desk) -> None:
    """Nobody has to guess a topic."""
    listed = text(await ask(request(MARIE, "list"), desk))

    assert all(title in listed for title in desk.catalogue.words("en").topics.values())


async def test_help_and_unknown_words_answer_with_the_usage(desk: Desk) -> None:
    """A word the command does not know is met with how it is used."""
    usage = await ask(request(MARIE, "help"), desk)

    assert await ask(request(MARIE, UNKNOWN), desk) == usage
    assert "/tip next" in text(usage)


@pytest.mark.parametrize("data", ["", "-1", "soon", "401"])
async def test_a_forged_turn_is_refused(desk: Desk, data: str) -> None:
    """A button turns to cards that there are."""
    with pytest.raises(UnknownAnswerError):
        await tip.turned(request(MARIE, data=data), desk)
