"""Mentions of people in messages that were planned before somebody was erased."""

import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain.teams import mentions, taking_over, welcome_card
from bot.domain.teams.audit_entry import ERASED_ID
from tests.sample_team import TEAM, reply_text

CATALOGUE = load_catalogue()
PACKS = [CATALOGUE.get_pack(tag) for tag in CATALOGUE.languages]


@pytest.mark.parametrize("words", PACKS, ids=lambda words: words.language)
def test_somebody_who_was_erased_is_not_mentioned(words: LanguagePack) -> None:
    """A post that was planned before says "somebody who left"; others are mentioned."""
    description = words.translate("setups.trail.left")

    assert mentions.mention_people(("U1",), words) == "@{U1}"
    for message in (
        welcome_card.render_welcome(ERASED_ID, words),
        welcome_card.render_introduction(TEAM, ERASED_ID, ("U2",), words),
        taking_over.render_announcement(TEAM, ERASED_ID, ("U2", ERASED_ID), words),
    ):
        assert description in reply_text(message)
        assert f"@{{{ERASED_ID}}}" not in reply_text(message)
