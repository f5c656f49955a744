"""Reading level, kinds and anonymity of the cards."""

import re
from statistics import median

import pytest
import readability

from bot.content.catalogue import Exercise, LanguagePack, Tip
from tests.content.test_content import ATOMS
from tests.content.wording import ENGLISH, LANGUAGE_PACKS

PERSONAL_DETAIL = re.compile(
    r"\b(he|she|him|his|hers?|Mr|Mrs|Ms|Dr|\d+[- ]year|years? old|diagnos\w+)\b"
    r"|(?<=[a-z,] )[A-Z]\w+"
)
"""A pronoun, a title, an age, a diagnosis or a name inside a sentence."""

INNER_STATES = {
    "en": r"felt|feels|feared|wanted|meant|believed|too quick to",
    "fr-CA": r"vivait|se sentait|ressentait|voulait|croyait|docil",
    "zh-Hans": r"觉得|感到|害怕|想要|以为|顶",
}
"""Words for what a client felt or meant, and words that judge, by language."""

NOT_NAMES = {"I", "March", "June", "Monday", "Sunday", "Tuesday"}


GRADE_OFFSET = 3.1
"""School years subtracted from each limit. The library estimates syllables, and so grades the
cards one year lower in the median, and 3.1 at most, than a pronunciation dictionary does.
"""


def reading_grade(*texts: str) -> float:
    """Return the Flesch-Kincaid grade of *texts*, in school years."""
    sentence_texts = re.split(r"(?<=[.?])\W+", "\n".join(texts))
    sentences = [" ".join(re.findall(r"[\w']+", sentence)) for sentence in sentence_texts]
    plain_text = "\n".join(filter(None, sentences))
    grade = readability.getmeasures(plain_text, lang="en")["readability grades"]["Kincaid"]
    return float(grade)


def card_grade(tip: Tip) -> float:
    """Return the grade of a card's texts without its title."""
    return reading_grade(*filter(None, (tip.point, tip.try_this, tip.say)))


def test_grade_separates_plain_from_complex_text() -> None:
    """A complex sentence has a grade several years above a plain one."""
    complex_sentence = (
        "The operationalisation of collaborative empiricism necessitates metacommunication."
    )

    assert reading_grade(complex_sentence) > 12
    assert reading_grade("Say what you notice. Then ask, and wait.") < 4


@pytest.mark.parametrize("tip", ENGLISH.tips, ids=lambda tip: str(tip.id))
def test_cards_have_at_most_grade_twelve(tip: Tip) -> None:
    """Every card can be read by a tired clinician after eight sessions."""
    assert card_grade(tip) <= 12 - GRADE_OFFSET


def test_median_card_has_at_most_grade_nine() -> None:
    """The median card is plain English."""
    assert median(card_grade(tip) for tip in ENGLISH.tips) <= 9 - GRADE_OFFSET


@pytest.mark.parametrize("exercise", ENGLISH.exercises, ids=lambda exercise: str(exercise.id))
def test_exercises_are_plain_and_short(exercise: Exercise) -> None:
    """An exercise is read aloud, so that its steps have at most grade nine and 40 words."""
    steps = [text for _, text in exercise.steps]

    assert reading_grade(*steps) <= 9 - GRADE_OFFSET
    assert len(exercise.title) <= 60
    assert max(len(text.split()) for text in steps) <= 40


def test_every_atom_has_cards_of_three_kinds() -> None:
    """Each atom has one point and two cards of other kinds, in all at least 134 cards."""
    kinds = {
        f"{head}{atom}": [tip.kind for tip in ENGLISH.tips if tip.atom == f"{head}{atom}"]
        for head, atoms in ATOMS.items()
        for atom in atoms
    }

    assert len(ENGLISH.tips) >= 134
    assert all(card_kinds.count("point") == 1 for card_kinds in kinds.values())
    assert {
        atom: card_kinds for atom, card_kinds in kinds.items() if len(set(card_kinds)) < 3
    } == {}


@pytest.mark.parametrize("tip", ENGLISH.tips, ids=lambda tip: str(tip.id))
def test_cards_contain_no_personal_detail(tip: Tip) -> None:
    """No scene contains a pronoun, a name, an age or a diagnosis."""
    if tip.kind == "point":
        return
    details = {match[0] for match in PERSONAL_DETAIL.finditer(f"{tip.point} {tip.try_this}")}

    assert details <= NOT_NAMES


def test_only_points_cite_references() -> None:
    """Scenes, questions and exercises are practice advice and cite no reference."""
    assert {tip.id for tip in ENGLISH.tips if tip.kind != "point" and tip.reference} == set()


@pytest.mark.parametrize("words", LANGUAGE_PACKS, ids=lambda words: str(words.language))
def test_signs_are_what_was_seen_or_heard(words: LanguagePack) -> None:
    """No sign of strain says what a client felt or meant; either form has eight or more."""
    for name in ("cue_away", "cue_against"):
        labels = [option.label for option in words.questions[name].options]

        assert len(labels) >= 8
        assert [
            label
            for label in labels
            if re.search(INNER_STATES[words.language], label, re.IGNORECASE)
        ] == []
