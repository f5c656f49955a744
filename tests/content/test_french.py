import re
from datetime import date, time

import pytest

from tests.content.wording import CATALOGUE, all_texts

FRENCH = CATALOGUE.get_pack("fr-CA")
ALL = all_texts(FRENCH)

FORBIDDEN = (
    r"dev(ez|riez|rait|rez)",
    r"doit|doivent",
    r"il (vous )?(faut|faudra(it)?)",
    r"échecs?|échou\w+",
    r"en retard sur",
    r"résistante?s?",
    r"manipulat\w+",
    r"(non|pas) (coopérati\w+|observante?s?)",
    r"client\w* difficiles?",
    r"prouv\w+",
    r"garanti\w*",
    r"guéri\w*",
    r"assure(nt)? que",
    r"améliore\w* les résultats",
    r"n'oubliez pas",
)
"""What scolds, labels somebody or promises more than the studies do, as English forbids it."""

ELSEWHERE = (r"feedbacks?", r"e-?mails?", r"anonymis\w*", r"challenge\w*", r"supporter")
"""What Québec says otherwise: rétroaction, courriel; and figures are « agrégées »."""

FOR_OPERATORS = ("operator.", "tryout.")

HELD = "\N{NO-BREAK SPACE}"

MISSPACED = re.compile(r"[ \u00a0][;?!]| :|\w:\s|«(?!\u00a0)|(?<!\u00a0)»|\w'\w")
"""A space before ; ? or !, none or one that may break before a colon or in guillemets, and a
straight apostrophe."""

CLAIM = re.compile(r"\b(études?|recherches?|méta-anal\w+|r\u00a0=)", re.IGNORECASE)

GENDERED = re.compile(r"\b(vous (êtes|étiez|serez)|(êtes|étiez|serez)-vous) \w{2,}(é|i|u|eux|nt)\b")
"""A participle or adjective that would make the reader a man."""


def spoken(pattern: str) -> set[str]:
    """Return where *pattern* is said to somebody who does not run the bot."""
    found = re.compile(rf"\b({pattern})\b", re.IGNORECASE)
    return {
        where
        for where, text in ALL.items()
        if not where.startswith(FOR_OPERATORS) and found.search(text.replace("\u2019", "'"))
    }


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_no_french_sentence_scolds_labels_or_promises(pattern: str) -> None:
    """The tone that is refused in English is refused in French."""
    assert spoken(pattern) == set()


@pytest.mark.parametrize("pattern", ELSEWHERE)
def test_the_words_are_those_of_quebec(pattern: str) -> None:
    """Nobody reads of feedback, e-mail, or figures made anonymous, which is a term of law."""
    assert spoken(pattern) == set()


def test_spaces_and_apostrophes_are_set_as_in_quebec() -> None:
    """No space before a question mark; one that holds before a colon and inside guillemets.

    Only the article's English title, which is quoted, keeps its own.
    """
    misspaced = {where for where, text in ALL.items() if MISSPACED.search(text)}

    assert misspaced == {"source.attribution"}


def test_the_reader_is_no_man_by_default() -> None:
    """No sentence agrees with a reader whose gender it cannot know."""
    assert {where for where, text in ALL.items() if GENDERED.search(text.casefold())} == set()


def test_every_claim_in_french_is_an_association_with_its_source() -> None:
    """A card that speaks of studies has a reference, and a figure is « associé » and no cause."""
    for tip in FRENCH.tips:
        claims = CLAIM.search(f"{tip.point} {tip.try_this}")

        assert not claims or tip.reference in FRENCH.references
        assert f"r{HELD}=" not in tip.point or re.search(r"associée? à", tip.point)


def test_the_null_result_stands_wherever_training_is_named_in_french() -> None:
    """Whoever reads of « formation » reads that its link with outcome was not significant."""
    named = [text for text in ALL.values() if re.search(r"\bformations?\b", text, re.IGNORECASE)]

    assert named
    assert all(f"r{HELD}={HELD}0,11" in text and "n.s." in text for text in named)


def test_figures_are_those_of_the_english_cards() -> None:
    """A translation tells the same numbers, written with a decimal comma."""
    for french, english in zip(FRENCH.tips, CATALOGUE.get_pack("en").tips, strict=True):
        theirs = re.findall(r"r = (\.\d\d)", english.point)

        assert re.findall(rf"r{HELD}={HELD}0(,\d\d)", french.point) == [
            figure.replace(".", ",") for figure in theirs
        ]


def test_no_french_phrase_promises_secrecy_or_an_outcome() -> None:
    """What a clinician says aloud binds them, in French as well."""
    promised = re.compile(r"confiden|secret|entre nous seul|(ira|irez) mieux|promets|promesse")

    assert not any(promised.search(phrase.text) for phrase in FRENCH.phrases.values())


def test_disclosing_phrases_carry_their_caution_in_french() -> None:
    """The two phrases that tell how the therapist feels say that they serve the person."""
    for code in ("P6", "P12"):
        assert "sert la personne" in FRENCH.phrases[code].caution


def test_dates_times_and_numbers_are_written_as_in_quebec() -> None:
    """Half the words of a date are Babel's; it is asked for Canada's French."""
    assert FRENCH.format_day(date(2026, 11, 30)) == "lundi 30 novembre"
    assert FRENCH.format_clock_time(time(9, 5)) == "09 h 05"
    assert FRENCH.join_items(["a", "b", "c"]) == "a, b et c"
    assert FRENCH.translate("home.mine.quiet", count=0).startswith("Point")
    assert FRENCH.translate("home.mine.quiet", count=2).startswith("Points")
