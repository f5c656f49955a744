from html import unescape

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.counts import exercises, printed_hours

CATALOGUE = load_catalogue()
QUARTERS = tuple(exercises.THEME_EXERCISES)


@pytest.mark.parametrize("language", CATALOGUE.languages)
@pytest.mark.parametrize("quarter", QUARTERS)
def test_a_printed_hour_is_complete(quarter: int, language: str) -> None:
    """Each page has the theme, its questions and its exercises with every step."""
    words = CATALOGUE.get_pack(language)
    page = unescape(printed_hours.render_pages(words)[f"hour-{quarter}"])

    texts = [words.translate(f"hour.quarter{quarter}.{part}") for part in ("title", "why")]
    texts += [words.translate(f"hour.quarter{quarter}.question{n}") for n in (1, 2, 3)]
    for exercise in exercises.list_theme_exercises(quarter, words):
        texts += [exercise.title, *(step for _, step in exercise.steps)]
    assert [text for text in texts if text not in page] == []


@pytest.mark.parametrize("quarter", QUARTERS)
def test_a_printed_hour_states_both_lengths(quarter: int) -> None:
    """A part has its minutes in the short and in the long hour, one number where they are equal."""
    page = printed_hours.render_theme_page(quarter, CATALOGUE.get_pack("en"))

    assert "The question (8 or 15 minutes)" in page
    assert "One thing to take along (5 minutes)" in page


@pytest.mark.parametrize("language", CATALOGUE.languages)
def test_a_printed_hour_states_the_two_rounds(language: str) -> None:
    """What the long hour does with an exercise of ten minutes stands before the exercises."""
    words = CATALOGUE.get_pack(language)
    page = unescape(printed_hours.render_theme_page(1, words))
    first = exercises.list_theme_exercises(1, words)[0]

    assert 0 < page.find(words.translate("hour.printed.twice", long=50)) < page.find(first.title)
