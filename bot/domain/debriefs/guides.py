"""The guide for a strained moment: seven steps, shaped by the codes a clinician chose."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.content.catalogue import LanguagePack
from bot.domain.debriefs import phrases
from bot.domain.debriefs.debrief_form import Debrief, Refinement, build_filing_choices
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
"""As many supervisors as are offered to write to; a phone shows no more at a glance."""

EARLY_STATUSES = frozenset({"not_named", "touched"})

PAST = frozenset({"repaired", "ended"})
"""Statuses without a conversation about the rupture ahead: their lines look back."""

RISK_CUES = frozenset({"self_blame", "cancelled"})
"""Signs of a client who may be at risk: one's service's safety procedure comes before repair."""


@dataclass(frozen=True)
class GuideCase:
    """What one guide is for: the two filed codes, and whatever refines them."""

    debrief: Debrief
    refinement: Refinement
    words: LanguagePack
    supervisors: tuple[str, ...]

    @property
    def phase(self) -> str:
        """How far the repair is, as far as it decides what may be thought about."""
        return "early" if self.debrief.status in EARLY_STATUSES else self.debrief.status


def build_guide_form(
    debrief: Debrief,
    words: LanguagePack,
    refinement: Refinement | None = None,
    *,
    supervisors: tuple[str, ...] = (),
    filing_note: str = "",
) -> Form:
    """Lead a clinician from settling themselves to what they may say, and to whom.

    *supervisors* are product ids, whom the clinician may write to; the bot sends nothing.
    *filed* says what was kept and until when it can be taken back.
    """
    case = GuideCase(debrief, refinement or Refinement(), words, supervisors[:MAX_CONTACTS])
    again = "rupture.guide.again" if refinement else "rupture.guide.deeper"
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
                        words.translate(again),
                        debrief.encoded_codes,
                        opens_form=True,
                    ),
                )
            ),
            *_build_contacts(case),
            Caption(words.translate("safety.purpose")),
            Caption(words.translate("source.attribution", url=words.references["source"].url)),
        ),
        close=words.translate("common.close"),
        data=debrief.encoded_codes,
    )


def build_chooser_form(words: LanguagePack) -> Form:
    """Ask for the two codes of a guide that is only read: nothing is filed."""
    return Form(
        "guide",
        words.translate("rupture.chooser.title"),
        (
            Banner(words.translate("safety.banner")),
            Text(words.translate("rupture.chooser.intro")),
            *build_filing_choices(words),
        ),
        submit=words.translate("rupture.chooser.submit"),
        close=words.translate("common.cancel"),
    )


def _build_safety_banners(case: GuideCase) -> tuple[Banner, ...]:
    """Say what this is not; to a clinician who felt unsafe, also where help is right now."""
    words = case.words
    banner = Banner(words.translate("safety.banner"))
    if case.refinement.is_unsafe:
        return (
            banner,
            Banner(words.translate("safety.unsafe")),
            Banner(words.translate("safety.not_watched")),
        )
    return (banner,)


def _build_contacts(case: GuideCase) -> Iterator[Element]:
    """A way to write to each supervisor; several are told apart by a mention above it."""
    words = case.words
    if len(case.supervisors) == 1:
        yield ContactLink(case.supervisors[0], words.translate("rupture.guide.write"))
        return
    for person in case.supervisors:
        yield Text(words.mention_people((person,)))
        yield ContactLink(person, words.translate("rupture.guide.write_this_one"))


def _render_steps(case: GuideCase) -> tuple[Element, ...]:
    at_risk = not RISK_CUES.isdisjoint(case.refinement.cues)
    return (
        _render_step(case, 1, "settle", _settle_line_names(case)),
        _render_step(case, 2, "movement", _movement_line_names(case)),
        *((Banner(case.words.translate("safety.hopeless")),) if at_risk else ()),
        _render_step(case, 3, "part", _own_part_line_names(case)),
        _render_step(case, 4, "protection", (_protection_line_name(case),)),
        _render_step(case, 5, "opening", _opening_line_names(case)),
        *_render_phrases(case),
        _render_step(case, 6, "wait", (f"wait.{_name_unless_unsafe(case, case.debrief.status)}",)),
        _render_supervision_step(case),
    )


def _render_step(case: GuideCase, number: int, step_name: str, lines: tuple[str, ...]) -> Text:
    return _format_numbered_step(
        case, number, step_name, tuple(case.words.guide_line(line) for line in lines)
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
    state = (
        (f"settle.{case.refinement.clinician_state}",) if case.refinement.clinician_state else ()
    )
    tight = ("settle.defensive",) if "defensive" in case.refinement.own_parts else ()
    return (*state, *tight) or ("settle.plain",)


def _movement_line_names(case: GuideCase) -> tuple[str, ...]:
    if case.refinement.is_unsafe:
        return ("movement.unsafe",)
    cues = tuple(f"cue.{code}" for code in case.refinement.cues)
    return cues or (f"movement.{case.debrief.form}",)


def _own_part_line_names(case: GuideCase) -> tuple[str, ...]:
    if case.refinement.is_unsafe:
        return ("part.unsafe",)
    status = case.debrief.status
    mine = f"mine_{status}" if status in PAST else "mine"
    return tuple(f"{mine}.{code}" for code in case.refinement.own_parts) or (f"part.{status}",)


def _protection_line_name(case: GuideCase) -> str:
    if case.refinement.is_unsafe:
        return "protection.unsafe"
    return f"protection.{case.debrief.form}.{case.phase}"


def _opening_line_names(case: GuideCase) -> tuple[str, ...]:
    """Words for the client, a check that the repair holds, or neither: ended, or unsafe."""
    if case.refinement.is_unsafe:
        return ("opening.unsafe",)
    strain = case.refinement.strain
    if case.debrief.status == "ended":
        return "opening.ended", "opening.ended_first", *_strain_line_names("look_back", strain)
    if case.debrief.status == "repaired":
        return *_threat_line_names(case), "opening.repaired", *_strain_line_names("check", strain)
    frame = ("opening.frame",) if "frame_complaint" in case.refinement.cues else ()
    return *_threat_line_names(case), *frame, *_strain_line_names("aim", strain), "opening.begin"


def _strain_line_names(name: str, strain: str) -> tuple[str, ...]:
    return (f"{name}.{strain}",) if strain else ()


def _threat_line_names(case: GuideCase) -> tuple[str, ...]:
    """Warn before any words to a client who pushed, unless the clinician chose "safe"."""
    return () if case.refinement.safe or not _has_client_pushed(case) else ("opening.threat",)


def _has_client_pushed(case: GuideCase) -> bool:
    """Whether the client moved against, by the form that was filed or by any sign of it."""
    signs = case.words.questions["cue_against"].option_codes
    return case.debrief.form in {"against", "both"} or not signs.isdisjoint(case.refinement.cues)


def _render_phrases(case: GuideCase) -> tuple[Element, ...]:
    """The phrases, each with its caution right under it; one that two share is said once."""
    chosen = [
        case.words.phrases[code] for code in phrases.select_phrases(case.debrief, case.refinement)
    ]
    shown: list[Element] = []
    for phrase, further in zip(chosen, (*chosen, None)[1:], strict=True):
        shown.append(Quote(phrase.text))
        if phrase.caution and (further is None or further.caution != phrase.caution):
            shown.append(Caption(phrase.caution))
    return tuple(shown)


def _render_supervision_step(case: GuideCase) -> Text:
    words, deeper = case.words, case.refinement
    far = case.debrief.status if case.debrief.status in PAST else "open"
    wants = "want_ended" if case.debrief.status == "ended" else "want"
    want = words.guide_line(f"{wants}.{deeper.strain or 'plain'}")
    lines = [
        *(words.guide_line(f"bring.{name}") for name in _bring_line_name(case)),
        words.guide_line(f"prompts.{_name_unless_unsafe(case, far)}", want=want),
    ]
    if "culture" in deeper.own_parts and not deeper.is_unsafe:
        lines.append(words.guide_line("learn.culture"))
    return _format_numbered_step(case, 7, "supervision", tuple(lines))


def _bring_line_name(case: GuideCase) -> tuple[str, ...]:
    """How to come to supervision; a wish to talk sooner takes nothing from what is unsafe."""
    unsafe = ("unsafe",) if case.refinement.is_unsafe else ()
    if case.refinement.help_code == "sooner":
        return _sooner(case), *unsafe
    return unsafe or (case.refinement.help_code or "plain",)


def _sooner(case: GuideCase) -> str:
    name = "sooner" if case.supervisors else "sooner_alone"
    return f"{name}_ended" if case.debrief.status == "ended" else name
