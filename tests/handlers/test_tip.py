from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import Surface
from bot.domain import tips
from bot.elements import Form, Message
from bot.errors import UnknownAnswerError
from bot.keywords import UNKNOWN_KEYWORD
from handlers import BUTTONS, COMMANDS, tip
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

run_command = COMMANDS["tip"].handle_request


async def test_a_team_gets_one_card_a_day(context: Context) -> None:
    """Two members of a team see one card a day, in any channel."""
    await set_up_team(context)

    maries_card = await run_command(build_request(MARIE), context)
    adas_card = await run_command(build_request(ADA, channel="D0PRIVATE"), context)

    assert maries_card == adas_card


async def test_a_persons_own_team_takes_precedence(context: Context) -> None:
    """In another team's channel a person sees their own team's card."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, clinicians=())

    own_channel_card = await run_command(build_request(MARIE, channel=CHANNEL), context)
    other_channel_card = await run_command(build_request(MARIE, channel=OTHER_CHANNEL), context)

    assert own_channel_card == other_channel_card


async def test_a_stranger_gets_the_channels_card(context: Context) -> None:
    """A person on no roster sees the card of the channel's team."""
    await set_up_team(context)

    assert await run_command(build_request(STRANGER), context) == await run_command(
        build_request(MARIE), context
    )


async def test_the_next_day_has_another_card(context: Context, clock: FakeClock) -> None:
    """The card changes every day."""
    today = await run_command(build_request(MARIE), context)
    clock.advance(days=1)

    assert reply_text(await run_command(build_request(MARIE), context)) != reply_text(today)


async def test_next_is_the_card_of_the_next_working_day(context: Context, clock: FakeClock) -> None:
    """The next keyword shows tomorrow's card without changing it."""
    next_card = await run_command(build_request(MARIE, "next"), context)
    clock.advance(days=1)
    tomorrows_card = await run_command(build_request(MARIE), context)

    assert isinstance(next_card, Message)
    assert isinstance(tomorrows_card, Message)
    assert next_card.body[:-1] == tomorrows_card.body[:-1]


async def test_the_button_shows_the_next_card(context: Context) -> None:
    """The button below a card has the same effect as the keyword."""
    card = await run_command(build_request(MARIE), context)
    button = steps_by_name(card)["tip.next"]

    next_card = await tip.show_card_ahead(
        build_request(MARIE, data=getattr(button, "data", "")), context
    )

    assert next_card == await run_command(build_request(MARIE, "next"), context)


async def test_a_card_on_the_home_page_opens_in_a_form(context: Context) -> None:
    """On the home page there is no conversation, so the card opens in a form."""
    reply = await tip.show_todays_card(build_request(MARIE, surface=Surface.HOME), context)

    assert isinstance(reply, Form)
    assert not reply.submit


async def test_every_topic_is_a_keyword(context: Context) -> None:
    """Every topic in the list is a keyword in each language, and shows its cards."""
    packs = [context.catalogue.get_pack(tag) for tag in context.catalogue.languages]
    keywords = {word for pack in packs for word in tips.topics_by_keyword(pack)}

    assert (
        keywords | {"next", "list", "help", "practice", "pratique", "练习"}
        == COMMANDS["tip"].build_keywords(context.catalogue).accepted
    )
    for pack in packs:
        for word, topic in tips.topics_by_keyword(pack).items():
            request = replace(build_request(MARIE, word), language=pack.language)
            assert pack.topics[topic] in reply_text(await run_command(request, context))


async def test_a_topics_button_shows_its_scenes(context: Context) -> None:
    """The button below a topic's tips shows its scenes, in a conversation or in a form."""
    message = await tip.show_cards_of_kind(build_request(MARIE, data="ask:scene"), context)
    form = await tip.show_cards_of_kind(
        build_request(MARIE, surface=Surface.HOME, data="ask:scene"), context
    )

    assert isinstance(message, Message)
    assert isinstance(form, Form)
    assert message.body == form.body
    assert "made up" in reply_text(message)


async def test_the_list_names_every_topic(context: Context) -> None:
    """The list contains every topic."""
    topic_list = await run_command(build_request(MARIE, "list"), context)

    assert all(
        title in str(topic_list) for title in context.catalogue.get_pack("en").topics.values()
    )


@pytest.mark.parametrize(
    ("button", "expected"), [("tip.situation", "The empty chair"), ("tip.topic", "Read the signs")]
)
@pytest.mark.parametrize("surface", [Surface.MESSAGE, Surface.HOME])
async def test_a_button_of_the_list_shows_its_cards(
    context: Context, button: str, expected: str, surface: Surface
) -> None:
    """A situation's and a topic's button show their cards, in a conversation or in a form."""
    data = "cancels" if button == "tip.situation" else "signs"
    reply = await BUTTONS[button](build_request(MARIE, data=data, surface=surface), context)

    assert isinstance(reply, Form if surface is Surface.HOME else Message)
    assert expected in reply_text(reply)


@pytest.mark.parametrize("button", ["tip.situation", "tip.topic"])
async def test_forged_data_of_the_list_is_refused(context: Context, button: str) -> None:
    """A situation or a topic that no button offers is refused."""
    with pytest.raises(UnknownAnswerError):
        await BUTTONS[button](build_request(MARIE, data="nobody"), context)


async def test_the_list_button_shows_the_list(context: Context) -> None:
    """The button below a situation shows what the keyword 'list' shows."""
    request = build_request(MARIE, surface=Surface.MESSAGE)

    assert await BUTTONS["tip.list"](request, context) == await run_command(
        build_request(MARIE, "list"), context
    )


async def test_help_and_unknown_keywords_show_the_usage(context: Context) -> None:
    """An unknown keyword shows the usage."""
    usage = await run_command(build_request(MARIE, "help"), context)

    assert await run_command(build_request(MARIE, UNKNOWN_KEYWORD), context) == usage
    assert "/tip next" in reply_text(usage)


@pytest.mark.parametrize("data", ["", "-1", "soon", "401"])
async def test_a_forged_offset_is_refused(context: Context, data: str) -> None:
    """An offset that no button offers is refused."""
    with pytest.raises(UnknownAnswerError):
        await tip.show_card_ahead(build_request(MARIE, data=data), context)
