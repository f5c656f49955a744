"""Build the guide for a strained moment: seven steps, selected by the codes of a debrief."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.content.catalogue import LanguagePack
from bot.domain.debriefs import phrases
from bot.domain.debriefs.debrief_form import (
    Debrief,
    Refinement,
    build_debrief_code_fields,
    format_model_credit,
)
from bot.elements import (
    ActionRow,
    Banner,
    Button,
    Caption,
    ContactLink,
    Element,
    Form,
    Quote,
    Text,
)

MAX_CONTACTS = 10
"""Maximum number of supervisors to write to; a phone displays no more at a glance."""

EARLY_STATUSES = frozenset({"not_named", "touched"})

CONCLUDED_STATUSES = frozenset({"repaired", "ended"})
"""Statuses without a further conversation about the rupture: their lines are retrospective."""

RISK_CUES = frozenset({"self_blame", "cancelled"})
"""Cues of a client who may be at risk: the service's safety procedure precedes any repair."""

URGENT_CUES = frozenset({"self_blame", "culture_named", "frame_complaint"})
"""Cues whose line on how to begin precedes that of any other cue."""


@dataclass(frozen=True)
class GuideCase:
    """The input of one guide: the two filed codes, and their refinement."""

    debrief: Debrief
    refinement: Refinement
    words: LanguagePack
    supervisors: tuple[str, ...]

    @property
    def repair_phase(self) -> str:
        """The phase of the repair that selects the lines of the protection step."""
        return "early" if self.debrief.status in EARLY_STATUSES else self.debrief.status


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
    nothing. *filing_note* describes what was stored and until when it can be withdrawn.
    """
    case = GuideCase(debrief, refinement or Refinement(), words, supervisors[:MAX_CONTACTS])
    deeper_label_key = "rupture.guide.again" if refinement else "rupture.guide.deeper"
    return Form(
        "guide",
        words.translate("rupture.guide.title"),
        (
            *_build_safety_banners(case),
            *((Caption(filing_note),) if filing_note else ()),
            *_render_steps(case),
            ActionRow(
                (
                    Button(
                        "rupture.deeper",
                        words.translate(deeper_label_key),
                        debrief.encoded_codes,
                        opens_form=True,
                    ),
                )
            ),
            *_build_contacts(case),
            Caption(words.translate("safety.purpose")),
            Caption(format_model_credit(words)),
        ),
        close=words.translate("common.close"),
        data=debrief.encoded_codes,
    )


def build_code_chooser_form(words: LanguagePack) -> Form:
    """Build the form that selects the two codes of a guide without filing them."""
    return Form(
        "guide",
        words.translate("rupture.chooser.title"),
        (
            Banner(words.translate("safety.banner")),
            Text(words.translate("rupture.chooser.intro")),
            *build_debrief_code_fields(words),
        ),
        submit=words.translate("rupture.chooser.submit"),
        close=words.translate("common.cancel"),
    )


def _build_safety_banners(case: GuideCase) -> tuple[Banner, ...]:
    """Return the banner of the guide's limits; on the safety branch also where to get help now."""
    unsafe_keys = ("safety.unsafe", "safety.not_watched") if case.refinement.is_unsafe else ()
    return tuple(Banner(case.words.translate(key)) for key in ("safety.banner", *unsafe_keys))


def _build_contacts(case: GuideCase) -> Iterator[Element]:
    """Yield a contact link for each supervisor; with several, each below a mention."""
    words = case.words
    if len(case.supervisors) == 1:
        yield ContactLink(case.supervisors[0], words.translate("rupture.guide.write"))
        return
    for person in case.supervisors:
        yield Text(words.mention_people((person,)))
        yield ContactLink(person, words.translate("rupture.guide.write_this_one"))


def _render_steps(case: GuideCase) -> tuple[Element, ...]:
    is_at_risk = not RISK_CUES.isdisjoint(case.refinement.cues)
    return (
        _render_step(case, 1, "settle", _settle_line_names(case)),
        _render_step(case, 2, "movement", _movement_line_names(case)),
        *((Banner(case.words.translate("safety.hopeless")),) if is_at_risk else ()),
        _render_step(case, 3, "part", _own_part_line_names(case)),
        _render_step(case, 4, "protection", (_protection_line_name(case),)),
        _render_step(case, 5, "opening", _opening_line_names(case)),
        *_render_phrases(case),
        _render_step(case, 6, "wait", (f"wait.{_name_unless_unsafe(case, case.debrief.status)}",)),
        _render_supervision_step(case),
    )


def _render_step(case: GuideCase, number: int, step_name: str, line_names: tuple[str, ...]) -> Text:
    return _format_numbered_step(
        case, number, step_name, tuple(map(case.words.guide_line, line_names))
    )


def _format_numbered_step(
    case: GuideCase, number: int, step_name: str, lines: tuple[str, ...]
) -> Text:
    title = case.words.guide_line(f"step.{step_name}")
    return Text("\n".join((f"**{number}. {title}**", *lines)))


def _name_unless_unsafe(case: GuideCase, name: str) -> str:
    return "unsafe" if case.refinement.is_unsafe else name


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

    An ended therapy and the safety branch have lines without words for the client.
    """
    if case.refinement.is_unsafe:
        return ("opening.unsafe",)
    strain = case.refinement.strain
    if case.debrief.status == "ended":
        return "opening.ended", "opening.ended_first", *_strain_line_names("look_back", strain)
    if case.debrief.status == "repaired":
        return *_threat_line_names(case), "opening.repaired", *_strain_line_names("check", strain)
    return (
        *_threat_line_names(case),
        *_lead_line_names(case),
        *_strain_line_names("aim", strain),
        "opening.begin",
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


def _render_phrases(case: GuideCase) -> Iterator[Element]:
    """Yield the phrases, the line of a direct repair, and the disclosure as an extra."""
    yield from _render_quotes(case, phrases.select_phrases(case.debrief, case.refinement))
    if _can_repair_directly(case):
        yield Text(case.words.guide_line(f"direct.{case.refinement.strain}"))
    if disclosure := phrases.select_disclosure(case.debrief, case.refinement):
        yield Text(case.words.guide_line("opening.extra"))
        yield from _render_quotes(case, (disclosure,))


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


def _render_supervision_step(case: GuideCase) -> Text:
    words, refinement = case.words, case.refinement
    progress = case.debrief.status if case.debrief.status in CONCLUDED_STATUSES else "open"
    suffix = "" if progress == "open" else f"_{progress}"
    want = words.guide_line(f"want{suffix}.{refinement.strain or 'plain'}")
    lines = [
        *map(words.guide_line, _bring_line_names(case, f"bring{suffix}")),
        words.guide_line(f"prompts.{_name_unless_unsafe(case, progress)}", want=want),
    ]
    if phrases.has_culture_code(refinement) and not refinement.is_unsafe:
        lines.append(words.guide_line("learn.culture"))
    return _format_numbered_step(case, 7, "supervision", tuple(lines))


def _bring_line_names(case: GuideCase, section: str) -> tuple[str, ...]:
    """Return the lines on bringing the case to supervision; urgency never replaces safety."""
    unsafe_lines = ("bring.unsafe",) if case.refinement.is_unsafe else ()
    if case.refinement.help_code == "sooner":
        return _urgent_line_name(case), *unsafe_lines
    return unsafe_lines or (f"{section}.{case.refinement.help_code or 'plain'}",)


def _urgent_line_name(case: GuideCase) -> str:
    """Return the line on talking soon, which names a next session only if one is certain."""
    has_next_session = case.debrief.status not in CONCLUDED_STATUSES
    name = "sooner" if has_next_session and not case.refinement.is_unsafe else "soon"
    return f"bring.{name}" if case.supervisors else f"bring.{name}_alone"
