"""Render a printable plan of the supervision hour for each quarter's theme; no figures needed."""

from collections.abc import Mapping

from bot.content.catalogue import Exercise, LanguagePack
from bot.content.print_page import (
    render_list,
    render_page,
    render_paragraph,
    render_section,
    render_subheading,
)
from bot.domain.counts.exercises import THEME_EXERCISES, list_theme_exercises
from bot.domain.counts.hour_plan import (
    LONG_HOUR,
    PART_MINUTES,
    SHORT_HOUR,
)

QUESTION_COUNT = 3
"""Number of questions of each quarter's theme."""


def render_pages(words: LanguagePack) -> Mapping[str, str]:
    """Return a page for each quarter's theme as HTML, by the prefix of its file name."""
    return {f"hour-{quarter}": render_theme_page(quarter, words) for quarter in THEME_EXERCISES}


def render_theme_page(quarter: int, words: LanguagePack) -> str:
    """Render the hour on the theme of *quarter* (1 to 4): its questions and exercises to choose."""
    theme = words.translate(f"hour.quarter{quarter}.title")
    questions = [
        words.translate(f"hour.quarter{quarter}.question{number + 1}")
        for number in range(QUESTION_COUNT)
    ]
    return render_page(
        words.language,
        words.translate("hour.printed.title", theme=theme),
        render_paragraph(words.translate("hour.printed.intro")),
        render_paragraph(words.translate(f"hour.quarter{quarter}.why"), "banner"),
        *(_render_text_part(part, words) for part in ("arrive", "without")),
        render_section(_format_title("question", words), render_list(questions, "ticks")),
        render_section(
            _format_title("exercise", words),
            render_paragraph(words.translate("hour.printed.twice", long=LONG_HOUR)),
            render_paragraph(words.translate("debriefs.exercise.care")),
            *(_render_exercise(item, words) for item in list_theme_exercises(quarter, words)),
        ),
        _render_text_part("take", words),
    )


def _render_text_part(part: str, words: LanguagePack) -> str:
    text = words.translate(f"hour.{part}.text")
    return render_section(_format_title(part, words), render_paragraph(text))


def _format_title(part: str, words: LanguagePack) -> str:
    """Format the title of a part with its minutes in the short and in the long hour."""
    title = words.translate(f"hour.{part}.title")
    key = "mean" if part == "without" else part
    short, long = (PART_MINUTES[length][key] for length in (SHORT_HOUR, LONG_HOUR))
    if short == long:
        return words.translate("hour.printed.minutes", title=title, minutes=short)
    return words.translate("hour.printed.two_lengths", title=title, short=short, long=long)


def _render_exercise(exercise: Exercise, words: LanguagePack) -> str:
    steps = (
        words.translate("debriefs.exercise.step", count=minutes, text=text)
        for minutes, text in exercise.steps
    )
    aim = render_paragraph(exercise.aim)
    return render_subheading(exercise.title) + aim + render_list(steps)
