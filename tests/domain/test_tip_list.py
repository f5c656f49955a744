from dataclasses import replace
from itertools import chain

import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain import tip_list, tips
from bot.elements import ActionRow, Button, Caption, Message, Quote, Text
from bot.errors import UnknownAnswerError

LANGUAGE_PACKS = [load_catalogue().get_pack(tag) for tag in load_catalogue().languages]
WORDS = load_catalogue().get_pack("en")

in_every_language = pytest.mark.parametrize(
    "words", LANGUAGE_PACKS, ids=lambda words: str(words.language)
)


def buttons_of(message: Message, name: str) -> list[Button]:
    """Return the buttons of a message with the action *name*, in order."""
    controls = chain.from_iterable(e.controls for e in message.body if isinstance(e, ActionRow))
    return [button for button in controls if isinstance(button, Button) and button.name == name]


@in_every_language
def test_the_list_has_a_button_for_each_topic(words: LanguagePack) -> None:
    """The list has a button with the title of every topic, and names every keyword."""
    message = tip_list.render_topic_list(words)
    keywords = next(e.text for e in message.body if isinstance(e, Caption))

    assert {b.data: b.label for b in buttons_of(message, "tip.topic")} == dict(words.topics)
    assert all(tips.topic_keyword(topic, words) in keywords for topic in words.topics)


@in_every_language
def test_the_list_has_six_situations_first(words: LanguagePack) -> None:
    """Six situations precede the topics, and going quiet precedes anger."""
    message = tip_list.render_topic_list(words)
    rows = [e for e in message.body if isinstance(e, ActionRow)]
    codes = [button.data for button in buttons_of(message, "tip.situation")]

    assert codes == list(tip_list.SITUATION_ATOMS)
    assert len({b.label for b in buttons_of(message, "tip.situation")}) == 6
    assert codes.index("quiet") < codes.index("angry")
    assert getattr(rows[0].controls[0], "name", "") == "tip.situation"


@in_every_language
def test_no_label_names_a_person(words: LanguagePack) -> None:
    """Labels and data of situations are those of the catalogue, short enough for a phone."""
    for button in buttons_of(tip_list.render_topic_list(words), "tip.situation"):
        assert button.label == words.translate(f"tip.situation.{button.data}")
        assert len(button.label) <= 40


@in_every_language
@pytest.mark.parametrize("code", tip_list.SITUATION_ATOMS)
def test_a_situation_has_advice_and_a_sentence(words: LanguagePack, code: str) -> None:
    """A situation has at least two cards, a sentence to say, and at most 300 words in English."""
    message = tip_list.render_situation(code, words)
    texts = [e.text for e in message.body if isinstance(e, Text | Quote)]

    assert sum(text.startswith("**") and text.endswith("**") for text in texts) >= 2
    assert any(isinstance(e, Quote) for e in message.body)
    assert words.language != "en" or len(" ".join(texts).split()) <= 300


@in_every_language
@pytest.mark.parametrize("code", tip_list.SITUATION_ATOMS)
def test_a_situation_credits_its_sources(words: LanguagePack, code: str) -> None:
    """Each tip has its evidence, the article is credited, and a button leads to the list."""
    message = tip_list.render_situation(code, words)
    captions = [e.text for e in message.body if isinstance(e, Caption)]
    points = [t for t in words.tips if t.kind == "point" and Text(t.point) in message.body]

    assert all(tips.format_evidence(tip, words) in captions for tip in points)
    assert captions[-1] == words.translate("source.attribution", url=words.references["source"].url)
    assert len(buttons_of(message, "tip.list")) == 1


@pytest.mark.parametrize("code", tip_list.SITUATION_ATOMS)
def test_a_situation_has_no_question_for_peers(code: str) -> None:
    """A question for peers is for a room, so that no situation shows one to a single reader."""
    body = tip_list.render_situation(code, WORDS).body

    assert not [tip.id for tip in WORDS.tips if tip.kind == "peers" and Text(tip.point) in body]


def test_a_situation_without_cards_is_not_listed() -> None:
    """A practice that retired all cards of a situation sees no button for it."""
    remaining_tips = tuple(tip for tip in WORDS.tips if tip.atom not in {"T2e", "T2d"})
    words = replace(WORDS, tips=remaining_tips)

    codes = [b.data for b in buttons_of(tip_list.render_topic_list(words), "tip.situation")]
    assert codes == [code for code in tip_list.SITUATION_ATOMS if code != "quiet"]
    with pytest.raises(UnknownAnswerError):
        tip_list.parse_situation_data("quiet", words)


def test_many_topics_are_listed_in_rows() -> None:
    """Topics of a practice are listed in rows of five, up to a limit that a message can hold."""
    words = replace(WORDS, topics={f"t{number}": f"Topic {number}" for number in range(300)})
    message = tip_list.render_topic_list(words)

    assert len(buttons_of(message, "tip.topic")) == tip_list.MAX_LISTED_TOPICS
    assert max(len(e.controls) for e in message.body if isinstance(e, ActionRow)) == 5


@pytest.mark.parametrize("data", ["", "quiet ", "nonsense", "signs:scene"])
def test_invalid_data_is_rejected(data: str) -> None:
    """Button data that no button offers raises UnknownAnswerError."""
    with pytest.raises(UnknownAnswerError):
        tip_list.parse_situation_data(data, WORDS)
    with pytest.raises(UnknownAnswerError):
        tips.parse_topic_data(data, WORDS)


def test_valid_data_is_parsed() -> None:
    """The data of the buttons of the list is parsed."""
    assert tip_list.parse_situation_data("quiet", WORDS) == "quiet"
    assert tips.parse_topic_data("signs", WORDS) == "signs"
