"""The guide for a strain in supervision itself, by one's role and by what is in the way.

It is for the person alone: nothing is filed, counted, stored or sent.
"""

from collections.abc import Iterator

from bot.content.catalogue import LanguagePack
from bot.domain import safety_banners, surface
from bot.domain.answers import Answers, parse_question_code
from bot.domain.debriefs.debrief_form import build_choice
from bot.elements import Caption, Element, Form, Quote, Text

QUESTION_IDS = ("supervision_role", "supervision_strain")
"""The questions of the form: who one is in this supervision, and what is in the way."""

CROSSED = "crossed"
"""The answer of a crossed boundary, which no two people repair: its guide has no first sentence."""


def build_strain_form(words: LanguagePack) -> Form:
    """Build the form with both questions, below the safety banner."""
    return Form(
        "strained",
        words.translate("supervision_strain.title"),
        (
            *safety_banners.build_banners(words, "banner"),
            Text(words.translate("supervision_strain.intro")),
            *(build_choice(words.questions[name]) for name in QUESTION_IDS),
        ),
        submit=words.translate("supervision_strain.submit"),
        close=words.translate("common.cancel"),
    )


def build_strain_guide(answers: Answers, words: LanguagePack) -> Form:
    """Build the guide for the answers; UnknownAnswerError for one that is missing or not offered.

    After a crossed boundary the banners for somebody who felt unsafe are first, there is no
    sentence to begin with, and every general line is the one of that branch.
    """
    role, strain = (parse_question_code(answers, words.questions[name]) for name in QUESTION_IDS)
    banner_keys = ("banner", "unsafe", "not_watched") if strain == CROSSED else ()
    foot_keys = () if strain == CROSSED else ("banner",)
    return surface.build_note_form(
        words,
        words.translate("supervision_strain.title"),
        (
            *safety_banners.build_banners(words, *banner_keys),
            *_render_lines(role, strain, words),
            *safety_banners.build_banners(words, *foot_keys),
            Caption(words.translate("supervision_strain.again")),
            Caption(words.translate("tip.practice")),
        ),
    )


def _render_lines(role: str, strain: str, words: LanguagePack) -> Iterator[Element]:
    """Yield a titled line for each step, with the first sentence below the line of its step."""
    branch = CROSSED if strain == CROSSED else role
    yield _render_step("settle", words.supervision_guide[f"settle.{branch}"], words)
    yield _render_step("shift", words.supervision_guide[f"shift.{strain}"], words)
    yield _render_step("part", words.supervision_guide[f"part_{role}.{strain}"], words)
    if strain == CROSSED:
        yield _render_step("opening", words.supervision_guide[f"opening.{CROSSED}"], words)
    else:
        yield Text(f"**{words.supervision_guide['step.opening']}**")
        yield Quote(words.supervision_guide[f"say_{role}.{strain}"])
    yield _render_step("wait", words.supervision_guide[f"wait.{branch}"], words)
    yield _render_step("elsewhere", words.supervision_guide[f"elsewhere.{branch}"], words)


def _render_step(name: str, line: str, words: LanguagePack) -> Text:
    title = words.supervision_guide[f"step.{name}"]
    return Text(words.translate("rupture.guide.step", title=title, line=line))
