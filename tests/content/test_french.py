"""Terminology, tone and typography of the French texts."""

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
"""Words that scold, label a client or claim more than the studies support, as in English."""

OTHER_TERMS = (r"feedbacks?", r"e-?mails?", r"anonymis\w*", r"challenge\w*", r"supporter")
"""Terms with another word in Québec: rétroaction, courriel; figures are « agrégées »."""

SESSION_HOUR = (
    r"heures? (annulée|manquée|tendue|silencieuse)s?|(cette|une|mauvaise|bonne|belle) heure"
    r"|l'heure (reste|commence|a changé|d'après|la plus difficile)|fin à l'heure"
)
"""An hour that stands for a session, as in English."""

CLOCK_TIMES = ("home.", "notice.", "privacy.", "operator.", "sandbox.")
"""Texts in which "une heure" is a time of day."""

MISREAD = (
    ("gardiennes?", "a babysitter in Québec"),
    ("(veut|avoir|a) (encore |peut-être )*une garde", "custody, where protection is meant"),
    ("sous la chaleur", "warmth, where heat of anger is meant"),
    ("premier indice de chaleur", "warmth, where heat of anger is meant"),
    ("chaudière", "a bucket"),
    ("vos propres dossiers", "client files, where a private diary is meant"),
    ("docilité", "a judgement of the client"),
    ("grossières?", "rude, where approximate is meant"),
    ("conclusion causale", "not what the authors state"),
    ("et non une cause", "itself an unproven claim"),
    (r"reprendre (mes|les|vos) bilans|(a été|ont( \w+ ou)?) repris", "to resume, not to withdraw"),
    ("schémas?", "schema therapy, where a dynamic is meant"),
    (r"piqûres?|piquée?s?|cela pique", "an insect or a needle, where hurt is meant"),
    ("virages?", "a bend of a road, where a change between two people is meant"),
    ("poussée", "a push or a growth, where opposition is meant"),
    ("le deuil d'un parent", "the loss of a parent, where a parent's grief is meant"),
    ("revenir à soi", "to come round after fainting"),
    ("mauvaise sœur", "a wicked sister, where the other one is meant"),
    ("une inconnue", "a woman, or a quantity of an equation"),
    ("(est|de) une nouvelle|nouvelle de nous", "news of the day, where information is meant"),
    ("petit vent froid", "weather, where hurt is meant"),
    ("trop près|assez proche", "a mistake, or a relative; closeness is meant"),
    ("assez sûre?s?|(rend|rendu|choses) (un cran )?plus sûre?s?", "certain, where safe is meant"),
    ("il est sûr de", "he is certain, where without fear is meant"),
    ("ou (une )?présence", "attendance, where listening is meant"),
    ("se dépose", "sediment, where an experience is meant"),
    (
        "comment (est-ce|était-ce|c'est|c'était)( vraiment)? (pour|de|d'|entre)",
        "copied from English",
    ),
    ("chacun de son côté", "on bad terms, and one gender only"),
    ("un ou une", "the other order is used everywhere"),
    ("points? hebdomadaires?", "a meeting, where one private question is meant"),
    ("deux touches", "two keys of a keyboard, where two answers are meant"),
    (r"n\.s\.", "an English abbreviation beside its own words"),
)
"""Words that a Québec reader understands otherwise than meant, each with the reason."""

FOR_OPERATORS = ("operator.", "environment.", "sandbox.")

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"

MISSPACED = re.compile(r"[ \u00a0][;?!]| :|\w:\s|«(?!\u00a0)|(?<!\u00a0)»|\w'\w")
"""A space before ; ? or !, a missing or breaking space before a colon or inside guillemets, or a
straight apostrophe."""

WRONG_ELLIPSIS = re.compile(r"\.\.\.|[ \u00a0]…")
"""Three full stops where one ellipsis is meant, or a space before it."""

CLAIM = re.compile(r"\b(études?|recherches?|méta-anal\w+|r\u00a0=)", re.IGNORECASE)

GENDERED = re.compile(r"\b(vous (êtes|étiez|serez)|(êtes|étiez|serez)-vous) \w{2,}(é|i|u|eux|nt)\b")
"""A participle or adjective that agrees with a male reader."""


def keys_with(pattern: str) -> set[str]:
    """Return the keys of the texts that match *pattern*, without the operator's."""
    expression = re.compile(rf"\b({pattern})\b", re.IGNORECASE)
    return {
        key
        for key, text in ALL.items()
        if not key.startswith(FOR_OPERATORS) and expression.search(text.replace("\u2019", "'"))
    }


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_no_french_sentence_scolds_labels_or_promises(pattern: str) -> None:
    """No French text contains a forbidden word."""
    assert keys_with(pattern) == set()


@pytest.mark.parametrize("pattern", OTHER_TERMS)
def test_terms_are_those_of_quebec(pattern: str) -> None:
    """No text speaks of feedback, e-mail or anonymity, which is a legal term."""
    assert keys_with(pattern) == set()


@pytest.mark.parametrize(("pattern", "reason"), MISREAD)
def test_no_french_text_contains_a_misread_word(pattern: str, reason: str) -> None:
    """No French text contains a word that means something else in Québec."""
    assert keys_with(pattern) == set(), reason


def test_a_session_is_never_called_an_hour() -> None:
    """« Heure » is a time of day; fifty minutes with a client are « une séance »."""
    assert {key for key in keys_with(SESSION_HOUR) if not key.startswith(CLOCK_TIMES)} == set()


def test_punctuation_follows_quebec_rules() -> None:
    """No space before a question mark; a no-break space before a colon and inside guillemets.

    Only the article's quoted English title has its own punctuation.
    """
    misspaced = {key for key, text in ALL.items() if MISSPACED.search(text)}

    assert misspaced == {"source.attribution"}


def test_an_ellipsis_is_one_character_after_its_word() -> None:
    """No text but an operator's command has three full stops or a space before an ellipsis."""
    texts = {key for key, text in ALL.items() if WRONG_ELLIPSIS.search(text)}

    assert not {key for key in texts if not key.startswith("operator.")}


def test_sentences_do_not_agree_with_a_male_reader() -> None:
    """No participle or adjective agrees with the reader's gender."""
    assert {key for key, text in ALL.items() if GENDERED.search(text.casefold())} == set()


def test_every_claim_in_french_is_an_association_with_its_source() -> None:
    """A card that cites studies has a reference, and a correlation is « associé », not a cause."""
    for tip in FRENCH.tips:
        claims = CLAIM.search(f"{tip.point} {tip.try_this}")

        assert not claims or tip.reference in FRENCH.references
        assert f"r{NO_BREAK_SPACE}=" not in tip.point or re.search(r"associée? à", tip.point)


def test_french_texts_on_training_state_the_null_result() -> None:
    """A text about « formation » states that its association with outcome was not significant."""
    texts = [text for text in ALL.values() if re.search(r"\bformations?\b", text, re.IGNORECASE)]

    assert texts
    assert all(
        f"r{NO_BREAK_SPACE}={NO_BREAK_SPACE}0,11" in text and "non significatif" in text
        for text in texts
    )


def test_french_figures_equal_the_english_ones() -> None:
    """A translated card contains the same figures, with a decimal comma."""
    for french, english in zip(FRENCH.tips, CATALOGUE.get_pack("en").tips, strict=True):
        english_figures = re.findall(r"r = (\.\d\d)", english.point)

        assert re.findall(rf"r{NO_BREAK_SPACE}={NO_BREAK_SPACE}0(,\d\d)", french.point) == [
            figure.replace(".", ",") for figure in english_figures
        ]


def test_no_french_phrase_promises_secrecy_or_an_outcome() -> None:
    """No phrase to use aloud promises confidentiality or recovery."""
    promised = re.compile(r"confiden|secret|entre nous seul|(ira|irez) mieux|promets|promesse")

    assert not any(promised.search(phrase.text) for phrase in FRENCH.phrases.values())


def test_disclosing_phrases_carry_their_caution_in_french() -> None:
    """The two phrases that disclose the therapist's feelings have a caution to serve the person."""
    for code in ("P6", "P12"):
        assert "sert la personne" in FRENCH.phrases[code].caution


def test_dates_times_and_numbers_have_quebec_formats() -> None:
    """Dates, times, lists and plurals have Babel's formats of Canadian French."""
    assert FRENCH.format_day(date(2026, 11, 30)) == "lundi 30 novembre"
    assert FRENCH.format_clock_time(time(9, 5)) == "09 h 05"
    assert FRENCH.join_items(["a", "b", "c"]) == "a, b et c"
    assert FRENCH.translate("home.mine.quiet", count=0).startswith("Question ")
    assert FRENCH.translate("home.mine.quiet", count=2).startswith("Questions ")
