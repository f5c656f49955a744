"""References, the cards that cite them, and their sections in docs/evidence.md agree."""

import re
from datetime import date

import pytest

from bot.content.catalogue import LanguagePack, Tip
from tests.content.wording import (
    ABSTRACT_SHINGLES_FILE,
    ENGLISH,
    LANGUAGE_PACKS,
    SHINGLES_FILE,
    all_texts,
    hash_shingles,
)
from tests.sources import ROOT

DOCUMENT = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")

SECTION = re.compile(r"^### `(\w+)`\n(.+?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (\w[^|]*) \| ([^|]+) \|$", re.MULTILINE)

SECTIONS = {key: dict(ROW.findall(body)) for key, body in SECTION.findall(DOCUMENT)}
"""The rows of each section of the document by name, by the key of its reference."""

ROW_NAMES = [
    "Claim",
    "Used by",
    "Study",
    "Year",
    "Population",
    "k",
    "Figure, CI",
    "Limits",
    "Read",
    "Last checked",
]

ARTICLE_REFERENCES = {
    "camanto2025",
    "fluckiger2018",
    "eubanks2018",
    "tryon2018",
    "hill2018",
    "beck",
}
"""The six sources that the article names."""

MODEL_REFERENCES = {"safran1996", "eubanks2019", "consensus2018"}
"""References of the guide and the debrief, which no card cites."""

CITING_TIPS = [tip for tip in ENGLISH.tips if tip.reference]

NUMBER = re.compile(r"\d*\.\d+|\d+")


def numbers_in(text: str) -> set[str]:
    """Return the numbers of *text* as English writes them, without separators of thousands."""
    text = re.sub(r"(?<=\d)[,\N{NO-BREAK SPACE}](?=\d{3}\b)", "", text)
    text = re.sub(r"\b0[.,](?=\d)", ".", text.replace("三万多名", "30000 名"))
    return set(NUMBER.findall(text))


def test_numbers_are_the_same_in_every_notation() -> None:
    """A number has one form, whichever separators its language uses."""
    assert numbers_in("5,350 clients, r = .28") == {"5350", ".28"}
    assert numbers_in("5\N{NO-BREAK SPACE}350 personnes, 0,28") == {"5350", ".28"}
    assert numbers_in("三万多名 r = 0.28") == {"30000", ".28"}


def test_every_reference_has_one_section() -> None:
    """The document has a section for each reference and none for another key."""
    assert sorted(SECTIONS) == sorted(ENGLISH.references)
    assert len(SECTION.findall(DOCUMENT)) == len(SECTIONS)


@pytest.mark.parametrize("key", ENGLISH.references)
def test_a_section_states_study_figures_limits_and_day(key: str) -> None:
    """A section has all ten rows, links the work and names the day of its last check."""
    rows = SECTIONS[key]

    assert list(rows) == ROW_NAMES
    assert ENGLISH.references[key].url in rows["Study"]
    assert date.fromisoformat(rows["Last checked"]) >= date(2026, 11, 28)


@pytest.mark.parametrize("key", sorted(set(ENGLISH.references) - {"source", *MODEL_REFERENCES}))
def test_a_section_lists_the_cards_that_cite_it(key: str) -> None:
    """A section lists exactly the cards that cite its reference, or says that no card does."""
    citing_ids = {tip.id for tip in CITING_TIPS if tip.reference == key}
    used_by = SECTIONS[key]["Used by"]

    assert set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", used_by)) == citing_ids
    assert used_by.startswith("No card: ") == (not citing_ids)


def test_the_models_are_cited_by_guide_and_debrief_alone() -> None:
    """The references of the models are listed for guide, debrief and paper, and on no card."""
    assert {tip.reference for tip in CITING_TIPS} & MODEL_REFERENCES == set()
    for key in MODEL_REFERENCES:
        assert SECTIONS[key]["Used by"] == "guide, debrief and paper"


def test_every_source_of_the_article_is_cited() -> None:
    """Each of the article's six sources is the reference of at least one card."""
    assert len(ARTICLE_REFERENCES) == 6
    assert {tip.reference for tip in CITING_TIPS} >= ARTICLE_REFERENCES


@pytest.mark.parametrize("tip", CITING_TIPS, ids=lambda tip: str(tip.id))
def test_a_citing_card_has_its_reference_and_numbers_in_the_document(tip: Tip) -> None:
    """The reference of a card is in the data and the document, with every number on the card."""
    assert tip.reference in ENGLISH.references
    assert numbers_in(tip.point) <= numbers_in(" ".join(SECTIONS[tip.reference].values()))


@pytest.mark.parametrize("words", LANGUAGE_PACKS, ids=lambda words: str(words.language))
def test_a_citing_card_has_the_same_numbers_in_every_language(words: LanguagePack) -> None:
    """A translated card cites the same reference and contains the same numbers."""
    translated = {tip.id: tip for tip in words.tips}
    for tip in CITING_TIPS:
        assert translated[tip.id].reference == tip.reference
        assert numbers_in(translated[tip.id].point) == numbers_in(tip.point), tip.id


@pytest.mark.parametrize("words", LANGUAGE_PACKS, ids=lambda words: str(words.language))
def test_every_reference_has_a_label_of_its_weight(words: LanguagePack) -> None:
    """Each level of a reference that a card may cite has a label in every language."""
    for key in set(ENGLISH.references) - {"source", *MODEL_REFERENCES}:
        assert words.translate(f"tip.level.{ENGLISH.references[key].level}")


def test_the_document_copies_no_source() -> None:
    """No seven words in a row of the document, links aside, are from the article or an abstract."""
    source_hashes = set(SHINGLES_FILE.read_text(encoding="utf-8").split())
    source_hashes |= set(ABSTRACT_SHINGLES_FILE.read_text(encoding="utf-8").split())

    assert len(source_hashes) > 4000
    assert hash_shingles(re.sub(r"\]\([^)]+\)", "]", DOCUMENT)) & source_hashes == set()


def test_no_text_copies_an_abstract() -> None:
    """No seven consecutive words of a text for clinicians are those of an abstract."""
    abstract_hashes = set(ABSTRACT_SHINGLES_FILE.read_text(encoding="utf-8").split())

    assert {
        key for key, text in all_texts(ENGLISH).items() if hash_shingles(text) & abstract_hashes
    } == set()


def test_references_link_the_work() -> None:
    """A reference with a DOI is linked by it, any other by its own page."""
    for reference in ENGLISH.references.values():
        expected_url = f"https://doi.org/{reference.doi}" if reference.doi else reference.url

        assert reference.url == expected_url
        assert reference.url.startswith("https://")
