"""Select the phrases offered to a clinician as a first sentence, by the debrief's codes.

The rules are clinical. Early on, only validation and exploration; a hypothesis about a pattern only
once the two are working on it; a disclosure of the therapist's feelings only for a therapist who
selected that they are calm; no phrase to contact a client whose therapy has ended.
"""

from types import MappingProxyType

from bot.domain.debriefs.debrief_form import Debrief, Refinement

OPENING_PHRASES = MappingProxyType(
    {
        ("away", "not_named"): ("P1", "P3"),
        ("away", "touched"): ("P14", "P2"),
        ("away", "working"): ("P24", "P17"),
        ("away", "repaired"): ("P19", "P20"),
        ("against", "not_named"): ("P5", "P26"),
        ("against", "touched"): ("P15", "P25"),
        ("against", "working"): ("P18", "P27"),
        ("against", "repaired"): ("P19", "P28"),
        ("both", "not_named"): ("P23", "P26"),
        ("both", "touched"): ("P31", "P15"),
        ("both", "working"): ("P16", "P17"),
        ("both", "repaired"): ("P19", "P20"),
        ("unsure", "not_named"): ("P21", "P2"),
        ("unsure", "touched"): ("P25", "P14"),
        ("unsure", "working"): ("P27", "P16"),
        ("unsure", "repaired"): ("P19", "P20"),
    }
)
"""Two phrase ids for each form and status with a conversation still to come.

While the rupture is open the first of the two is distinct for each form and status, and every
refinement keeps it.
"""

OWN_PART_PHRASES = MappingProxyType(
    {
        "culture": "P9",
        "missed_cue": "P4",
        "invalidated": "P13",
        "forgot": "P8",
        "misread": "P33",
        "technique_first": "P7",
        "rushed": "P7",
        "assumed": "P32",
        "withdrew": "P35",
        "changed_frame": "P36",
        "own_agenda": "P37",
        "disclosed": "P38",
        "not_visible": "P34",
    }
)
"""The phrase id that acknowledges each own part, culture first: another apology never replaces it.

A defensive part is acknowledged by listening.
"""

FIRST_CONTACT_PHRASES = MappingProxyType(
    {
        ("assumed", "away", "not_named"): "P11",
        ("assumed", "unsure", "not_named"): "P11",
        **{
            ("not_visible", form, status): "P2"
            for form in ("away", "against", "both", "unsure")
            for status in ("not_named", "touched")
        },
    }
)
"""Phrase ids that replace those of an own part before the two have begun to work on it.

P11 (trust may take a while) would blame a client who has complained, so that it is reserved for
clients who moved away or whose movement is unclear.
"""

STRAIN_PHRASES = MappingProxyType({"bond": "P30", "goals": "P10", "tasks": "P29"})
"""The phrase id of each strain, for a refinement without an own part to acknowledge."""

CULTURE_CODES = frozenset({"culture", "culture_hinted", "culture_named"})
"""The own part and the cues of identity, culture and power."""


def select_phrases(debrief: Debrief, refinement: Refinement) -> tuple[str, ...]:
    """Return the ids of two phrases, or none when the therapy has ended or is unsafe.

    While the rupture is open, the refinement replaces the second phrase of the form and status by
    one of its own, which is then first: an acknowledgement of the own part, else of a complaint
    about the frame, else of the strain.
    """
    if debrief.status == "ended" or refinement.is_unsafe:
        return ()
    default_phrases = OPENING_PHRASES[debrief.form, debrief.status]
    if debrief.status == "repaired":
        return default_phrases
    phrase = _acknowledging_phrase(debrief, refinement) or _topic_phrase(refinement)
    return (phrase, default_phrases[0]) if phrase else default_phrases


def select_disclosure(debrief: Debrief, refinement: Refinement) -> str:
    """Return the id of an immediacy phrase, an extra for a calm therapist; '' for none.

    The urge to defend oneself is disclosed only if the therapist selected it. With a code of
    culture, or after a therapist told too much about themselves, there is none: the client need
    not look after the therapist's feelings.
    """
    if (
        refinement.clinician_state != "calm"
        or refinement.is_unsafe
        or debrief.form == "unsure"
        or debrief.status in {"repaired", "ended"}
        or has_culture_code(refinement)
        or "disclosed" in refinement.own_parts
    ):
        return ""
    if debrief.form in {"against", "both"} and "defensive" in refinement.own_parts:
        return "P6"
    return "" if debrief.form == "against" else "P12"


def has_culture_code(refinement: Refinement) -> bool:
    """Return whether identity, culture or power was selected, as an own part or as a cue."""
    return not CULTURE_CODES.isdisjoint((*refinement.own_parts, *refinement.cues))


def _acknowledging_phrase(debrief: Debrief, refinement: Refinement) -> str:
    """Return the phrase id that acknowledges the first own part; '' without one."""
    for code, phrase in OWN_PART_PHRASES.items():
        if code in refinement.own_parts:
            return FIRST_CONTACT_PHRASES.get((code, debrief.form, debrief.status), phrase)
    return ""


def _topic_phrase(refinement: Refinement) -> str:
    """Return the phrase id of a complaint about the frame, else of the strain; '' without one."""
    if "frame_complaint" in refinement.cues:
        return "P22"
    return STRAIN_PHRASES.get(refinement.strain, "")
