from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import UNKNOWN_KEYWORD
from bot.domain import tips
from bot.elements import Form, Message
from bot.errors import UnknownAnswerError
from handlers import COMMANDS, tip
from tests.doubles import FakeClock
from tests.sample_team import (
    ADA,
    CHANNEL,
    MARIE,
    OTHER_CHANNEL,
    OTHER_TEAM,
    STRANGER,
    build_request,
    reply_text,
    set_up_team,
    steps_by_name,
)

ask = COMMANDS["tip"].handle_request


async def test_a_team_reads_the_same_card_on_the_same_day(context: Context) -> None:
    """Two colleagues who ask in different places have something to talk about."""
    await set_up_team(context)

    mine = await ask(build_request(MARIE), context)
    hers = await ask(build_request(ADA, channel="D0PRIVATE"), context)

    assert mine == hers


async def test_a_persons_own_team_comes_before_the_channels(context: Context) -> None:
    """Whoever asks in another team's channel still reads their own team's card."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, clinicians=())

    at_home = await ask(build_request(MARIE, channel=CHANNEL), context)
    elsewhere = await ask(build_request(MARIE, channel=OTHER_CHANNEL), context)

    assert at_home == elsewhere


async def test_somebody_on_no_list_reads_the_channels_card(context: Context) -> None:
    """A guest in a team's channel reads what the team reads."""
    await set_up_team(context)

    assert await ask(build_request(STRANGER), context) == await ask(build_request(MARIE), context)


async def test_the_next_day_brings_another_card(context: Context, clock: FakeClock) -> None:
    """No card stays for two days."""
    today = await ask(build_request(MARIE), context)
    clock.advance(days=1)

    assert reply_text(await ask(build_request(MARIE), context)) != reply_text(today)


async def test_next_is_the_card_of_the_next_working_day(context: Context, clock: FakeClock) -> None:
    """Looking ahead takes nothing away from tomorrow."""
    ahead = await ask(build_request(MARIE, "next"), context)
    clock.advance(days=1)
    tomorrow = await ask(build_request(MARIE), context)

    assert isinstance(ahead, Message)
    assert isinstance(tomorrow, Message)
    assert ahead.body[:-1] == tomorrow.body[:-1]


async def test_the_button_turns_to_the_card_after(context: Context) -> None:
    """The button under a card shows what the keyword shows."""
    card = await ask(build_request(MARIE), context)
    button = steps_by_name(card)["tip.next"]

    turned = await tip.show_card_ahead(
        build_request(MARIE, data=getattr(button, "data", "")), context
    )

    assert turned == await ask(build_request(MARIE, "next"), context)


async def test_a_card_on_ones_own_page_opens_as_a_form(context: Context) -> None:
    """Where there is no conversation to answer in, the card stands in a form."""
    reply = await tip.show_todays_card(build_request(MARIE, channel=""), context)

    assert isinstance(reply, Form)
    assert not reply.submit


async def test_a_topic_is_a_word_of_the_command(context: Context) -> None:
    """Every topic in the list can be typed in each language, and shows its cards."""
    spoken = [context.catalogue.get_pack(tag) for tag in context.catalogue.languages]
    typed = {word for words in spoken for word in tips.topics_by_keyword(words)}

    assert (
        typed | {"next", "list", "help"} == COMMANDS["tip"].accepted_words(context.catalogue).known
    )
    for words in spoken:
        for word, topic in tips.topics_by_keyword(words).items():
            asked = replace(build_request(MARIE, word), language=words.language)
            assert words.topics[topic] in reply_text(await ask(asked, context))


async def test_a_topic_turns_to_its_scenes(context: Context) -> None:
    """The button under a topic's tips shows its scenes, in the conversation or on one's page."""
    here = await tip.show_cards_of_kind(build_request(MARIE, data="ask:scene"), context)
    at_home = await tip.show_cards_of_kind(
        build_request(MARIE, channel="", data="ask:scene"), context
    )

    assert isinstance(here, Message)
    assert isinstance(at_home, Form)
    assert here.body == at_home.body
    assert "made up" in reply_text(here)


async def test_the_list_names_every_topic(context: Context) -> None:
    """Nobody has to guess a topic."""
    listed = reply_text(await ask(build_request(MARIE, "list"), context))

    assert all(title in listed for title in context.catalogue.get_pack("en").topics.values())


async def test_help_and_unknown_words_answer_with_the_usage(context: Context) -> None:
    """A word the command does not know is met with how it is used."""
    usage = await ask(build_request(MARIE, "help"), context)

    assert await ask(build_request(MARIE, UNKNOWN_KEYWORD), context) == usage
    assert "/tip next" in reply_text(usage)


@pytest.mark.parametrize("data", ["", "-1", "soon", "401"])
async def test_a_forged_turn_is_refused(context: Context, data: str) -> None:
    """A button turns to cards that there are."""
    with pytest.raises(UnknownAnswerError):
        await tip.show_card_ahead(build_request(MARIE, data=data), context)
