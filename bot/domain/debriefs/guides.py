"""Build the guide for a strained moment: seven steps, selected by the codes of a debrief."""

from functools import lru_cache

from bot.content.catalogue import LanguagePack
from bot.domain import safety_banners
from bot.domain.debriefs import guide_layout, guide_opening, guide_supervision
from bot.domain.debriefs.debrief_form import Debrief, Refinement, format_model_credit
from bot.domain.debriefs.guide_case import CONCLUDED_STATUSES, RISK_CUES, GuideCase
from bot.domain.debriefs.guide_layout import Step, WordBudget
from bot.domain.debriefs.refinement_data import encode_answers
from bot.domain.debriefs.rehearsal import build_rehearse_button
from bot.domain.person import ten_minutes
from bot.elements import ActionRow, Banner, Button, Caption, Element, Form

NO_ANSWERS = Refinement()
"""The refinement of a guide whose deeper questions were not answered."""


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
    case = GuideCase(debrief, refinement or NO_ANSWERS, words, supervisors)
    is_at_risk = not RISK_CUES.isdisjoint(case.refinement.cues)
    banners, foot_banners = _build_banners(
        words, is_unsafe=case.refinement.is_unsafe, is_at_risk=is_at_risk
    )
    return Form(
        "guide",
        words.translate("rupture.guide.title"),
        (
            *banners,
            *_render_steps(case, banners),
            *foot_banners,
            *((Caption(filing_note),) if filing_note else ()),
            *_build_foot_captions(words),
        ),
        close=words.translate("common.close"),
        data=debrief.encoded_codes,
        closes_all=refinement is not None,
    )


@lru_cache(maxsize=1024)
def _build_foot_captions(words: LanguagePack) -> tuple[Caption, ...]:
    """Return what each guide ends with: what it is for, and whose models it follows."""
    return (Caption(words.translate("safety.purpose")), Caption(format_model_credit(words)))


def _build_next_step_buttons(case: GuideCase) -> ActionRow:
    """Build the buttons of the rehearsal and of the deeper questions, with a guide's answers."""
    data = encode_answers(case.debrief, case.refinement, case.words)
    label_key = "again" if case.refinement != NO_ANSWERS else "deeper"
    label = case.words.translate(f"rupture.guide.{label_key}")
    rehearse = build_rehearse_button(case.debrief, case.refinement, case.words, data)
    return ActionRow((*rehearse, Button("rupture.deeper", label, data, opens_form=True)))


@lru_cache(maxsize=1024)
def _build_banners(
    words: LanguagePack, *, is_unsafe: bool, is_at_risk: bool
) -> tuple[tuple[Banner, ...], tuple[Banner, ...]]:
    """Return the banners above the guide, and those at its foot.

    Above a guide it says where to get help now, for a therapist who felt unsafe, else for a client
    who may be at risk. The service's own procedure is below the last banner of both.
    """
    risk_keys = ("hopeless",) if is_at_risk else ()
    leading_keys = ("banner", "unsafe", "not_watched") if is_unsafe else risk_keys
    return (
        safety_banners.build_banners(words, *leading_keys),
        safety_banners.build_banners(words, *(risk_keys if is_unsafe else ("banner",))),
    )


def _render_steps(case: GuideCase, banners: tuple[Banner, ...]) -> tuple[Element, ...]:
    """Return settling, what to say aloud, two short lines, their reason, supervision, and the rest.

    A line that there is no room for is in the fold "more", under the title of its step.
    """
    words = case.words
    settle_step = case.select_step("settle", *_settle_line_names(case))
    first_settle, other_settle, _ = guide_layout.split_first_line(words, settle_step)
    settle = guide_layout.render_steps(words, first_settle)
    opening, leads, details = guide_opening.select_opening_steps(case)
    budget = WordBudget(words, *banners, *settle, *guide_layout.render_steps(words, opening))
    supervision = guide_supervision.render_supervision(case, budget)
    split_steps = [budget.split_step(step) for step in _select_short_steps(case)]
    lead, other_leads = budget.split_step(leads)
    more = guide_layout.render_steps(
        words,
        other_settle,
        Step(details.name, (*other_leads.lines, *details.lines), details.elements),
        *[other for _, other in split_steps],
        *_select_late_steps(case),
    )
    return (
        *settle,
        *guide_layout.render_steps(words, guide_opening.insert_lead(case, opening, lead)),
        *guide_layout.render_short_steps(words, *[first for first, _ in split_steps]),
        *_render_reason(case),
        *supervision,
        _build_next_step_buttons(case),
        *ten_minutes.build_ask_row(words, case.supervisors),
        *guide_layout.build_fold(words, "more", *more),
    )


def _select_short_steps(case: GuideCase) -> tuple[Step, ...]:
    """Return the steps of which a phone has room for one line: the movement, and the own part.

    On the safety branch the first of them is what can wait, the service's procedure for incidents.
    """
    steps = (
        case.select_step("movement", *_movement_line_names(case)),
        case.select_step("part", *_own_part_line_names(case)),
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
    return case.select_step("wait", f"wait.{case.name_unless_unsafe(case.debrief.status)}")


def _select_protection_step(case: GuideCase) -> Step:
    return case.select_step("protection", _protection_line_name(case))


def _render_reason(case: GuideCase) -> tuple[Element, ...]:
    """Return the fold with what the strain may protect; the safety branch explains no client."""
    if case.refinement.is_unsafe:
        return ()
    return _render_reason_fold(case.words, _protection_line_name(case))


@lru_cache(maxsize=1024)
def _render_reason_fold(words: LanguagePack, line_name: str) -> tuple[Element, ...]:
    """Return the fold with a line on the protection, which many guides share."""
    lines = (words.guide_line(line_name),)
    step = guide_layout.render_steps(words, Step("protection", lines))
    return guide_layout.build_fold(words, "why", *step)


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
    cues = tuple([f"cue.{code}" for code in case.refinement.cues])
    return cues or (f"movement.{case.debrief.form}",)


def _own_part_line_names(case: GuideCase) -> tuple[str, ...]:
    if case.refinement.is_unsafe:
        return ("part.unsafe",)
    status = case.debrief.status
    section = f"mine_{status}" if status in CONCLUDED_STATUSES else "mine"
    lines = [f"{section}.{code}" for code in case.refinement.visible_parts]
    return (*(lines or (f"part.{status}",)), *case.room_line_names("room_part"))


def _protection_line_name(case: GuideCase) -> str:
    if case.refinement.is_unsafe:
        return "protection.unsafe"
    return f"protection.{case.debrief.form}.{case.repair_phase}"
