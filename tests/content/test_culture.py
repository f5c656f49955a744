"""Culture, discrimination and power are named aloud, and owned without asking for a lesson."""

import re
import unicodedata

import pytest

from bot.content.catalogue import LanguagePack
from tests.content.wording import LANGUAGE_PACKS

NAMED_ALOUD = {
    "en": ("discrimination", "racism"),
    "fr-CA": ("discrimination", "racisme"),
    "zh-Hans": ("歧视", "种族"),
}

in_every_language = pytest.mark.parametrize(
    "words", LANGUAGE_PACKS, ids=lambda words: str(words.language)
)


def card_text(words: LanguagePack, card_id: str) -> str:
    """Return all texts of a card."""
    tip = next(tip for tip in words.tips if tip.id == card_id)
    return f"{tip.point}\n{tip.try_this}\n{tip.say}".casefold()


@in_every_language
def test_a_sign_names_discrimination_and_racism(words: LanguagePack) -> None:
    """The line on a client who names unfair treatment says discrimination and racism."""
    line = words.guide_line("cue.culture_named").casefold()

    assert all(word in line for word in NAMED_ALOUD[words.language])


@in_every_language
def test_two_scenes_name_prejudice(words: LanguagePack) -> None:
    """One scene is a client's racism, another the prejudice that a therapist meets."""
    discrimination, racism = NAMED_ALOUD[words.language]

    assert racism in card_text(words, "why-named-scene")
    assert discrimination in card_text(words, "why-turned-scene")


@in_every_language
def test_the_apology_asks_for_no_explanation(words: LanguagePack) -> None:
    """The phrase that owns what was passed over apologises and asks nothing."""
    text = words.phrases["P9"].text

    assert "?" not in unicodedata.normalize("NFKC", text)
    assert re.search(r"sorry|excuse|对不起", text)


@in_every_language
@pytest.mark.parametrize("section", ["mine", "mine_repaired", "mine_ended"])
def test_to_own_culture_is_to_consult(words: LanguagePack, section: str) -> None:
    """After culture was passed over, my part leads to a colleague and not to the client."""
    assert re.search(r"consult|请教|商量", words.guide_line(f"{section}.culture"))
