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


MANDATED_WORDS = {"en": "court", "fr-CA": "tribunal", "zh-Hans": "法院"}
"""A word of the scene with a client who was sent, by language."""

ONE_IMAGE = {
    "en": (r"two slips", r"\b(good|old|thank the) guards?\b", r"\bcamera\b"),
    "fr-CA": (r"deux bouts de papier", r"sentinelle", r"\bcaméra\b"),
    "zh-Hans": (r"两张小纸条", r"守卫", r"镜头"),
}
"""Images that readers met too often: two slips of paper, the guard, the camera."""


@in_every_language
def test_the_set_on_power_has_its_hard_cases(words: LanguagePack) -> None:
    """There are scenes of a mandated client, a fee, a report and prejudice, and an exercise."""
    scenes = {tip.id for tip in words.tips if tip.topic == "power" and tip.kind == "scene"}

    assert scenes == {f"power-{case}-scene" for case in ("sent", "fee", "report", "remark")}
    assert MANDATED_WORDS[words.language] in card_text(words, "power-sent-scene")
    assert [exercise for exercise in words.exercises if exercise.id == "power"]


@in_every_language
def test_an_image_occurs_in_one_place(words: LanguagePack) -> None:
    """Two slips of paper, the guard and the camera occur on one card or in one exercise each."""
    texts = {tip.id: f"{tip.title}\n{tip.point}\n{tip.try_this}" for tip in words.tips}
    texts |= {item.id: f"{item.title}\n{item.aim}\n{item.steps}" for item in words.exercises}

    for image in ONE_IMAGE[words.language]:
        places = [name for name, text in texts.items() if re.search(image, text, re.IGNORECASE)]
        assert len(places) == 1, (image, places)
