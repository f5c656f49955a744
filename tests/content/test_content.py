"""Limits and tone of the content: lengths, codes, sources and forbidden words."""

import re
import unicodedata

import pytest

from bot.content.catalogue import LanguagePack, Question, Tip
from bot.content.word_count import count_words
from tests.content.wording import (
    ARTICLE_FOLDER,
    ENGLISH,
    LANGUAGE_PACKS,
    SHINGLES_FILE,
    all_texts,
    hash_shingles,
)

ALL = all_texts(ENGLISH)
TEXTS_OF_EVERY_LANGUAGE = {
    f"{words.language} {w}": text
    for words in LANGUAGE_PACKS
    for w, text in all_texts(words).items()
}
TIPS = [pytest.param(tip, id=f"{w.language}-{tip.id}") for w in LANGUAGE_PACKS for tip in w.tips]

in_every_language = pytest.mark.parametrize(
    "words", LANGUAGE_PACKS, ids=lambda words: str(words.language)
)

FORBIDDEN = (
    "should",
    "must",
    "failed",
    "overdue",
    "still haven't",
    "you didn't",
    "remember to",
    "resistant",
    "manipulative",
    "non-compliant",
    "difficult client",
    "proven",
    "guarantee(s|d)?",
    "ensures?",
    "cures?",
    "improves? outcomes?",
)
"""Words that scold, label a client or claim more than the studies support."""

FOR_OPERATORS = ("operator.", "environment.", "sandbox.")
"""Prefixes of the operator's texts, in which a setting may be a must."""

ATOMS = {
    "i": "1234567",
    "T1": "abcde",
    "T2": "abcdefg",
    "T3": "abc",
    "T4": "abcd",
    "T5": "abcd",
    "T6": "abcd",
    "T7": "abcd",
    "T8": "ab",
}
"""The forty elements of the source article, by tip."""

OWN_TOPICS = {"room", "supervision", "power", "frame", "measures"}
"""Topics that the article does not have: their cards credit it with nothing."""

CODES = {
    "form": "away against both unsure",
    "status": "not_named touched working repaired ended",
    "strain": "bond goals tasks unsure",
    "mine": "missed_cue misread invalidated forgot technique_first rushed defensive assumed"
    " culture not_visible",
    "mine_more": "withdrew changed_frame own_agenda disclosed",
    "unsafe": "unsafe safe",
    "my_state": "calm protective frustrated hurt distant anxious helpless overwhelmed guilty"
    " ashamed",
    "room": "one couple family group child_parent interpreter video",
    "cue_away": "few_words minimised abstract detour pleasing humour_flat self_blame"
    " apprehensive cancelled culture_hinted",
    "cue_against": "angry_at_me questions_approach rejected_idea frame_complaint no_progress"
    " self_defence pressed_me culture_named",
    "help": "self supervision sooner",
    "tried": "clarify change_plan rationale invite own_part immediacy validate_protection"
    " link_here link_outside refocus",
    "supervision_role": "supervised supervising",
    "supervision_strain": "unsaid unmeant_yes small disagreement absence evaluation culture"
    " crossed",
    "checkin": "someone checked none unsure",
    "intention": "I1 I2 I3 I4 I5 I6",
    "wish": "yes no",
    "followup": "did not_right otherwise rather_not",
    "again": "yes no",
}
"""The codes of every question; users see them in this order, withdrawal first."""

EMOJI = set(range(0x25AA, 0x25AC)) | {0x25B6, 0x25C0} | set(range(0x25FB, 0x25FF))
"""Code points of geometric shapes that some systems render as an emoji (Unicode, emoji-data)."""

CLAIM = re.compile(r"\b(stud(y|ies)|research|evidence|meta-anal\w+|r = )", re.IGNORECASE)


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_sentence_scolds_labels_or_promises(word: str) -> None:
    """No text for clinicians contains a forbidden word."""
    matching_keys = {
        key
        for key, text in ALL.items()
        if not key.startswith(FOR_OPERATORS) and re.search(rf"\b{word}\b", text, re.IGNORECASE)
    }

    assert matching_keys == set()


def test_no_text_has_an_exclamation_mark() -> None:
    """No text in any language contains an exclamation mark."""
    assert {
        key for key, text in TEXTS_OF_EVERY_LANGUAGE.items() if "!" in text or "\uff01" in text
    } == set()


def test_all_forty_atoms_have_a_card() -> None:
    """Each element of the article has a card; newer studies and our own topics have no atom."""
    expected = {f"{tip}{atom}" for tip, atoms in ATOMS.items() for atom in atoms}

    assert {tip.atom for tip in ENGLISH.tips} - {""} == expected
    later_tips = [tip for tip in ENGLISH.tips if not tip.atom and tip.topic not in OWN_TOPICS]
    assert all(tip.kind == "point" and tip.reference for tip in later_tips)
    assert not any(tip.atom for tip in ENGLISH.tips if tip.topic in OWN_TOPICS)
    assert {tip.topic for tip in ENGLISH.tips} == set(ENGLISH.topics)
    assert len({tip.id for tip in ENGLISH.tips}) == len(ENGLISH.tips)


@pytest.mark.parametrize("tip", TIPS)
def test_a_card_is_read_in_half_a_minute(tip: Tip) -> None:
    """A title has at most 60 characters, a point 60 words and an advice 30 words."""
    assert len(tip.title) <= 60
    assert count_words(tip.point) <= 60
    assert 0 < count_words(tip.try_this) <= 30
    assert len(tip.say) <= 120


@pytest.mark.parametrize("tip", ENGLISH.tips, ids=lambda tip: str(tip.id))
def test_every_claim_names_its_source(tip: Tip) -> None:
    """A card that cites studies has a reference and claims an association only."""
    claims = CLAIM.search(f"{tip.point} {tip.try_this}")

    assert not claims or tip.reference in ENGLISH.references
    assert "r =" not in tip.point or "associated with" in tip.point


def test_texts_on_training_state_the_null_result() -> None:
    """A text about training in repair states that its link with outcome was not significant."""
    texts = {
        key: text for key, text in ALL.items() if re.search(r"\btraining\b", text, re.IGNORECASE)
    }

    assert texts
    assert {
        key for key, text in texts.items() if "r = .11" not in text or "n.s." not in text
    } == set()


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(q, id=f"{w.language}-{q.id}")
        for w in LANGUAGE_PACKS
        for q in w.questions.values()
    ],
)
def test_a_question_fits_every_product(question: Question) -> None:
    """A list has at most ten options, a label 75 characters and a question 150."""
    assert 2 <= len(question.options) <= 10
    assert all(len(option.label) <= 75 for option in question.options)
    assert len(question.text) <= 150
    assert len(question.hint) <= 150
    assert 1 <= question.max_selected <= 3


@in_every_language
def test_short_labels_fit_in_a_chart(words: LanguagePack) -> None:
    """Each option of the two counted questions has a unique label of at most 20 characters."""
    for name in ("form", "status"):
        short_labels = words.questions[name].short_labels

        assert set(short_labels) == words.questions[name].option_codes
        assert len(set(short_labels.values())) == len(short_labels)
        assert all(len(text) <= 20 for text in short_labels.values())


@in_every_language
def test_codebook_is_complete(words: LanguagePack) -> None:
    """Every code is in its place: withdrawal precedes confrontation."""
    codes = {
        name: " ".join(option.code for option in question.options)
        for name, question in words.questions.items()
    }

    assert codes == CODES
    assert list(codes).index("cue_away") < list(codes).index("cue_against")


@in_every_language
def test_signs_are_unique_shapes_with_unique_names(words: LanguagePack) -> None:
    """The sixty signs are one geometric glyph each, never an emoji, with a unique name."""
    glyphs = [sign.glyph for sign in words.signs]
    categories = {unicodedata.category(glyph) for glyph in glyphs}

    assert len(glyphs) == len(set(glyphs)) == len({sign.name for sign in words.signs}) == 60
    assert all(len(glyph) == 1 and ord(glyph) not in EMOJI for glyph in glyphs)
    assert categories <= {"So", "Sm"}
    assert all(len(sign.code) <= 40 for sign in words.signs)


@in_every_language
def test_lenses_ask_about_a_week_and_not_about_one_client(words: LanguagePack) -> None:
    """The eight lenses start with the same words about the calendar, and mention no client."""
    texts = [lens.text for lens in words.lenses]
    prefix = re.split("[:\uff1a]", texts[0])[0]

    assert len(texts) == len(set(texts)) == 8
    assert all(re.split("[:\uff1a]", text)[0] == prefix for text in texts)
    assert not any(re.search(r"\b(clients?|patients?|he|she)\b", text) for text in texts)


@in_every_language
def test_guide_lines_and_phrases_are_short(words: LanguagePack) -> None:
    """No line of the guide and no phrase has more than 140 characters, to fit on a phone."""
    guides = (*words.guide.values(), *words.supervision_guide.values())
    texts = [*guides, *(phrase.text for phrase in words.phrases.values())]

    assert max(map(len, texts)) <= 140


def test_safety_lines_fit_in_a_banner() -> None:
    """A safety line has at most 200 characters, the limit of Slack's alert block."""
    texts = [text for key, text in TEXTS_OF_EVERY_LANGUAGE.items() if " safety." in key]

    assert max(map(len, texts)) <= 200


def test_no_phrase_promises_secrecy_or_an_outcome() -> None:
    """No phrase to use aloud promises confidentiality or recovery."""
    promised = re.compile(
        r"confiden|secret|between us only|will (get|be) better|promise", re.IGNORECASE
    )

    assert not any(promised.search(phrase.text) for phrase in ENGLISH.phrases.values())


def test_disclosing_phrases_carry_their_caution() -> None:
    """The two phrases that disclose the therapist's feelings have a caution to serve the client."""
    for code in ("P6", "P12"):
        assert "serves the client" in ENGLISH.phrases[code].caution


def test_no_text_copies_the_source() -> None:
    """No seven consecutive words are the article's, except its title in the attribution."""
    article_hashes = set(SHINGLES_FILE.read_text(encoding="utf-8").split())
    copied = {
        key
        for key, text in TEXTS_OF_EVERY_LANGUAGE.items()
        if not key.endswith("source.attribution") and hash_shingles(text) & article_hashes
    }

    assert copied == set()


def test_shingles_match_the_article() -> None:
    """If the article's text is available, the committed hashes are those of the article."""
    article_hashes = set(SHINGLES_FILE.read_text(encoding="utf-8").split())

    assert len(article_hashes) > 1000
    for article in ARTICLE_FOLDER.glob("*.txt"):
        assert hash_shingles(article.read_text(encoding="utf-8")) == article_hashes


def test_attribution_names_and_links_the_article() -> None:
    """The attribution has author, practice, title, date and link, and claims no endorsement."""
    source = ENGLISH.references["source"]
    line = ENGLISH.translate("source.attribution", url=source.url)

    for part in ("Linardatos", "Connecte", "Building with intention", "2026", source.url):
        assert part in line
    assert "No endorsement" in line
