import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from bot.content.catalogue import Tip, load_catalogue
from bot.content.model import CARD_KINDS, CardKind
from bot.domain import tips
from bot.elements import ActionRow, Audience, Button, Caption, Heading, Message, Quote, Text
from bot.errors import UnknownAnswerError

WORDS = load_catalogue().get_pack("en")


def message_text(message: Message) -> str:
    """Return all texts of a message, one per line."""
    return "\n".join(e.text for e in message.body if isinstance(e, (Heading, Text, Caption, Quote)))


@pytest.mark.parametrize("tip", WORDS.tips, ids=lambda tip: str(tip.id))
def test_a_card_shows_all_its_content(tip: Tip) -> None:
    """A card shows title, point, advice, phrase and source."""
    message = tips.render_tip(tip, WORDS)
    text = message_text(message)

    for part in (tip.title, tip.point, tip.try_this, tip.say):
        assert part in text
    if tip.reference:
        assert f"({WORDS.references[tip.reference].url})" in text
    else:
        assert WORDS.translate("tip.practice") in text
    assert tip.title in message.summary


@pytest.mark.parametrize("tip", WORDS.tips, ids=lambda tip: str(tip.id))
def test_a_card_credits_the_article_only_for_what_is_in_it(tip: Tip) -> None:
    """A card on an element of the article credits it; a card on a later study does not."""
    is_credited = WORDS.references["source"].url in message_text(tips.render_tip(tip, WORDS))

    assert is_credited == bool(tip.atom)


def test_a_card_has_a_button_to_the_next() -> None:
    """The button under a card has the offset of the next card as data."""
    body = tips.render_tip(WORDS.tips[0], WORDS, working_days_ahead=3).body

    assert isinstance(body[-1], ActionRow)
    assert body[-1].controls == (Button("tip.next", WORDS.translate("tip.next"), "4"),)


def test_a_card_has_the_requested_audience() -> None:
    """A card is private by default and public for the team audience."""
    assert tips.render_tip(WORDS.tips[0], WORDS).audience is Audience.ONLY_ME
    assert tips.render_tip(WORDS.tips[0], WORDS, Audience.TEAM).audience is Audience.TEAM


@pytest.mark.parametrize("tag", load_catalogue().languages)
def test_a_channel_has_one_line_of_credit(tag: str) -> None:
    """In a channel evidence and source are one line, which links the study and the article."""
    words = load_catalogue().get_pack(tag)
    source_url = words.references["source"].url

    for tip in words.tips:
        body = tips.render_tip(tip, words, Audience.TEAM).body
        credit_line = next(e.text for e in reversed(body) if isinstance(e, Caption))
        study_url = words.references[tip.reference].url if tip.reference else ""
        assert sum(isinstance(e, Caption) and "](" in e.text for e in body) <= 1
        assert (f"]({source_url})" in credit_line) == bool(tip.atom)
        assert f"]({study_url})" in credit_line or not study_url
        assert len(re.sub(r"\]\(\S+?\)|\[", "", credit_line)) <= 190


def test_a_later_card_is_not_labelled_as_todays() -> None:
    """The summary distinguishes today's card from a later card."""
    today, later = (
        tips.render_tip(WORDS.tips[0], WORDS, working_days_ahead=n).summary for n in (0, 1)
    )

    assert "Today" in today
    assert "Today" not in later


@pytest.mark.parametrize("topic", WORDS.topics)
@pytest.mark.parametrize("kind", CARD_KINDS)
def test_a_topic_shows_all_its_cards(topic: str, kind: CardKind) -> None:
    """A topic's message has all its cards of one kind and no other, within the size limits."""
    message = tips.render_topic(topic, WORDS, kind)

    assert [tip.id for tip in WORDS.tips if tip.point in message_text(message)] == [
        tip.id for tip in WORDS.tips if (tip.topic, tip.kind) == (topic, kind)
    ]
    assert len(message.body) <= 50
    assert max(len(e.text) for e in message.body if isinstance(e, Text)) <= 3000


def test_a_topic_has_buttons_to_its_other_kinds() -> None:
    """A topic has a button for each of its other kinds of cards."""
    actions = [e for e in tips.render_topic("signs", WORDS).body if isinstance(e, ActionRow)]
    button_data = [step.data for step in actions[0].controls if isinstance(step, Button)]

    assert button_data == ["signs:scene", "signs:peers", "signs:minutes"]
    assert tips.parse_kind_data(button_data[0], WORDS) == ("signs", "scene")


def test_a_topic_with_one_kind_has_no_buttons() -> None:
    """A topic with tips only has no buttons to other kinds."""
    own_card = replace(WORDS.tips[0], topic="ours")
    words = replace(WORDS, tips=(own_card,), topics={"ours": "Ours"})

    assert not [e for e in tips.render_topic("ours", words).body if isinstance(e, ActionRow)]


def test_a_topic_without_tips_shows_its_first_kind() -> None:
    """A topic with scenes only shows its scenes by default."""
    own_card = replace(WORDS.tips[0], topic="ours", kind="scene")
    words = replace(WORDS, tips=(own_card,), topics={"ours": "Ours"})

    assert own_card.point in message_text(tips.render_topic("ours", words))


@pytest.mark.parametrize("data", ["", "signs", "signs:jokes", "nonsense:scene"])
def test_invalid_kind_data_is_rejected(data: str) -> None:
    """Button data without a valid topic and kind raises UnknownAnswerError."""
    with pytest.raises(UnknownAnswerError):
        tips.parse_kind_data(data, WORDS)


def test_a_scene_is_labelled_as_fiction() -> None:
    """A scene is labelled as fiction, so that no reader is identified with it."""
    scene = next(tip for tip in WORDS.tips if tip.kind == "scene")

    assert "made up" in message_text(tips.render_tip(scene, WORDS))
    assert "made up" not in message_text(tips.render_tip(WORDS.tips[0], WORDS))


def test_an_unknown_topic_is_rejected() -> None:
    """An unknown topic raises KeyError."""
    with pytest.raises(KeyError, match="nonsense"):
        tips.render_topic("nonsense", WORDS)


def test_usage_lists_every_argument() -> None:
    """The usage lists the plain command, the next card, the list and a topic."""
    text = message_text(tips.render_usage(WORDS))

    for usage in ("**/tip** ", "/tip next", "/tip list", "/tip why"):
        assert usage in text


def test_quiet_signs_precede_open_ones() -> None:
    """The cards on quiet signs precede those on doubt and anger."""
    atoms = [tip.atom for tip in WORDS.tips if tip.topic == "signs"]
    order = [atoms.index(atom) for atom in ("T2e", "T2c", "T2a", "T2b")]

    assert all(earlier < later for earlier, later in pairwise(order))


@pytest.mark.parametrize(
    ("tip_days", "first_days"), [((2, 4), ["2026-06-30"]), ((5,), ["2026-07-03"]), ((), [])]
)
def test_each_week_has_one_first_tip_day(tip_days: tuple[int, ...], first_days: list[str]) -> None:
    """Of a week's days, the earliest tip day alone is the first one."""
    week = [date(2026, 6, 29) + timedelta(days=number) for number in range(7)]
    assert [day.isoformat() for day in week if tips.is_first_tip_day(day, tip_days)] == first_days


@pytest.mark.parametrize("tag", load_catalogue().languages)
def test_questions_for_peers_have_a_caution(tag: str) -> None:
    """Every question for peers has the caution that it is for the room; no other card has it."""
    words = load_catalogue().get_pack(tag)
    caution = Caption(words.translate("tip.peers_caution"))

    for tip in words.tips:
        for audience in (Audience.TEAM, Audience.ONLY_ME):
            assert (caution in tips.render_tip(tip, words, audience).body) == (tip.kind == "peers")
        assert (caution in tips.render_topic(tip.topic, words, tip.kind).body) == (
            tip.kind == "peers"
        )


@pytest.mark.parametrize("tag", ["en", "fr", "zh"])
def test_a_topic_is_found_by_its_id_and_by_its_translated_keyword(tag: str) -> None:
    """Every topic has both keywords, and no keyword leads to two topics."""
    words = load_catalogue().get_pack(tag)

    topics = tips.topics_by_keyword(words)

    for topic in words.topics:
        assert topics[topic] == topic
        assert topics[tips.topic_keyword(topic, words)] == topic
    assert {*topics.values()} == {*words.topics}
