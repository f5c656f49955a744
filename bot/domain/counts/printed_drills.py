"""Render printable pages of the lines to practise with: one for each group of drills."""

from collections.abc import Mapping

from bot.content.catalogue import Drill, LanguagePack
from bot.content.model import DRILL_GROUPS, DrillGroup
from bot.content.print_page import (
    render_columns,
    render_footer,
    render_list,
    render_page,
    render_paragraph,
    render_section,
    render_subheading,
)
from bot.domain import drills


def render_pages(words: LanguagePack) -> Mapping[str, str]:
    """Return a page for each group of drills as HTML, by the prefix of its file name."""
    return {f"lines-{group}": render_group_page(group, words) for group in DRILL_GROUPS}


def render_group_page(group: DrillGroup, words: LanguagePack) -> str:
    """Render the drills of *group*, then how to use them in ten and in twenty minutes."""
    reference = words.references["nurse2024"]
    group_drills = [drill for drill in words.drills if drill.group == group]
    return render_page(
        words.language,
        words.translate("drill.printed.title", group=words.translate(f"drill.list.{group}")),
        render_paragraph(words.translate("drill.printed.intro")),
        render_columns(
            *(_render_drill(drill, words) for drill in group_drills),
            _render_adjustments(words),
            *(_render_form(minutes, words) for minutes in drills.FORM_MINUTES),
        ),
        render_footer(
            words.translate("debriefs.exercise.care"),
            words.translate("drill.evidence", citation=reference.citation, url=reference.url),
        ),
    )


def _render_drill(drill: Drill, words: LanguagePack) -> str:
    numbered_lines = (f"**{level}**  {line}" for level, line in enumerate(drill.lines, 1))
    return render_section(
        drill.title,
        render_paragraph(drill.setting),
        render_subheading(words.translate("drill.printed.lines")),
        render_list(numbered_lines),
        render_subheading(words.translate("drill.printed.criteria")),
        render_list(drill.criteria, "ticks"),
    )


def _render_adjustments(words: LanguagePack) -> str:
    changes = (
        words.translate("drill.criterion", text=words.translate(f"drill.adjust.round{number}"))
        for number in drills.ADJUSTMENTS
    )
    return render_section(words.translate("drill.printed.adjust"), render_list(changes))


def _render_form(minutes: int, words: LanguagePack) -> str:
    steps = (
        words.translate(
            "debriefs.exercise.step",
            count=count,
            text=words.translate(f"drill.printed.step.{step}"),
        )
        for step, count in drills.FORM_MINUTES[minutes].items()
    )
    return render_section(
        words.translate("drill.printed.form", minutes=minutes), render_list(steps)
    )
