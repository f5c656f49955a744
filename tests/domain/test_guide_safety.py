"""Three rules of safety, over every way to answer, in every language.

A line is chosen by one question, or by safety, part, sign and wish together, or by safety,
strain, state and wish together; each of these two products is walked whole.
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

SPOKEN = [load_catalogue().get_pack(tag) for tag in load_catalogue().languages]
WISHES = ["", *(option.code for option in SPOKEN[0].questions["help"].options)]
ENDED = [debrief for debrief in ALL_DEBRIEFS if debrief.status == "ended"]

LOOKING_BACK = (
    r"(settle|cue|mine_ended|look_back|learn)\.(?!unsafe)\w+",
    r"movement\.(?!unsafe)\w+",
    r"part\.ended",
    r"protection\.\w+\.ended",
    r"opening\.ended(_first)?",
    r"wait\.ended",
    r"bring\.(plain|self|supervision|sooner_ended|sooner_alone_ended)",
)
"""The lines that a guide may hold where therapy has ended."""

LEADS_TO_CLIENT = {
    "en": r"ask now|say so|go back|next session|first sentence|apology|let the client redraw it,",
    "fr-CA": r"posez maintenant|le dire maintenant|prochaine séance|première phrase|une excuse"
    r"|laissez la personne",
    "zh-Hans": r"现在说出来|说出这一点|可以问|下次会谈|第一句话|道歉|请来访者",
}
"""What the lines of a going therapy say to lead back to the client, or to a next session."""

in_every_language = pytest.mark.parametrize("words", SPOKEN, ids=lambda words: str(words.language))
for_every_debrief = pytest.mark.parametrize(
    "debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes)
)


def refinements(form: str, *safety: str) -> Iterator[Refinement]:
    """Yield every way to go deeper with one of the *safety* answers; '' leaves it open."""
    for code, wish, part, sign in product(
        safety, WISHES, ["", *OWN_PART_CODES], ["", *cue_codes_of_form(form)]
    ):
        mine, cues = (part,) if part else (), (sign,) if sign else ()
        yield Refinement("", mine, cues, wish, code == "unsafe", safe=code == "safe")
    for code, wish, strain, state in product(
        safety, WISHES, ["", *STRAIN_CODES], ["", *STATE_CODES]
    ):
        unsafe, safe = code == "unsafe", code == "safe"
        yield Refinement(strain, help_code=wish, is_unsafe=unsafe, clinician_state=state, safe=safe)


def step_lines(guide: Form) -> set[str]:
    """Return what the seven steps say, without their titles and quotes."""
    steps = [e.text for e in guide.body if isinstance(e, Text) and e.text.startswith("**")]
    return {line for text in steps for line in text.split("\n")[1:]}


def looking_back(words: LanguagePack) -> set[str]:
    """Return every line that may be shown where therapy has ended."""
    pattern = "|".join(LOOKING_BACK)
    lines = {line for key, line in words.guide.items() if re.fullmatch(pattern, key)}
    wants = [key for key in words.guide if key.startswith("want_ended.")]
    return lines | {words.guide_line("prompts.ended", want=words.guide_line(key)) for key in wants}


@in_every_language
@for_every_debrief
def test_feeling_unsafe_overrides_every_step(debrief: Debrief, words: LanguagePack) -> None:
    """Whatever else was chosen, nothing explains the client and help is named at once."""
    fitting = {
        line
        for key, line in words.guide.items()
        if key.endswith(".unsafe") or key.startswith("bring.sooner")
    }
    for refinement in refinements(debrief.form, "unsafe"):
        guide = guides.build_guide_form(debrief, words, refinement)
        shown = step_lines(guide)

        assert shown <= fitting
        assert {words.guide_line("settle.unsafe"), words.guide_line("bring.unsafe")} <= shown
        assert Banner(words.translate("safety.not_watched")) in guide.body
        assert not any(isinstance(element, Quote) for element in guide.body)


@in_every_language
@pytest.mark.parametrize("debrief", ENDED, ids=lambda debrief: str(debrief.encoded_codes))
def test_after_an_ending_every_line_looks_back(debrief: Debrief, words: LanguagePack) -> None:
    """Only lines for an ended therapy are shown, and the one that says "wait" names the risk."""
    fitting = looking_back(words)
    for refinement in refinements(debrief.form, "", "safe"):
        guide = guides.build_guide_form(debrief, words, refinement)
        shown = step_lines(guide)

        assert shown <= fitting
        assert words.guide_line("wait.ended") in shown
        assert not any(isinstance(element, Quote) for element in guide.body)


@in_every_language
def test_no_line_that_looks_back_leads_to_the_client(words: LanguagePack) -> None:
    """No such line asks for words to the client or counts on a next session."""
    forbidden = re.compile(LEADS_TO_CLIENT[words.language], re.IGNORECASE)
    live = re.compile(r"(mine|bring|want)\.\w+")
    repaired = {line for key, line in words.guide.items() if key.startswith("mine_repaired.")}
    going = " ".join(line for key, line in words.guide.items() if live.fullmatch(key))

    assert not [line for line in looking_back(words) | repaired if forbidden.search(line)]
    for pattern in LEADS_TO_CLIENT[words.language].split("|"):
        assert re.search(pattern, going, re.IGNORECASE), pattern


@pytest.mark.parametrize(("supervisors", "line"), [(("U1",), "sooner"), ((), "sooner_alone")])
def test_after_an_ending_no_next_session_is_counted_on(
    supervisors: tuple[str, ...], line: str
) -> None:
    """Whoever wants to talk soon about an ended therapy is not told of a next session."""
    ended, wish = Debrief("away", "ended"), Refinement(help_code="sooner")
    guide = guide_text(guides.build_guide_form(ended, WORDS, wish, supervisors=supervisors))

    assert WORDS.guide_line(f"bring.{line}_ended") in guide
    assert WORDS.guide_line(f"bring.{line}") not in guide


@pytest.mark.parametrize("status", ["repaired", "ended"])
@pytest.mark.parametrize("part", OWN_PART_CODES)
def test_a_part_is_met_in_its_own_tense(status: str, part: str) -> None:
    """Once repaired or ended, step 3 asks what one's part taught and sends nobody to say it."""
    met = guide_step(
        guides.build_guide_form(Debrief("away", status), WORDS, Refinement(own_parts=(part,))), 3
    )[0]

    assert isinstance(met, Text)
    assert met.text.split("\n")[1:] == [WORDS.guide_line(f"mine_{status}.{part}")]


@in_every_language
@for_every_debrief
def test_the_warning_stays_unless_safe_was_chosen(debrief: Debrief, words: LanguagePack) -> None:
    """After any push the warning stands above the words until "safe" is chosen, never by silence.

    A client who may be at risk brings the safety procedure, whatever else was chosen.
    """
    against = words.questions["cue_against"].option_codes
    risk = Banner(words.translate("safety.hopeless"))
    for refinement in refinements(debrief.form, "", "safe"):
        guide = guides.build_guide_form(debrief, words, refinement)
        pushed = debrief.form in {"against", "both"} or bool(against & {*refinement.cues})
        warned = pushed and not refinement.safe and debrief.status != "ended"

        assert (words.guide_line("opening.threat") in step_lines(guide)) == warned
        assert (risk in guide.body) == bool({"self_blame", "cancelled"} & {*refinement.cues})
