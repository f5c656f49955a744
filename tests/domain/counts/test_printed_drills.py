from html import unescape

import pytest

from bot.content.catalogue import load_catalogue
from bot.content.model import DRILL_GROUPS, DrillGroup
from bot.domain import drills
from bot.domain.counts import printed_drills

CATALOGUE = load_catalogue()


@pytest.mark.parametrize("language", CATALOGUE.languages)
@pytest.mark.parametrize("group", DRILL_GROUPS)
def test_a_printed_page_has_every_line_and_criterion(group: DrillGroup, language: str) -> None:
    """Each page has the lines and criteria of its group, and no other group's."""
    words = CATALOGUE.get_pack(language)
    page = unescape(printed_drills.render_pages(words)[f"lines-{group}"])

    for drill in words.drills:
        texts = [drill.title, drill.setting, *drill.lines, *drill.criteria]
        assert all((text in page) == (drill.group == group) for text in texts), drill.id


@pytest.mark.parametrize("language", CATALOGUE.languages)
def test_a_printed_page_has_both_forms(language: str) -> None:
    """Each page says how to use its lines in ten and in twenty minutes."""
    words = CATALOGUE.get_pack(language)
    page = unescape(printed_drills.render_group_page("away", words))

    for minutes, steps in drills.FORM_MINUTES.items():
        assert words.translate("drill.printed.form", minutes=minutes) in page
        assert all(words.translate(f"drill.printed.step.{step}") in page for step in steps)
