"""The opening step of a guide: how to begin, the words for the client, and what to check."""

from functools import lru_cache

from bot.content.catalogue import LanguagePack
from bot.domain.debriefs import phrases
from bot.domain.debriefs.guide_case import CONCLUDED_STATUSES, GuideCase, select_step
from bot.domain.debriefs.guide_layout import Step
from bot.elements import Caption, Element, Quote

URGENT_CUES = frozenset({"self_blame", "culture_named", "frame_complaint"})
"""Cues whose line on how to begin precedes that of any other cue."""

DETAIL_SECTIONS = frozenset({"aim", "check", "look_back", "room_repaired", "room_ended"})
"""Sections of lines of the opening step that are no first words: they are in the fold "more"."""

LEAD_SECTIONS = frozenset({"lead", "room"})
"""Sections of lines on how to begin, of which a phone has room for one."""


def select_opening_steps(case: GuideCase) -> tuple[Step, Step, Step]:
    """Return the opening step with its phrases, its lines for room that is left, and its details.

    The details are no first words, or extras: the fold "more" contains them.
    """
    words = case.words
    firsts, leads, details = _divide_lines(words, _opening_line_names(case))
    phrase_ids = phrases.select_phrases(case.debrief, case.refinement)
    extra_names, extras = _select_extras(case)
    detail_lines = (*details.lines, *case.select_step("opening", *extra_names).lines)
    return (
        Step("opening", firsts.lines, _render_quotes(words, phrase_ids)),
        leads,
        Step("opening", detail_lines, extras),
    )


@lru_cache(maxsize=1024)
def _divide_lines(words: LanguagePack, names: tuple[str, ...]) -> tuple[Step, Step, Step]:
    """Return the opening step with first words, with lines on how to begin, and with details."""
    details = [name for name in names if name.partition(".")[0] in DETAIL_SECTIONS]
    leads = [name for name in names if name.partition(".")[0] in LEAD_SECTIONS]
    firsts = [name for name in names if name not in {*details, *leads}]
    steps = [select_step(words, "opening", tuple(part)) for part in (firsts, leads, details)]
    return steps[0], steps[1], steps[2]


def insert_lead(case: GuideCase, opening: Step, lead: Step) -> Step:
    """Return the opening step with the line on how to begin: below a warning, else first."""
    is_warning = bool(_threat_line_names(case))
    lines = (*opening.lines, *lead.lines) if is_warning else (*lead.lines, *opening.lines)
    return Step(opening.name, lines, opening.elements)


def _opening_line_names(case: GuideCase) -> tuple[str, ...]:
    """Return the lines of the opening step: words for the client, or a check of the repair.

    An ended therapy and the safety branch have lines without words for the client. Below a
    warning there is no room for the line that introduces the two phrases.
    """
    if case.refinement.is_unsafe:
        return ("opening.unsafe",)
    strain = case.refinement.strain
    if case.debrief.status == "ended":
        details = *_strain_line_names("look_back", strain), *case.room_line_names("room_ended")
        return "opening.ended", "opening.ended_first", *details
    if case.debrief.status == "repaired":
        details = *_strain_line_names("check", strain), *case.room_line_names("room_repaired")
        return *_threat_line_names(case), "opening.repaired", *details
    warnings = _threat_line_names(case)
    return (
        *warnings,
        *_lead_line_names(case),
        *_strain_line_names("aim", strain),
        *(() if warnings else ("opening.begin",)),
    )


def _lead_line_names(case: GuideCase) -> tuple[str, ...]:
    """Return the lines on how to begin: after the first cue that has one, and in this room.

    Urgent cues precede the room, which precedes any other cue: it may name who is to be protected.
    """
    cues = sorted(case.refinement.cues, key=lambda code: code not in URGENT_CUES)
    leads = tuple(name for code in cues if (name := f"lead.{code}") in case.words.guide)[:1]
    rooms = case.room_line_names("room")
    is_urgent = not URGENT_CUES.isdisjoint(case.refinement.cues)
    return (*leads, *rooms) if is_urgent else (*rooms, *leads)


def _strain_line_names(name: str, strain: str) -> tuple[str, ...]:
    return (f"{name}.{strain}",) if strain else ()


def _threat_line_names(case: GuideCase) -> tuple[str, ...]:
    """Return the warning before words to a client who pushed, unless the clinician felt safe."""
    return () if case.refinement.felt_safe or not _has_client_pushed(case) else ("opening.threat",)


def _has_client_pushed(case: GuideCase) -> bool:
    """Return whether the client moved against, by the filed form or by any cue of it.

    A client who names identity, culture or unfair treatment is never treated as a threat for it.
    """
    cue_codes = case.words.questions["cue_against"].option_codes
    return case.debrief.form in {"against", "both"} or any(
        cue in cue_codes and cue not in phrases.CULTURE_CODES for cue in case.refinement.cues
    )


def _select_extras(case: GuideCase) -> tuple[tuple[str, ...], tuple[Element, ...]]:
    """Return the names of the lines of a direct repair and a disclosure, and the latter itself."""
    disclosure = phrases.select_disclosure(case.debrief, case.refinement)
    names = (
        *((f"direct.{case.refinement.strain}",) if _can_repair_directly(case) else ()),
        *(("opening.extra",) if disclosure else ()),
    )
    return names, _render_quotes(case.words, (disclosure,)) if disclosure else ()


@lru_cache(maxsize=1024)
def _render_quotes(words: LanguagePack, phrase_ids: tuple[str, ...]) -> tuple[Element, ...]:
    """Return each phrase above its caution; adjacent equal cautions are rendered once."""
    elements: list[Element] = []
    selected_phrases = [words.phrases[code] for code in phrase_ids]
    for phrase, next_phrase in zip(selected_phrases, (*selected_phrases, None)[1:], strict=False):
        elements.append(Quote(phrase.text))
        if phrase.caution and (next_phrase is None or next_phrase.caution != phrase.caution):
            elements.append(Caption(phrase.caution))
    return tuple(elements)


def _can_repair_directly(case: GuideCase) -> bool:
    """Return whether a direct repair is offered: an open rupture with a known strain.

    Not after culture, identity or power was passed over, where an explanation would be a defence.
    """
    return (
        not case.refinement.is_unsafe
        and case.debrief.status not in CONCLUDED_STATUSES
        and f"direct.{case.refinement.strain}" in case.words.guide
        and not phrases.has_culture_code(case.refinement)
    )
