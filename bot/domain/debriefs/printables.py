"""Render two printable pages for a supervision room: the debrief sheet and the guide.

Both use the codebook and the guide lines of the forms. The sheet has tick boxes and no free-text
line, so that no information about a client can be written on it.
"""

from collections.abc import Iterator, Mapping

from bot.content.catalogue import LanguagePack, Question
from bot.content.print_page import (
    render_banner,
    render_columns,
    render_footer,
    render_list,
    render_page,
    render_paragraph,
    render_quote,
    render_section,
    render_subheading,
)
from bot.domain.codebook import FORM_CODES, STATUS_CODES
from bot.domain.debriefs.debrief_form import format_model_credit
from bot.domain.debriefs.phrases import OPENING_PHRASES

SHEET_QUESTION_IDS = (
    "unsafe",
    "form",
    "status",
    "my_state",
    "mine",
    "strain",
    "cue_away",
    "cue_against",
    "help",
)
"""The questions of the sheet: safety first, then the filed codes, then the refinement."""

DIGITAL_ONLY_QUESTION_IDS = frozenset({"unsafe", "my_state"})
"""Questions whose hints describe what the bot stores; omitted on paper, which stores nothing."""


def render_pages(words: LanguagePack) -> Mapping[str, str]:
    """Return both pages as HTML, by the prefix of their file names."""
    return {"debrief-sheet": render_sheet(words), "guide": render_guide(words)}


def render_sheet(words: LanguagePack) -> str:
    """Render the debrief sheet, to be ticked and destroyed."""
    return render_page(
        words.language,
        words.translate("printed.sheet.title"),
        render_paragraph(words.translate("printed.sheet.intro")),
        _render_banner(words),
        render_paragraph(_render_unsafe_line(words)),
        *_render_safety_paragraphs(words),
        render_columns(
            *(_render_question(words.questions[name]) for name in SHEET_QUESTION_IDS),
            render_section(words.guide_line("step.supervision"), _render_supervision(words)),
        ),
        render_paragraph(words.translate("printed.sheet.keep")),
        _render_footer(words),
    )


def _render_banner(words: LanguagePack) -> str:
    """Render the banner, with the service's own procedure below it if the operator set one."""
    texts = filter(None, (words.translate("safety.banner"), words.safety_text))
    return "".join(map(render_banner, texts))


def _render_safety_paragraphs(words: LanguagePack) -> tuple[str, ...]:
    """Render what to do next for a clinician who felt unsafe, and for a client at risk."""
    return tuple(
        render_paragraph(words.translate(f"safety.{key}")) for key in ("unsafe", "hopeless")
    )


def _render_question(question: Question) -> str:
    hint_text = question.hint if question.id not in DIGITAL_ONLY_QUESTION_IDS else ""
    hint = render_paragraph(hint_text, "hint") if hint_text else ""
    return render_section(
        question.text, hint, render_list((option.label for option in question.options), "ticks")
    )


def render_guide(words: LanguagePack) -> str:
    """Render the seven steps with every branch of form and status."""
    steps = (
        _render_settle,
        _render_movement,
        _render_own_part,
        _render_protection,
        _render_opening,
        _render_wait,
        _render_supervision,
    )
    return render_page(
        words.language,
        words.translate("printed.guide.title"),
        render_paragraph(words.translate("printed.guide.intro")),
        _render_banner(words),
        *_render_safety_paragraphs(words),
        render_columns(
            *(_render_step(words, number, step(words)) for number, step in enumerate(steps, 1))
        ),
        _render_footer(words),
    )


STEP_NAMES = ("settle", "movement", "part", "protection", "opening", "wait", "supervision")


def _render_step(words: LanguagePack, number: int, body: str) -> str:
    return render_section(f"{number}. {words.guide_line(f'step.{STEP_NAMES[number - 1]}')}", body)


def _render_settle(words: LanguagePack) -> str:
    lines = (words.guide_line(f"settle.{name}") for name in ("plain", "defensive"))
    return render_list((_render_unsafe_line(words), *lines))


def _render_unsafe_line(words: LanguagePack) -> str:
    return _format_line_for_answer(words, "unsafe", "unsafe", words.guide_line("settle.unsafe"))


def _render_movement(words: LanguagePack) -> str:
    return render_list(
        _format_line_for_answer(words, "form", form, words.guide_line(f"movement.{form}"))
        for form in FORM_CODES
    )


def _render_own_part(words: LanguagePack) -> str:
    lines = [
        _format_line_for_answer(words, "status", status, words.guide_line(f"part.{status}"))
        for status in STATUS_CODES
    ]
    return render_list([*lines, words.guide_line("mine.not_visible")])


def _render_protection(words: LanguagePack) -> str:
    return "".join(
        render_subheading(words.translate(f"printed.guide.{phase}"))
        + render_list(
            _format_line_for_answer(
                words, "form", form, words.guide_line(f"protection.{form}.{phase}")
            )
            for form in FORM_CODES
        )
        for phase in ("early", "working")
    )


def _render_opening(words: LanguagePack) -> str:
    return "".join(
        (
            render_paragraph(words.guide_line("opening.threat")),
            render_paragraph(words.guide_line("opening.begin")),
            *_render_phrases(words),
            render_list(
                (
                    _format_line_for_answer(
                        words, "status", "repaired", words.guide_line("opening.repaired")
                    ),
                    _format_line_for_answer(
                        words, "status", "ended", words.guide_line("opening.ended")
                    ),
                    words.guide_line("opening.ended_first"),
                )
            ),
        )
    )


def _render_phrases(words: LanguagePack) -> Iterator[str]:
    """Yield the opening phrases by form, each sentence once, under the first form it is for."""
    rendered_codes: set[str] = set()
    for form in FORM_CODES:
        new_codes = [
            code for code in OPENING_PHRASES[form, "not_named"] if code not in rendered_codes
        ]
        rendered_codes.update(new_codes)
        yield render_subheading(words.questions["form"].short_labels[form])
        yield from (render_quote(words.phrases[code].text) for code in new_codes)


def _render_wait(words: LanguagePack) -> str:
    return render_list(
        _format_line_for_answer(words, "status", status, words.guide_line(f"wait.{status}"))
        for status in STATUS_CODES
    )


def _render_supervision(words: LanguagePack) -> str:
    prompts = words.guide_line("prompts.open", want=words.guide_line("want.plain"))
    return render_list((words.guide_line("bring.plain"), prompts))


def _format_line_for_answer(words: LanguagePack, question: str, answer: str, line: str) -> str:
    short_label = words.questions[question].short_labels[answer]
    return words.translate("printed.for_answer", answer=short_label, line=line)


def _render_footer(words: LanguagePack) -> str:
    return render_footer(
        words.translate("safety.not_watched"),
        words.translate("safety.purpose"),
        format_model_credit(words),
    )
