"""Three safety rules of the guide, over every combination of answers and every language.

A line is selected by one question, or by safety, part, cue and help together, or by safety, strain,
state and help together; both products are enumerated completely.
"""

import re
from collections.abc import Iterator
from itertools import product

import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain.debriefs import guides
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from bot.elements import Banner, Form, Quote, Text
from tests.domain.debriefs.combinations import (
    ALL_DEBRIEFS,
    OWN_PART_CODES,
    STATE_CODES,
    STRAIN_CODES,
    WORDS,
    cue_codes_of_form,
    guide_step,
    guide_text,
)

LANGUAGE_PACKS = [load_catalogue().get_pack(tag) for tag in load_catalogue().languages]
HELP_CODES = ["", *(option.code for option in LANGUAGE_PACKS[0].questions["help"].options)]
ENDED_DEBRIEFS = [debrief for debrief in ALL_DEBRIEFS if debrief.status == "ended"]

RETROSPECTIVE_KEYS = (
    r"(settle|cue|mine_ended|look_back|learn)\.(?!unsafe)\w+",
    r"movement\.(?!unsafe)\w+",
    r"part\.ended",
    r"protection\.\w+\.ended",
    r"opening\.ended(_first)?",
    r"wait\.ended",
    r"bring\.(plain|self|supervision|sooner_ended|sooner_alone_ended)",
)
"""Patterns of the lines that a guide may contain after an ending."""

CLIENT_CONTACT_PHRASES = {
    "en": r"ask now|say so|go back|next session|first sentence|apology|let the client redraw it,",
    "fr-CA": r"posez maintenant|le dire maintenant|prochaine séance|première phrase|une excuse"
    r"|laissez la personne",
    "zh-Hans": r"现在说出来|说出这一点|可以问|下次会谈|第一句话|道歉|请来访者",
}
"""Phrases of an ongoing therapy that refer to the client or to a next session, by language."""

in_every_language = pytest.mark.parametrize(
    "words", LANGUAGE_PACKS, ids=lambda words: str(words.language)
)
for_every_debrief = pytest.mark.parametrize(
    "debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes)
)


def iter_refinements(form: str, *safety: str) -> Iterator[Refinement]:
    """Yield every refinement with one of the *safety* answers; '' is an unanswered question."""
    for code, help_code, part, cue in product(
        safety, HELP_CODES, ["", *OWN_PART_CODES], ["", *cue_codes_of_form(form)]
    ):
        own_parts, cues = (part,) if part else (), (cue,) if cue else ()
        yield Refinement("", own_parts, cues, help_code, code == "unsafe", felt_safe=code == "safe")
    for code, help_code, strain, state in product(
        safety, HELP_CODES, ["", *STRAIN_CODES], ["", *STATE_CODES]
    ):
        is_unsafe, safe = code == "unsafe", code == "safe"
        yield Refinement(
            strain, help_code=help_code, is_unsafe=is_unsafe, clinician_state=state, felt_safe=safe
        )


def guide_lines(guide: Form) -> set[str]:
    """Return the lines of the seven steps, without titles and quotes."""
    steps = [e.text for e in guide.body if isinstance(e, Text) and e.text.startswith("**")]
    return {line for text in steps for line in text.split("\n")[1:]}


def retrospective_lines(words: LanguagePack) -> set[str]:
    """Return every line that may be shown after an ending."""
    pattern = "|".join(RETROSPECTIVE_KEYS)
    lines = {line for key, line in words.guide.items() if re.fullmatch(pattern, key)}
    want_keys = [key for key in words.guide if key.startswith("want_ended.")]
    return lines | {
        words.guide_line("prompts.ended", want=words.guide_line(key)) for key in want_keys
    }


@in_every_language
@for_every_debrief
def test_the_safety_branch_overrides_every_step(debrief: Debrief, words: LanguagePack) -> None:
    """The safety branch overrides all other answers: no explanation of the client, help at once."""
    allowed_lines = {
        line
        for key, line in words.guide.items()
        if key.endswith(".unsafe") or key.startswith("bring.sooner")
    }
    for refinement in iter_refinements(debrief.form, "unsafe"):
        guide = guides.build_guide_form(debrief, words, refinement)
        lines = guide_lines(guide)

        assert lines <= allowed_lines
        assert {words.guide_line("settle.unsafe"), words.guide_line("bring.unsafe")} <= lines
        assert Banner(words.translate("safety.not_watched")) in guide.body
        assert not any(isinstance(element, Quote) for element in guide.body)


@in_every_language
@pytest.mark.parametrize("debrief", ENDED_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_every_line_is_retrospective_after_an_ending(debrief: Debrief, words: LanguagePack) -> None:
    """After an ending only retrospective lines are shown, and the wait step names the risk."""
    allowed_lines = retrospective_lines(words)
    for refinement in iter_refinements(debrief.form, "", "safe"):
        guide = guides.build_guide_form(debrief, words, refinement)
        lines = guide_lines(guide)

        assert lines <= allowed_lines
        assert words.guide_line("wait.ended") in lines
        assert not any(isinstance(element, Quote) for element in guide.body)


@in_every_language
def test_no_retrospective_line_refers_to_client_contact(words: LanguagePack) -> None:
    """No retrospective line refers to words for the client or to a next session."""
    forbidden = re.compile(CLIENT_CONTACT_PHRASES[words.language], re.IGNORECASE)
    ongoing_key = re.compile(r"(mine|bring|want)\.\w+")
    repaired = {line for key, line in words.guide.items() if key.startswith("mine_repaired.")}
    ongoing_text = " ".join(line for key, line in words.guide.items() if ongoing_key.fullmatch(key))

    assert not [line for line in retrospective_lines(words) | repaired if forbidden.search(line)]
    for pattern in CLIENT_CONTACT_PHRASES[words.language].split("|"):
        assert re.search(pattern, ongoing_text, re.IGNORECASE), pattern


@pytest.mark.parametrize(("supervisors", "line"), [(("U1",), "sooner"), ((), "sooner_alone")])
def test_no_next_session_is_mentioned_after_an_ending(
    supervisors: tuple[str, ...], line: str
) -> None:
    """The request to talk sooner has no mention of a next session after an ending."""
    ended, refinement = Debrief("away", "ended"), Refinement(help_code="sooner")
    guide = guide_text(guides.build_guide_form(ended, WORDS, refinement, supervisors=supervisors))

    assert WORDS.guide_line(f"bring.{line}_ended") in guide
    assert WORDS.guide_line(f"bring.{line}") not in guide


@pytest.mark.parametrize("status", ["repaired", "ended"])
@pytest.mark.parametrize("part", OWN_PART_CODES)
def test_own_parts_are_retrospective_after_the_repair(status: str, part: str) -> None:
    """After a repair or an ending, step 3 is retrospective about the own part."""
    step = guide_step(
        guides.build_guide_form(Debrief("away", status), WORDS, Refinement(own_parts=(part,))), 3
    )[0]

    assert isinstance(step, Text)
    assert step.text.split("\n")[1:] == [WORDS.guide_line(f"mine_{status}.{part}")]


@in_every_language
@for_every_debrief
def test_the_warning_is_shown_unless_safe_was_selected(
    debrief: Debrief, words: LanguagePack
) -> None:
    """After any push the warning is shown until "safe" is selected; no answer does not remove it.

    To name culture or unfair treatment is no push. A client at risk adds the safety procedure.
    """
    against = words.questions["cue_against"].option_codes - {"culture_named"}
    risk_banner = Banner(words.translate("safety.hopeless"))
    for refinement in iter_refinements(debrief.form, "", "safe"):
        guide = guides.build_guide_form(debrief, words, refinement)
        has_pushed = debrief.form in {"against", "both"} or bool(against & {*refinement.cues})
        is_warned = has_pushed and not refinement.felt_safe and debrief.status != "ended"

        assert (words.guide_line("opening.threat") in guide_lines(guide)) == is_warned
        assert (risk_banner in guide.body) == bool({"self_blame", "cancelled"} & {*refinement.cues})


@in_every_language
@pytest.mark.parametrize("status", ["repaired", "ended"])
def test_the_request_to_a_supervisor_is_retrospective(words: LanguagePack, status: str) -> None:
    """After a repair or an ending the request to a supervisor has no line of an open rupture."""
    for form, strain in product(("away", "against", "both", "unsure"), ["", *STRAIN_CODES]):
        guide = guides.build_guide_form(Debrief(form, status), words, Refinement(strain))
        want = words.guide_line(f"want_{status}.{strain or 'plain'}")

        assert words.guide_line(f"prompts.{status}", want=want) in guide_lines(guide)
        assert words.guide_line("want.bond") not in guide_text(guide)
