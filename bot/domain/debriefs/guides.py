"""Build the guide for a strained moment: seven steps, selected by the codes of a debrief."""

from collections.abc import Iterator
from dataclasses import replace

from bot.content.catalogue import LanguagePack
from bot.domain import safety_banners
from bot.domain.debriefs import guide_layout, guide_supervision, phrases
from bot.domain.debriefs.debrief_form import Debrief, Refinement, format_model_credit
from bot.domain.debriefs.guide_case import CONCLUDED_STATUSES, GuideCase
from bot.domain.debriefs.guide_layout import Step, WordBudget
from bot.domain.debriefs.refinement_data import encode_answers
from bot.domain.person import ten_minutes
from bot.elements import ActionRow, Banner, Button, Caption, Element, Form, Quote

RISK_CUES = frozenset({"self_blame", "cancelled"})
"""Cues of a client who may be at risk: the service's safety procedure precedes any repair."""

URGENT_CUES = frozenset({"self_blame", "culture_named", "frame_complaint"})
"""Cues whose line on how to begin precedes that of any other cue."""

DETAIL_SECTIONS = frozenset({"aim", "check", "look_back"})
"""Sections of lines of the opening step that are no first words: they are in the fold "more"."""


def build_guide_form(
    debrief: Debrief,
    words: LanguagePack,
    refinement: Refinement | None = None,
    *,
    supervisors: tuple[str, ...] = (),
    filing_note: str = "",
) -> Form:
    """Build the guide, from calming oneself to the words for the client and for supervision.

    *supervisors* are product ids of the people whom the clinician may write to; the bot sends
    nothing. *filing_note* describes what was stored and until when it can be withdrawn. A guide
    with a *refinement* is on top of the guide that it refines, and closes it, too.
    """
    supervisors = supervisors[: guide_layout.MAX_CONTACTS]
    case = GuideCase(debrief, refinement or Refinement(), words, supervisors)
    banners, foot_banners = _build_banners(case)
    return Form(
        "guide",
        words.translate("rupture.guide.title"),
        (
            *banners,
            *_render_steps(case, banners),
            *foot_banners,
            *((Caption(filing_note),) if filing_note else ()),
            Caption(words.translate("safety.purpose")),
            Caption(format_model_credit(words)),
        ),
        close=words.translate("common.close"),
        data=debrief.encoded_codes,
        closes_all=refinement is not None,
    )


def _build_deeper_button(case: GuideCase) -> ActionRow:
    """Build the button that opens the deeper questions, with the answers of a refined guide."""
    data = encode_answers(case.debrief, case.refinement, case.words)
    label_key = "again" if case.refinement != Refinement() else "deeper"
    label = case.words.translate(f"rupture.guide.{label_key}")
    return ActionRow((Button("rupture.deeper", label, data, opens_form=True),))


def _build_banners(case: GuideCase) -> tuple[tuple[Banner, ...], tuple[Banner, ...]]:
    """Return the banners above the guide, and those at its foot.

    Above a guide it says where to get help now, for a therapist who felt unsafe, else for a client
    who may be at risk. The service's own procedure is below the last banner of both.
    """
    risk_keys = () if RISK_CUES.isdisjoint(case.refinement.cues) else ("hopeless",)
    unsafe_keys = ("banner", "unsafe", "not_watched")
    is_unsafe = case.refinement.is_unsafe
    leading_keys = unsafe_keys if is_unsafe else risk_keys
    return (
        safety_banners.build_banners(case.words, *leading_keys),
        safety_banners.build_banners(case.words, *(risk_keys if is_unsafe else ("banner",))),
    )


def _render_steps(case: GuideCase, banners: tuple[Banner, ...]) -> Iterator[Element]:
    """Yield settling, what to say aloud, two short lines, their reason, supervision, and the rest.

    A line that there is no room for is in the fold "more", under the title of its step.
    """
    words = case.words
    settle_lines = case.select_lines(*_settle_line_names(case))
    settle = guide_layout.render_steps(words, Step("settle", settle_lines[:1]))
    opening, leads, details = _select_opening_steps(case)
    budget = WordBudget(words, *banners, *settle, *guide_layout.render_steps(words, opening))
    supervision = guide_supervision.render_supervision(case, budget)
    split_steps = [budget.split_step(step) for step in _select_short_steps(case)]
    lead, other_leads = budget.split_step(leads)
    yield from settle
    yield from guide_layout.render_steps(words, _insert_lead(case, opening, lead))
    yield from guide_layout.render_short_steps(words, *(first for first, _ in split_steps))
    yield from _render_reason(case)
    yield from supervision
    yield _build_deeper_button(case)
    yield from ten_minutes.build_ask_row(words, case.supervisors)
    more = guide_layout.render_steps(
        words,
        Step("settle", settle_lines[1:]),
        replace(details, lines=(*other_leads.lines, *details.lines)),
        *(other for _, other in split_steps),
        *_select_late_steps(case),
    )
    yield from guide_layout.build_fold(words, "more", *more)


def _insert_lead(case: GuideCase, opening: Step, lead: Step) -> Step:
    """Return the opening step with the line on how to begin: below a warning, else first."""
    is_warning = bool(_threat_line_names(case))
    lines = (*opening.lines, *lead.lines) if is_warning else (*lead.lines, *opening.lines)
    return replace(opening, lines=lines)


def _select_short_steps(case: GuideCase) -> tuple[Step, ...]:
    """Return the steps of which a phone has room for one line: the movement, and the own part.

    On the safety branch the first of them is what can wait, the service's procedure for incidents.
    """
    steps = (
        Step("movement", case.select_lines(*_movement_line_names(case))),
        Step("part", case.select_lines(*_own_part_line_names(case))),
    )
    return (_select_wait_step(case), *steps) if case.refinement.is_unsafe else steps


def _select_late_steps(case: GuideCase) -> tuple[Step, ...]:
    """Return the steps of the fold "more": what can wait; on the safety branch the protection."""
    return (
        (_select_protection_step(case),)
        if case.refinement.is_unsafe
        else (_select_wait_step(case),)
    )


def _select_wait_step(case: GuideCase) -> Step:
    return Step("wait", case.select_lines(f"wait.{case.name_unless_unsafe(case.debrief.status)}"))


def _select_protection_step(case: GuideCase) -> Step:
    return Step("protection", case.select_lines(_protection_line_name(case)))


def _render_reason(case: GuideCase) -> tuple[Element, ...]:
    """Return the fold with what the strain may protect; the safety branch explains no client."""
    if case.refinement.is_unsafe:
        return ()
    step = guide_layout.render_steps(case.words, _select_protection_step(case))
    return guide_layout.build_fold(case.words, "why", *step)


def _select_opening_steps(case: GuideCase) -> tuple[Step, Step, Step]:
    """Return the opening step with its phrases, its lines for room that is left, and its details.

    The details are no first words, or extras: the fold "more" contains them.
    """
    names = _opening_line_names(case)
    sections = {name: name.partition(".")[0] for name in names}
    details = tuple(name for name in names if sections[name] in DETAIL_SECTIONS)
    leads = tuple(name for name in names if sections[name] == "lead")
    firsts = tuple(name for name in names if name not in {*details, *leads})
    phrase_ids = phrases.select_phrases(case.debrief, case.refinement)
    extra_names, extras = _select_extras(case)
    return (
        Step("opening", case.select_lines(*firsts), tuple(_render_quotes(case, phrase_ids))),
        Step("opening", case.select_lines(*leads)),
        Step("opening", case.select_lines(*details, *extra_names), extras),
    )


def _settle_line_names(case: GuideCase) -> tuple[str, ...]:
    if case.refinement.is_unsafe:
        return ("settle.unsafe",)
    state_lines = (
        (f"settle.{case.refinement.clinician_state}",) if case.refinement.clinician_state else ()
    )
    defensive_lines = ("settle.defensive",) if "defensive" in case.refinement.own_parts else ()
    return (*state_lines, *defensive_lines) or ("settle.plain",)


def _movement_line_names(case: GuideCase) -> tuple[str, ...]:
    if case.refinement.is_unsafe:
        return ("movement.unsafe",)
    cues = tuple(f"cue.{code}" for code in case.refinement.cues)
    return cues or (f"movement.{case.debrief.form}",)


def _own_part_line_names(case: GuideCase) -> tuple[str, ...]:
    if case.refinement.is_unsafe:
        return ("part.unsafe",)
    status = case.debrief.status
    section = f"mine_{status}" if status in CONCLUDED_STATUSES else "mine"
    return tuple(f"{section}.{code}" for code in case.refinement.own_parts) or (f"part.{status}",)


def _protection_line_name(case: GuideCase) -> str:
    if case.refinement.is_unsafe:
        return "protection.unsafe"
    return f"protection.{case.debrief.form}.{case.repair_phase}"


def _opening_line_names(case: GuideCase) -> tuple[str, ...]:
    """Return the lines of the opening step: words for the client, or a check of the repair.

    An ended therapy and the safety branch have lines without words for the client. Below a
    warning there is no room for the line that introduces the two phrases.
    """
    if case.refinement.is_unsafe:
        return ("opening.unsafe",)
    strain = case.refinement.strain
    if case.debrief.status == "ended":
        return "opening.ended", "opening.ended_first", *_strain_line_names("look_back", strain)
    if case.debrief.status == "repaired":
        return *_threat_line_names(case), "opening.repaired", *_strain_line_names("check", strain)
    warnings = _threat_line_names(case)
    return (
        *warnings,
        *_lead_line_names(case),
        *_strain_line_names("aim", strain),
        *(() if warnings else ("opening.begin",)),
    )


def _lead_line_names(case: GuideCase) -> tuple[str, ...]:
    """Return the line on how to begin after the first cue that has one; urgent cues precede."""
    cues = sorted(case.refinement.cues, key=lambda code: code not in URGENT_CUES)
    return tuple(name for code in cues if (name := f"lead.{code}") in case.words.guide)[:1]


def _strain_line_names(name: str, strain: str) -> tuple[str, ...]:
    return (f"{name}.{strain}",) if strain else ()


def _threat_line_names(case: GuideCase) -> tuple[str, ...]:
    """Return the warning before words to a client who pushed, unless the clinician felt safe."""
    return () if case.refinement.felt_safe or not _has_client_pushed(case) else ("opening.threat",)


def _has_client_pushed(case: GuideCase) -> bool:
    """Return whether the client moved against, by the filed form or by any cue of it.

    A client who names identity, culture or unfair treatment is never treated as a threat for it.
    """
    cue_codes = case.words.questions["cue_against"].option_codes - phrases.CULTURE_CODES
    return case.debrief.form in {"against", "both"} or not cue_codes.isdisjoint(
        case.refinement.cues
    )


def _select_extras(case: GuideCase) -> tuple[tuple[str, ...], tuple[Element, ...]]:
    """Return the names of the lines of a direct repair and a disclosure, and the latter itself."""
    disclosure = phrases.select_disclosure(case.debrief, case.refinement)
    names = (
        *((f"direct.{case.refinement.strain}",) if _can_repair_directly(case) else ()),
        *(("opening.extra",) if disclosure else ()),
    )
    return names, tuple(_render_quotes(case, (disclosure,))) if disclosure else ()


def _render_quotes(case: GuideCase, phrase_ids: tuple[str, ...]) -> Iterator[Element]:
    """Yield each phrase above its caution; adjacent equal cautions are rendered once."""
    selected_phrases = [case.words.phrases[code] for code in phrase_ids]
    for phrase, next_phrase in zip(selected_phrases, (*selected_phrases, None)[1:], strict=False):
        yield Quote(phrase.text)
        if phrase.caution and (next_phrase is None or next_phrase.caution != phrase.caution):
            yield Caption(phrase.caution)


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
