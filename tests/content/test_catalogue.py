from collections.abc import Mapping
from datetime import date, time

import pytest

from bot.content.catalogue import PLACEHOLDER, LanguagePack, load_catalogue
from tests.content.wording import clinical_texts

CATALOGUE = load_catalogue()
ENGLISH = CATALOGUE.get_pack("en")
LANGUAGES = [CATALOGUE.get_pack(language) for language in CATALOGUE.languages]


def made(**sentences: str | Mapping[str, str]) -> LanguagePack:
    """English, with these sentences and no others."""
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
        references={},
    )


def shape(words: LanguagePack) -> dict[str, list[str]]:
    """Every key of a language with the blanks that it leaves open."""
    found = {where: sorted(PLACEHOLDER.findall(text)) for where, text in clinical_texts(words)}
    for key, sentence in words.sentences.items():
        forms = [sentence] if isinstance(sentence, str) else list(sentence.values())
        found[key] = sorted({blank for form in forms for blank in PLACEHOLDER.findall(form)})
    return found


def test_blanks_are_filled_with_facts() -> None:
    """A sentence says the facts it is given, and a fact's own braces stay as they are."""
    words = made(greeting="Hello {name}, hello {name}")

    assert words.translate("greeting", name="{x}") == "Hello {x}, hello {x}"


def test_numbers_are_written_as_the_language_writes_them() -> None:
    """A whole number is grouped as an English reader expects."""
    assert made(many="{n} clients").translate("many", n=30000) == "30,000 clients"


def test_one_and_many_have_their_own_forms() -> None:
    """The plural form is chosen by the count."""
    words = made(cards={"one": "one card", "other": "{count} cards"})

    assert words.translate("cards", count=1) == "one card"
    assert words.translate("cards", count=2) == "2 cards"


def test_a_missing_plural_form_falls_back_to_other() -> None:
    """A language that needs only one form gives only that."""
    assert made(cards={"other": "{count} cards"}).translate("cards", count=1) == "1 cards"


def test_an_unknown_sentence_or_fact_is_no_silence() -> None:
    """A key or a fact that is missing is an error, never an empty line."""
    with pytest.raises(KeyError, match="nothing"):
        made().translate("nothing")
    with pytest.raises(KeyError, match="name"):
        made(greeting="Hello {name}").translate("greeting")


def test_a_line_of_the_guide_fills_its_blanks() -> None:
    """The guide's lines are filled as sentences are."""
    assert ENGLISH.guide_line("prompts.open", want="company").endswith("company")


def test_days_and_times_are_said_in_full() -> None:
    """A date, a weekday and a time read as an English reader says them."""
    assert ENGLISH.format_day(date(2026, 11, 30)) == "Monday, November 30"
    assert ENGLISH.format_day_with_year(date(2026, 11, 30)) == "November 30, 2026"
    assert ENGLISH.weekday_name(7) == "Sunday"
    assert ENGLISH.format_clock_time(time(9, 5)).split() == ["9:05", "AM"]


def test_lists_and_people_are_joined_as_spoken() -> None:
    """Several things are joined with commas and 'and', people as mentions."""
    assert ENGLISH.join_items(["a", "b", "c"]) == "a, b, and c"
    assert ENGLISH.mention_people(("U1", "U2")) == "@{U1} and @{U2}"


def test_sentences_follow_each_other_as_they_are_written() -> None:
    """A space stands between two sentences, and none between two Chinese ones."""
    assert ENGLISH.join_sentences(["One.", "Two."]) == "One. Two."
    assert CATALOGUE.get_pack("zh-Hans").join_sentences(["一。", "二。"]) == "一。二。"


def test_a_language_says_its_own_name() -> None:
    """English is offered under its own name."""
    assert ENGLISH.display_name == "English"


def test_cards_and_signs_are_found_by_their_codes() -> None:
    """What a delivery carries as a code is found again."""
    assert ENGLISH.get_tip("ask-aloud").atom == "T1a"
    assert ENGLISH.get_sign("circle_open").glyph == "\N{WHITE CIRCLE}"


@pytest.mark.parametrize("tag", ["en", "en-US", "en_GB", "de-DE", "", "EN"])
def test_everybody_meets_a_language_that_is_complete(tag: str) -> None:
    """A tag that is not on offer is met in English."""
    assert CATALOGUE.get_pack(tag).language == "en"


def test_the_first_language_on_offer_is_settled_on() -> None:
    """Of a person's setting, the product's locale and the team's, the first that is spoken wins."""
    assert CATALOGUE.choose_language("", "de-DE", "en-US") == "en"
    assert CATALOGUE.choose_language("de") == "en"


def test_english_comes_first() -> None:
    """English is always on offer, and first in the list."""
    assert CATALOGUE.languages[0] == "en"
    assert CATALOGUE.has_language("en")
    assert not CATALOGUE.has_language("de")


@pytest.mark.parametrize("words", LANGUAGES, ids=lambda words: str(words.language))
def test_languages_say_the_same_things(words: LanguagePack) -> None:
    """Every language has the keys and the blanks of English, no more and no fewer."""
    assert shape(words) == shape(ENGLISH)


@pytest.mark.parametrize("words", LANGUAGES, ids=lambda words: str(words.language))
def test_languages_have_the_plural_forms_that_they_need(words: LanguagePack) -> None:
    """A sentence that counts has each form its language takes up to a thousand, and no other."""
    needed = {words.locale.plural_form(count) for count in range(1000)}
    counting = {k: set(s) for k, s in words.sentences.items() if isinstance(s, Mapping)}

    assert counting.keys() == {k for k, s in ENGLISH.sentences.items() if isinstance(s, Mapping)}
    assert {key: forms for key, forms in counting.items() if forms != needed} == {}


@pytest.mark.parametrize("words", LANGUAGES, ids=lambda words: str(words.language))
def test_languages_share_what_has_no_language(words: LanguagePack) -> None:
    """Atoms, references, signs and rules of a question are one and the same everywhere."""
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
