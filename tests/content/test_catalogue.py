"""Formatting by the language packs, and their consistency across languages."""

from collections.abc import Mapping
from datetime import date, time

import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.content.language_pack import PLACEHOLDER
from tests.content.wording import clinical_texts

CATALOGUE = load_catalogue()
ENGLISH = CATALOGUE.get_pack("en")
LANGUAGES = [CATALOGUE.get_pack(language) for language in CATALOGUE.languages]


def build_pack(**sentences: str | Mapping[str, str]) -> LanguagePack:
    """Return an English pack with these sentences only."""
    return LanguagePack(
        language="en",
        sentences=sentences,
        tips=(),
        topics={},
        questions={},
        guide={},
        phrases={},
        signs=(),
        lenses=(),
        exercises=(),
        drills=(),
        references={},
    )


def placeholders_by_key(words: LanguagePack) -> dict[str, list[str]]:
    """Return the placeholders of every text, by key."""
    placeholders = {key: sorted(PLACEHOLDER.findall(text)) for key, text in clinical_texts(words)}
    for key, sentence in words.sentences.items():
        forms = [sentence] if isinstance(sentence, str) else list(sentence.values())
        placeholders[key] = sorted({blank for form in forms for blank in PLACEHOLDER.findall(form)})
    return placeholders


def test_placeholders_are_replaced_by_facts() -> None:
    """Placeholders are replaced once, so that braces in a fact are literal."""
    words = build_pack(greeting="Hello {name}, hello {name}")

    assert words.translate("greeting", name="{x}") == "Hello {x}, hello {x}"


def test_integers_are_formatted_for_the_locale() -> None:
    """English integers are grouped with commas."""
    assert build_pack(many="{n} clients").translate("many", n=30000) == "30,000 clients"


def test_plural_form_depends_on_the_count() -> None:
    """The plural form is selected by the fact ``count``."""
    words = build_pack(cards={"one": "one card", "other": "{count} cards"})

    assert words.translate("cards", count=1) == "one card"
    assert words.translate("cards", count=2) == "2 cards"


def test_missing_plural_form_falls_back_to_other() -> None:
    """A count whose form is missing uses the form ``other``."""
    assert build_pack(cards={"other": "{count} cards"}).translate("cards", count=1) == "1 cards"


def test_unknown_key_or_missing_fact_raises_key_error() -> None:
    """An unknown key or a missing fact raises KeyError instead of rendering an empty line."""
    with pytest.raises(KeyError, match="nothing"):
        build_pack().translate("nothing")
    with pytest.raises(KeyError, match="name"):
        build_pack(greeting="Hello {name}").translate("greeting")


def test_guide_line_placeholders_are_replaced() -> None:
    """Placeholders in the guide's lines are replaced as in sentences."""
    assert ENGLISH.guide_line("prompts.open", want="company").endswith("company")


def test_dates_and_times_are_formatted_in_english() -> None:
    """Dates, weekdays and times have the English long formats."""
    assert ENGLISH.format_day(date(2026, 11, 30)) == "Monday, November 30"
    span = ENGLISH.format_span(date(2026, 7, 6), date(2026, 7, 26))
    assert span.replace("\N{THIN SPACE}", " ") == "Jul 6 \N{EN DASH} 26, 2026"
    assert ENGLISH.weekday_name(7) == "Sunday"
    assert ENGLISH.format_clock_time(time(9, 5)).split() == ["9:05", "AM"]


def test_lists_and_mentions_are_joined() -> None:
    """Items and mentions are joined with commas and 'and'."""
    assert ENGLISH.join_items(["a", "b", "c"]) == "a, b, and c"
    assert ENGLISH.mention_people(("U1", "U2")) == "@{U1} and @{U2}"


def test_sentences_are_joined_by_script() -> None:
    """English sentences are joined by a space, Chinese ones by nothing."""
    assert ENGLISH.join_sentences(["One.", "Two."]) == "One. Two."
    assert CATALOGUE.get_pack("zh-Hans").join_sentences(["一。", "二。"]) == "一。二。"


def test_display_name_is_in_its_own_language() -> None:
    """English is listed as 'English'."""
    assert ENGLISH.display_name == "English"


def test_cards_and_signs_are_looked_up_by_id() -> None:
    """A card's id and a sign's code return the card and the sign."""
    assert ENGLISH.get_tip("ask-aloud").atom == "T1a"
    assert ENGLISH.get_sign("circle_open").glyph == "\N{WHITE CIRCLE}"


@pytest.mark.parametrize("tag", ["en", "en-US", "en_GB", "de-DE", "", "EN"])
def test_unavailable_language_falls_back_to_english(tag: str) -> None:
    """A tag of an unavailable language returns the English pack."""
    assert CATALOGUE.get_pack(tag).language == "en"


def test_first_available_language_is_chosen() -> None:
    """The first available language of several tags is chosen, else English."""
    assert CATALOGUE.choose_language("", "de-DE", "en-US") == "en"
    assert CATALOGUE.choose_language("de") == "en"


def test_english_comes_first() -> None:
    """English is available, and first in the list."""
    assert CATALOGUE.languages[0] == "en"
    assert CATALOGUE.has_language("en")
    assert not CATALOGUE.has_language("de")


@pytest.mark.parametrize("words", LANGUAGES, ids=lambda words: str(words.language))
def test_languages_have_the_same_keys_and_placeholders(words: LanguagePack) -> None:
    """Every language has exactly the keys and placeholders of English."""
    assert placeholders_by_key(words) == placeholders_by_key(ENGLISH)


@pytest.mark.parametrize("words", LANGUAGES, ids=lambda words: str(words.language))
def test_languages_have_their_plural_forms(words: LanguagePack) -> None:
    """A counting sentence has exactly the plural forms that its language uses up to a thousand."""
    needed = {words.locale.plural_form(count) for count in range(1000)}
    counting = {k: set(s) for k, s in words.sentences.items() if isinstance(s, Mapping)}

    assert counting.keys() == {k for k, s in ENGLISH.sentences.items() if isinstance(s, Mapping)}
    assert {key: forms for key, forms in counting.items() if forms != needed} == {}


@pytest.mark.parametrize("words", LANGUAGES, ids=lambda words: str(words.language))
def test_ids_and_limits_are_the_same_in_every_language(words: LanguagePack) -> None:
    """Atoms, references, glyphs, steps and limits do not depend on the language."""
    assert [(t.id, t.atom, t.topic, t.reference, t.kind) for t in words.tips] == [
        (t.id, t.atom, t.topic, t.reference, t.kind) for t in ENGLISH.tips
    ]
    assert [(s.code, s.glyph) for s in words.signs] == [(s.code, s.glyph) for s in ENGLISH.signs]
    assert [(e.id, len(e.steps)) for e in words.exercises] == [
        (e.id, len(e.steps)) for e in ENGLISH.exercises
    ]
    assert [(q.id, q.required, q.max_selected) for q in words.questions.values()] == [
        (q.id, q.required, q.max_selected) for q in ENGLISH.questions.values()
    ]
