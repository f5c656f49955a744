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
EVERY = {
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
"""Words that scold, label a client or promise more than the studies do."""

FOR_OPERATORS = ("operator.", "tryout.")
"""What whoever runs the bot reads: a setting may well be a must."""

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

CODES = {
    "form": "away against both unsure",
    "status": "not_named touched working repaired ended",
    "strain": "bond goals tasks unsure",
    "mine": "missed_cue misread invalidated forgot technique_first rushed defensive assumed"
    " culture not_visible",
    "unsafe": "unsafe safe",
    "my_state": "calm frustrated hurt anxious guilty protective distant",
    "cue_away": "few_words minimised abstract detour pleasing humour_flat self_blame"
    " apprehensive cancelled",
    "cue_against": "angry_at_me questions_approach rejected_idea frame_complaint no_progress"
    " self_defence pressed_me",
    "help": "self supervision sooner",
    "tried": "clarify change_plan rationale invite own_part immediacy validate_protection"
    " link_here link_outside refocus",
    "checkin": "someone checked none unsure",
    "intention": "I1 I2 I3 I4 I5 I6",
    "wish": "yes no",
    "followup": "did not_right otherwise rather_not",
}
"""The whole codebook; its order is what people see, and withdrawal stands first."""

EMOJI = set(range(0x25AA, 0x25AC)) | {0x25B6, 0x25C0} | set(range(0x25FB, 0x25FF))
"""The geometric shapes that some systems draw as an emoji (Unicode, emoji-data)."""

CLAIM = re.compile(r"\b(stud(y|ies)|research|evidence|meta-anal\w+|r = )", re.IGNORECASE)


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_sentence_scolds_labels_or_promises(word: str) -> None:
    """Nothing that a clinician reads holds a word of the list."""
    said = {
        where
        for where, text in ALL.items()
        if not where.startswith(FOR_OPERATORS) and re.search(rf"\b{word}\b", text, re.IGNORECASE)
    }

    assert said == set()


def test_nothing_is_shouted() -> None:
    """No sentence ends with an exclamation mark, nor has one inside."""
    assert {where for where, text in EVERY.items() if "!" in text or "\uff01" in text} == set()


def test_all_forty_atoms_have_a_card() -> None:
    """Each element of the source article became at least one card, under its own topic."""
    wanted = {f"{tip}{atom}" for tip, atoms in ATOMS.items() for atom in atoms}

    assert {tip.atom for tip in ENGLISH.tips} == wanted
    assert {tip.topic for tip in ENGLISH.tips} == set(ENGLISH.topics)
    assert len({tip.id for tip in ENGLISH.tips}) == len(ENGLISH.tips)


@pytest.mark.parametrize("tip", TIPS)
def test_a_card_is_read_in_half_a_minute(tip: Tip) -> None:
    """A card's title has 60 characters at most, its point 60 words, its advice 30."""
    assert len(tip.title) <= 60
    assert count_words(tip.point) <= 60
    assert 0 < count_words(tip.try_this) <= 30
    assert len(tip.say) <= 120


@pytest.mark.parametrize("tip", ENGLISH.tips, ids=lambda tip: str(tip.id))
def test_every_claim_names_its_source(tip: Tip) -> None:
    """A card that speaks of studies has a reference, and none speaks of more than a link."""
    claims = CLAIM.search(f"{tip.point} {tip.try_this}")

    assert not claims or tip.reference in ENGLISH.references
    assert "r =" not in tip.point or "associated with" in tip.point


def test_all_sources_are_used() -> None:
    """Each of the article's six sources stands under at least one card."""
    cited = {tip.reference for tip in ENGLISH.tips} - {""}

    assert cited == set(ENGLISH.references) - {"source"}
    assert len(cited) == 6


def test_the_null_result_stands_wherever_training_is_named() -> None:
    """Whoever reads of training in repair reads that its link with outcome was not significant."""
    named = {
        where: text
        for where, text in ALL.items()
        if re.search(r"\btraining\b", text, re.IGNORECASE)
    }

    assert named
    assert {w for w, text in named.items() if "r = .11" not in text or "n.s." not in text} == set()


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(q, id=f"{w.language}-{q.id}")
        for w in LANGUAGE_PACKS
        for q in w.questions.values()
    ],
)
def test_a_question_fits_every_product(question: Question) -> None:
    """A list holds ten answers at most, an answer 75 characters, its short name 20."""
    assert 2 <= len(question.options) <= 10
    assert all(len(option.label) <= 75 for option in question.options)
    assert len(question.text) <= 150
    assert len(question.hint) <= 150
    assert 1 <= question.max_selected <= 3


@in_every_language
def test_short_names_fit_under_a_bar(words: LanguagePack) -> None:
    """The two questions that are counted have names of 20 characters for each answer."""
    for name in ("form", "status"):
        brief = words.questions[name].short_labels

        assert set(brief) == words.questions[name].option_codes
        assert len(set(brief.values())) == len(brief)
        assert all(len(text) <= 20 for text in brief.values())


@in_every_language
def test_the_codebook_is_whole(words: LanguagePack) -> None:
    """Every code is there, in its order: moving away before moving against."""
    found = {
        name: " ".join(option.code for option in question.options)
        for name, question in words.questions.items()
    }

    assert found == CODES
    assert list(found).index("cue_away") < list(found).index("cue_against")


@in_every_language
def test_signs_are_plain_shapes_with_names_of_their_own(words: LanguagePack) -> None:
    """Sixty signs: one geometric glyph each, never an emoji, each name said once."""
    glyphs = [sign.glyph for sign in words.signs]
    names = {unicodedata.category(glyph) for glyph in glyphs}

    assert len(glyphs) == len(set(glyphs)) == len({sign.name for sign in words.signs}) == 60
    assert all(len(glyph) == 1 and ord(glyph) not in EMOJI for glyph in glyphs)
    assert names <= {"So", "Sm"}
    assert all(len(sign.code) <= 40 for sign in words.signs)


@in_every_language
def test_a_lens_speaks_of_a_week_and_never_of_one_client(words: LanguagePack) -> None:
    """Eight lenses begin with one's own calendar, in the same words, and single nobody out."""
    texts = [lens.text for lens in words.lenses]
    begun = re.split("[:\uff1a]", texts[0])[0]

    assert len(texts) == len(set(texts)) == 8
    assert all(re.split("[:\uff1a]", text)[0] == begun for text in texts)
    assert not any(re.search(r"\b(clients?|patients?|he|she)\b", text) for text in texts)


@in_every_language
def test_a_line_of_the_guide_stays_short_on_a_phone(words: LanguagePack) -> None:
    """No line of the guide or phrase holds more than 140 characters."""
    texts = [*words.guide.values(), *(phrase.text for phrase in words.phrases.values())]

    assert max(map(len, texts)) <= 140


def test_safety_lines_fit_where_nobody_may_miss_them() -> None:
    """A banner holds 200 characters at most, and Slack's alert no more."""
    texts = [text for where, text in EVERY.items() if " safety." in where]

    assert max(map(len, texts)) <= 200


def test_no_phrase_promises_secrecy_or_an_outcome() -> None:
    """What a clinician says aloud binds them, so no phrase promises what they cannot keep."""
    promised = re.compile(
        r"confiden|secret|between us only|will (get|be) better|promise", re.IGNORECASE
    )

    assert not any(promised.search(phrase.text) for phrase in ENGLISH.phrases.values())


def test_disclosing_phrases_carry_their_caution() -> None:
    """The two phrases that tell how the therapist feels say that they serve the client."""
    for code in ("P6", "P12"):
        assert "serves the client" in ENGLISH.phrases[code].caution


def test_no_line_is_lifted_from_the_source() -> None:
    """No seven words in a row are the article's; only its title is quoted, to name it."""
    theirs = set(SHINGLES_FILE.read_text(encoding="utf-8").split())
    lifted = {
        where
        for where, text in EVERY.items()
        if not where.endswith("source.attribution") and hash_shingles(text) & theirs
    }

    assert lifted == set()


def test_the_fingerprints_are_the_articles() -> None:
    """Where the article lies beside the project, the committed fingerprints are its own."""
    theirs = set(SHINGLES_FILE.read_text(encoding="utf-8").split())

    assert len(theirs) > 1000
    for article in ARTICLE_FOLDER.glob("*.txt"):
        assert hash_shingles(article.read_text(encoding="utf-8")) == theirs


def test_the_article_is_named_and_linked() -> None:
    """Author, practice, title and date are named with a link, and no endorsement is implied."""
    source = ENGLISH.references["source"]
    line = ENGLISH.translate("source.attribution", url=source.url)

    for part in ("Linardatos", "Connecte", "Building with intention", "2026", source.url):
        assert part in line
    assert "No endorsement" in line


def test_every_link_opens_the_work_itself() -> None:
    """A source with a DOI is linked by it; all others by their own page."""
    for reference in ENGLISH.references.values():
        linked = f"https://doi.org/{reference.doi}" if reference.doi else reference.url

        assert reference.url == linked
        assert reference.url.startswith("https://")
