"""What is said of a button, form or command of an older release."""

import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain import outdated_control
from tests.sample_team import reply_text, steps_by_name

CATALOGUE = load_catalogue()
PACKS = [CATALOGUE.get_pack(tag) for tag in CATALOGUE.languages]


def test_the_notice_says_that_nothing_was_done() -> None:
    """It stores nothing and does nothing, and the person reads so."""
    notice = outdated_control.render_notice(CATALOGUE.get_pack("en"))

    assert "so nothing was done and nothing was kept" in reply_text(notice)


@pytest.mark.parametrize("words", PACKS, ids=lambda words: str(words.language))
def test_the_notice_leads_to_the_current_commands(words: LanguagePack) -> None:
    """Its only button opens the help, in each language."""
    assert [*steps_by_name(outdated_control.render_notice(words))] == ["help.open"]
