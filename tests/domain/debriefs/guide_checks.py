"""Checks of one guide, for the rules of combination."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from bot.domain.debriefs.debrief_form import format_model_credit
from bot.domain.debriefs.phrases import OPENING_PHRASES
from bot.elements import Banner, Caption, Quote, Text
from tests.domain.debriefs.combinations import split_openers
from tests.domain.debriefs.guide_walk import CULTURE_CODES, WalkedGuide, get_pack, section_lines
from tests.domain.debriefs.line_finder import LineFinder

SESSION_WORDS: Mapping[str, Mapping[str, str]] = tomllib.loads(
    (Path(__file__).parent / "session_words.toml").read_text(encoding="utf-8")
)
"""Expressions of one phase of a therapy: the phases that may use them, a pattern per language."""

ACKNOWLEDGING_PHRASES = {
    *("P2", "P4", "P7", "P8", "P9", "P11", "P13", "P32", "P33", "P34"),
    *("P35", "P36", "P37", "P38"),
}
DISCLOSING_PHRASES = {"P6", "P12"}
PATTERN_PHRASES = {"P17", "P18"}
STRAIN_PHRASES = {"bond": "P30", "goals": "P10", "tasks": "P29"}
RISK_CUES = {"self_blame", "cancelled"}
URGENT_CUES = {"self_blame", "culture_named", "frame_complaint"}
OPEN_SECTIONS = ("aim", "lead", "direct", "mine", "want", "bring", "room")
TIMELESS_KEYS = ("bring.soon", "bring.soon_alone")
"""The lines on talking soon that name no session."""

RETROSPECTIVE_KEYS = re.compile(
    r"(step|settle|cue|mine_ended|look_back|learn|bring_ended|want_ended)\.(?!unsafe)\w+"
    r"|(room_part|room_ended)\.\w+"
    r"|movement\.(?!unsafe)\w+|part\.ended|protection\.\w+\.ended"
    r"|opening\.ended(_first)?|wait\.ended|prompts\.ended|bring\.soon(_alone)?"
)
"""The lines that a guide may contain after an ending."""

DEFENSIVE_WORDS = {
    "en": re.compile(r"defens|defend", re.IGNORECASE),
    "fr-CA": re.compile(r"défend|défens", re.IGNORECASE),
    "zh-Hans": re.compile(r"辩解|防御"),
}
"""Words that attribute a defence; a clinician who selected none is not told of one."""


def is_unsafe(case: WalkedGuide) -> bool:
    """Return whether the guide is of the safety branch."""
    return case.phase == "unsafe"


def is_always(_case: WalkedGuide) -> bool:
    """Return True: a rule of every guide."""
    return True


def acknowledged_parts(case: WalkedGuide) -> frozenset[str]:
    """Return the own parts that a phrase acknowledges."""
    return frozenset(case.refinement.own_parts) - {"defensive"}


def overrides_every_step(case: WalkedGuide) -> bool:
    """Return whether only lines of safety are shown, with the emergency route."""
    return (
        not case.lines & _lines_without_safety(case.words.language)
        and case.has_line("settle.unsafe")
        and case.has_line("bring.unsafe")
        and not case.quotes
        and Banner(case.words.translate("safety.not_watched")) in case.guide.body
    )


@cache
def _lines_without_safety(language: str) -> frozenset[str]:
    """Return every line of the guide that the safety branch may not have."""
    words = get_pack(language)
    keys = {key for key in words.guide if key.endswith(".unsafe") or key.startswith("step.")}
    return _select_lines(language, words.guide) - _select_lines(language, (*keys, *TIMELESS_KEYS))


def _select_lines(language: str, keys: Iterable[str]) -> frozenset[str]:
    """Return the lines of *keys*; each way to start in supervision is a line of its own."""
    words = get_pack(language)
    return frozenset(line for key in keys for line in split_openers(words.guide[key]))


def looks_back_only(case: WalkedGuide) -> bool:
    """Return whether every line looks back, with nothing to say to the client."""
    return (
        is_retrospective(case, "ended")
        and not case.quotes
        and not case.lines & _lines_that_look_ahead(case.words.language)
    )


@cache
def _lines_that_look_ahead(language: str) -> frozenset[str]:
    """Return every line of the guide that an ended therapy may not have."""
    words = get_pack(language)
    allowed = filter(RETROSPECTIVE_KEYS.fullmatch, words.guide)
    return _select_lines(language, words.guide) - _select_lines(language, allowed)


def is_retrospective(case: WalkedGuide, status: str) -> bool:
    """Return whether my part, what to bring and what to want have the lines of *status*."""
    language = case.words.language
    own_lines = section_lines(language, f"mine_{status}", f"bring_{status}", f"want_{status}")
    parts = (f"mine_{status}.{code}" for code in case.refinement.visible_parts)
    strain = case.refinement.strain or "plain"
    want = case.words.guide_line(f"want_{status}.{strain}")
    openers = split_openers(case.words.guide_line(f"prompts.{status}", want=want))
    help_code = case.refinement.help_code or "plain"
    return (
        not case.lines_of(*OPEN_SECTIONS)
        - own_lines
        - set(map(case.words.guide_line, TIMELESS_KEYS))
        and all(map(case.has_line, parts))
        and case.lines.issuperset(openers)
        and (help_code == "sooner" or case.has_line(f"bring_{status}.{help_code}"))
    )


def has_procedure_at_once(case: WalkedGuide) -> bool:
    """Return whether the wait step has the procedure for somebody at risk."""
    return case.has_line("wait.ended") and bool(
        re.search("procedure now|procédure sur-le-champ|立刻按机构流程", "\n".join(case.lines))
    )


def uses_words_of_its_phase(case: WalkedGuide) -> bool:
    """Return whether no expression of another phase occurs."""
    finder = _find_words_of_other_phases(case.phase)
    return not finder.find(case.lines, case.words.language)


@cache
def _find_words_of_other_phases(phase: str) -> LineFinder:
    """Return the finder of lines, by language, with an expression that *phase* excludes."""
    return LineFinder(
        lambda line, language: any(
            re.search(patterns[language], line, re.IGNORECASE)
            for patterns in SESSION_WORDS.values()
            if phase not in patterns["phases"]
        )
    )


def keeps_its_phrase(case: WalkedGuide) -> bool:
    """Return whether the phrase of form and status is shown."""
    return OPENING_PHRASES[case.debrief.form, case.debrief.status][0] in case.phrase_ids


def acknowledges_one_part(case: WalkedGuide) -> bool:
    """Return whether one phrase acknowledges a part, and each part has its line."""
    acknowledging = [phrase for phrase in case.phrase_ids if phrase in ACKNOWLEDGING_PHRASES]
    return (
        case.phrase_ids[:1] == tuple(acknowledging)
        and ("culture" not in case.codes or acknowledging == ["P9"])
        and all(case.has_line(f"mine.{code}") for code in case.refinement.visible_parts)
    )


def is_strained_without_part(case: WalkedGuide) -> bool:
    """Return whether a known strain is what the first phrase is about."""
    return (
        case.is_open
        and case.refinement.strain in STRAIN_PHRASES
        and not acknowledged_parts(case)
        and "frame_complaint" not in case.codes
    )


def can_repair_directly(case: WalkedGuide) -> bool:
    """Return whether a direct repair is offered."""
    return (
        case.is_open and case.refinement.strain in STRAIN_PHRASES and not case.codes & CULTURE_CODES
    )


def direct_lines_are_right(case: WalkedGuide) -> bool:
    """Return whether the line of direct repair is shown if and only if offered."""
    expected = (
        {case.words.guide_line(f"direct.{case.refinement.strain}")}
        if can_repair_directly(case)
        else set()
    )
    return case.lines_of("direct") == expected


def begins_with_its_sign(case: WalkedGuide) -> bool:
    """Return whether one line on how to begin is shown, of an urgent sign first."""
    possible = {cue for cue in case.refinement.cues if f"lead.{cue}" in case.words.guide}
    first = possible & URGENT_CUES or possible
    leads = case.lines_of("lead")
    return len(leads) == bool(possible) and leads <= {
        case.words.guide_line(f"lead.{cue}") for cue in first
    }


def changes_with_its_room(case: WalkedGuide) -> bool:
    """Return whether the lines for who takes part are those of the phase, and no others."""
    sections = ("room", "room_part", "room_repaired", "room_ended")
    section = "room" if case.is_open else f"room_{case.phase}"
    room = case.refinement.room
    expected = (
        {case.words.guide_line(f"{name}.{room}") for name in (section, "room_part")}
        if room and not is_unsafe(case)
        else set()
    )
    return case.lines_of(*sections) == expected


def owns_without_a_lesson(case: WalkedGuide) -> bool:
    """Return whether culture is learned about elsewhere, with nothing to ask for."""
    return (
        case.has_line("learn.culture")
        and not DISCLOSING_PHRASES & {*case.phrase_ids}
        and not case.lines_of("direct")
    )


def has_client_pushed(case: WalkedGuide) -> bool:
    """Return whether the client moved against, by the form or by a sign."""
    against = case.words.questions["cue_against"].option_codes - CULTURE_CODES
    return case.debrief.form in {"against", "both"} or bool(against & {*case.refinement.cues})


def is_warned_unless_safe(case: WalkedGuide) -> bool:
    """Return whether the warning of a threat is shown if and only if due."""
    is_warned = (
        has_client_pushed(case)
        and not case.refinement.felt_safe
        and case.phase not in {"ended", "unsafe"}
    )
    return case.has_line("opening.threat") == is_warned


def names_the_risk(case: WalkedGuide) -> bool:
    """Return whether the safety procedure is shown if and only if a sign is of risk."""
    banners = [element for element in case.guide.body if isinstance(element, Banner)]
    return (_risk_banner(case.words.language) in banners) == bool(RISK_CUES & case.codes)


@cache
def _risk_banner(language: str) -> Banner:
    return Banner(get_pack(language).translate("safety.hopeless"))


def credits_the_models(case: WalkedGuide) -> bool:
    """Return whether the models are credited, and nothing else is claimed."""
    source_url = case.words.references["source"].url
    return (
        _format_credit(case.words.language) in case.lines
        and not _SOURCE_FINDER.find(case.lines, source_url)
        and sum(line.count("3RS") for line in _RATING_FINDER.find(case.lines, "3RS")) == 1
    )


_SOURCE_FINDER = LineFinder(lambda line, source_url: source_url in line)
_RATING_FINDER = LineFinder(lambda line, rating: rating in line)


@cache
def _format_credit(language: str) -> str:
    return format_model_credit(get_pack(language))


def attributes_no_defence(case: WalkedGuide) -> bool:
    """Return whether no line speaks of a defence of the clinician."""
    return (
        not _DEFENCE_FINDER.find(case.lines, case.words.language)
        and not case.has_line("settle.defensive")
        and "P6" not in case.phrase_ids
    )


_DEFENCE_FINDER = LineFinder(
    lambda line, language: DEFENSIVE_WORDS[language].search(line) is not None
)


def is_disclosure_an_extra(case: WalkedGuide) -> bool:
    """Return whether a disclosure, if any, is the third sentence, with its caution."""
    disclosed = DISCLOSING_PHRASES & {*case.phrase_ids}
    if not disclosed:
        return not case.has_line("opening.extra")
    phrase = case.words.phrases[case.phrase_ids[-1]]
    start = case.elements.index(Quote(phrase.text))
    text, caution = case.elements[start - 1], case.elements[start + 1]
    return (
        isinstance(text, Text)
        and text.text.endswith(case.words.guide_line("opening.extra"))
        and caution == Caption(phrase.caution)
        and disclosed == {phrase.id}
        and len(case.phrase_ids) == 3
        and case.refinement.clinician_state == "calm"
    )
