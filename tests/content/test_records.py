"""Nothing of Attune belongs in a client's file: no dealt sign, and nothing that a card asks for."""

import re

import pytest

from bot.content.catalogue import LanguagePack
from bot.domain.checkins import questions
from bot.domain.debriefs import follow_ups
from bot.elements import Caption, Form, Message, Text
from tests.content.wording import LANGUAGE_PACKS, all_texts

CLIENT_FILE = {
    "en": r"client\W?s? (file|record)|case notes|progress notes",
    "fr-CA": r"au dossier|partie du dossier|aucun dossier|ni un dossier",
    "zh-Hans": r"来访者的(档案|记录)|病历",
}
"""Words for a client's file, by language."""

DENIAL = {
    "en": r"\bnot\b|\bno part\b|\bnothing\b",
    "fr-CA": r"\bjamais\b|\bni\b|\baucun\b|\brien\b",
    "zh-Hans": r"不",
}
"""Words that say where something does not belong, by language."""

PRIVATE_DIARY = {"en": "your private diary", "fr-CA": "agenda personnel", "zh-Hans": "私人的日程本"}

WRITING = {
    "en": r"\bwrite\b.*\bclient|\bclient.*\bwrite\b",
    "fr-CA": r"personne.*\b[ée]crivez\b|\b[ée]crivez\b.*personne",
    "zh-Hans": r"来访者.*写",
}
"""Requests to write about a client, by language."""

SHORT_LIVED = {"en": r"\bslips?\b", "fr-CA": r"bouts? de papier", "zh-Hans": r"纸条"}
"""Words for a slip of paper, by language."""

in_every_language = pytest.mark.parametrize(
    "words", LANGUAGE_PACKS, ids=lambda words: str(words.language)
)


def text_of(view: Message | Form) -> str:
    """Return the texts and captions of a view."""
    return "\n".join(e.text for e in view.body if isinstance(e, Text | Caption))


@in_every_language
def test_a_clients_file_is_named_only_to_keep_out_of_it(words: LanguagePack) -> None:
    """Every sentence that names a client's file says that nothing of Attune belongs there."""
    sentences = [
        sentence
        for text in all_texts(words).values()
        for sentence in re.split(r"(?<=[.!?])\s|。", text)
        if re.search(CLIENT_FILE[words.language], sentence, re.IGNORECASE)
    ]

    assert len(sentences) >= 3
    assert [s for s in sentences if not re.search(DENIAL[words.language], s, re.IGNORECASE)] == []


@in_every_language
def test_a_dealt_sign_belongs_in_a_private_diary(words: LanguagePack) -> None:
    """Every view that deals a sign names the private diary, and the file as no place for it."""
    sign = words.signs[0]
    views = (
        questions.render_checkin(words, "2026-W10", sign),
        questions.build_checkin_form(words, "2026-W10", sign),
        follow_ups.add_follow_up_notice(Form("guide", "", ()), sign, words),
    )

    for view in views:
        assert sign.glyph in text_of(view)
        assert PRIVATE_DIARY[words.language] in text_of(view)
        assert re.search(CLIENT_FILE[words.language], text_of(view), re.IGNORECASE)


@in_every_language
def test_what_a_card_asks_to_write_of_a_client_is_a_slip(words: LanguagePack) -> None:
    """A card that asks to write of a client names a slip of paper."""
    requests = [
        tip.try_this
        for tip in words.tips
        if re.search(WRITING[words.language], tip.try_this, re.IGNORECASE)
    ]

    assert requests
    assert [text for text in requests if not re.search(SHORT_LIVED[words.language], text)] == []
