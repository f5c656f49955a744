"""Select the phrases offered to a clinician as a first sentence, by the debrief's codes.

The rules are clinical. Early on, only validation and exploration; a hypothesis about a pattern only
once the two are working on it; a disclosure of the therapist's feelings only for a therapist who
selected that they are calm; no phrase to contact a client whose therapy has ended.
"""

from collections.abc import Iterable
from types import MappingProxyType

from bot.domain.debriefs.debrief_form import Debrief, Refinement

OPENING_PHRASES = MappingProxyType(
    {
        ("away", "not_named"): ("P1", "P3"),
        ("away", "touched"): ("P14", "P2"),
        ("away", "working"): ("P17", "P24"),
        ("away", "repaired"): ("P19", "P20"),
        ("against", "not_named"): ("P5", "P26"),
        ("against", "touched"): ("P15", "P25"),
        ("against", "working"): ("P18", "P27"),
        ("against", "repaired"): ("P19", "P28"),
        ("both", "not_named"): ("P23", "P26"),
        ("both", "touched"): ("P14", "P15"),
        ("both", "working"): ("P16", "P17"),
        ("both", "repaired"): ("P19", "P20"),
        ("unsure", "not_named"): ("P21", "P2"),
        ("unsure", "touched"): ("P14", "P25"),
        ("unsure", "working"): ("P16", "P27"),
        ("unsure", "repaired"): ("P19", "P20"),
    }
)
"""Two phrase ids for each form and status with a conversation still to come."""

OWN_PART_PHRASES = MappingProxyType(
    {
        "missed_cue": "P4",
        "invalidated": "P13",
        "forgot": "P8",
        "misread": "P4",
        "technique_first": "P7",
        "rushed": "P7",
        "assumed": "P11",
        "culture": "P9",
        "not_visible": "P2",
    }
)
"""The phrase id that acknowledges each own part; a defensive part is acknowledged by listening."""

STRAIN_PHRASES = MappingProxyType({"bond": "P11", "goals": "P10", "tasks": "P10"})


def select_phrases(debrief: Debrief, refinement: Refinement) -> tuple[str, ...]:
    """Return the ids of two phrases, or none when the therapy has ended or is unsafe."""
    if debrief.status == "ended" or refinement.is_unsafe:
        return ()
    default_phrases = OPENING_PHRASES[debrief.form, debrief.status]
    if debrief.status == "repaired":
        return default_phrases
    first, second, *_ = dict.fromkeys((*_fitting_phrases(refinement), *default_phrases))
    return first, _disclosure_phrase(debrief, refinement) or second


def _fitting_phrases(refinement: Refinement) -> Iterable[str]:
    if "frame_complaint" in refinement.cues:
        yield "P22"
    yield from (OWN_PART_PHRASES[code] for code in refinement.own_parts if code in OWN_PART_PHRASES)
    if refinement.strain in STRAIN_PHRASES:
        yield STRAIN_PHRASES[refinement.strain]


def _disclosure_phrase(debrief: Debrief, refinement: Refinement) -> str:
    """Return an immediacy phrase for a calm therapist who knows which way the client moved."""
    if refinement.clinician_state != "calm" or debrief.form == "unsure":
        return ""
    is_mixed = debrief.form == "both" and "defensive" in refinement.own_parts
    return "P6" if is_mixed or debrief.form == "against" else "P12"
