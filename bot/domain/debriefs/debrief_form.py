"""The coded debrief: what is asked after a strained moment, and reading the answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.content.catalogue import LanguagePack, Question
from bot.conversation import InvalidAnswers
from bot.elements import Banner, Caption, ChoiceField, Element, Form, Text
from bot.errors import UnknownAnswerError

CUE_QUESTIONS_BY_FORM = {
    "away": ("cue_away",),
    "against": ("cue_against",),
    "both": ("cue_away", "cue_against"),
    "unsure": ("cue_away", "cue_against"),
}
"""The lists of signs that fit each form of strain."""

FORM_CODES = tuple(CUE_QUESTIONS_BY_FORM)
STATUS_CODES = ("not_named", "touched", "working", "repaired", "ended")

Answers = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Debrief:
    """What a clinician files in two taps: what the strain looked like, where the repair is.

    ``form`` and ``status`` are codes of the questions of the same names.
    """

    form: str
    status: str

    @property
    def encoded_codes(self) -> str:
        """Both codes in one word, such as 'away.touched', for a form to carry along."""
        return f"{self.form}.{self.status}"


@dataclass(frozen=True)
class Refinement:
    """What shapes the guide further and is kept nowhere: codes of the deeper questions.

    ``mine`` and ``cues`` stand in the order of the codebook; blanks are questions that
    were not asked, or left open. ``state`` is what the clinician feels toward the client
    now. ``unsafe`` opens the safety branch; ``safe`` says that the clinician chose to have felt
    safe enough: a safety question left open is neither, and never counts as safe.
    """

    strain: str = ""
    own_parts: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    help_code: str = ""
    is_unsafe: bool = False
    clinician_state: str = ""
    safe: bool = False


def build_debrief_form(
    words: LanguagePack, *, opening_line: str = "", policy_lines: tuple[str, ...] = ()
) -> Form:
    """Ask the two questions that file a debrief.

    *opening* is a first line, for somebody whose typed words were thrown away; *policy*
    says what a supervisor will be able to see, and when.
    """
    return Form(
        "debrief",
        words.translate("rupture.form.title"),
        (
            Banner(words.translate("safety.banner")),
            *((Text(opening_line),) if opening_line else ()),
            Text(words.translate("rupture.form.intro")),
            *build_filing_choices(words),
            *((Caption(words.join_sentences(policy_lines)),) if policy_lines else ()),
            Caption(words.translate("safety.purpose")),
        ),
        submit=words.translate("rupture.form.submit"),
        close=words.translate("common.cancel"),
    )


def build_filing_choices(words: LanguagePack) -> tuple[Element, ...]:
    """Return what the strain looked like and where the repair is, as fields of a form."""
    return tuple(build_choice(words.questions[name]) for name in ("form", "status"))


def build_choice(question: Question) -> ChoiceField:
    """Return a question of the codebook as a field of a form."""
    return ChoiceField(
        question.id,
        question.text,
        question.options,
        required=question.required,
        max_selected=question.max_selected,
        hint=question.hint,
    )


def parse_debrief(answers: Answers) -> Debrief:
    """Read the two codes of a debrief.

    Raises UnknownAnswerError where an answer is missing, doubled or not on offer.
    """
    return Debrief(
        _parse_single_code(answers, "form", FORM_CODES),
        _parse_single_code(answers, "status", STATUS_CODES),
    )


def parse_encoded_codes(encoded_codes: str) -> Debrief:
    """Read the codes that a form or button carried along; UnknownAnswerError when forged."""
    form_code, _, status = encoded_codes.partition(".")
    return parse_debrief({"form": (form_code,), "status": (status,)})


def _parse_single_code(answers: Answers, question_id: str, codes: tuple[str, ...]) -> str:
    given = answers.get(question_id, ())
    if len(given) != 1 or given[0] not in codes:
        raise UnknownAnswerError
    return given[0]


def build_deeper_form(debrief: Debrief, words: LanguagePack) -> Form:
    """Ask what refines the guide: safety, my state and my part first, the signs after them.

    Nothing answered here is counted or kept; the two filed codes travel in ``data``.
    """
    return Form(
        "deeper",
        words.translate("rupture.deeper.title"),
        (
            Banner(words.translate("safety.banner")),
            Text(words.translate("rupture.deeper.intro")),
            *(build_choice(words.questions[name]) for name in _deeper_question_ids(debrief)),
        ),
        submit=words.translate("rupture.deeper.submit"),
        close=words.translate("common.cancel"),
        data=debrief.encoded_codes,
    )


def _deeper_question_ids(debrief: Debrief) -> tuple[str, ...]:
    return ("unsafe", "my_state", "mine", "strain", *CUE_QUESTIONS_BY_FORM[debrief.form], "help")


def parse_refinement(
    encoded_codes: str, answers: Answers, words: LanguagePack
) -> Refinement | InvalidAnswers:
    """Read the deeper answers, or say kindly under each field what to change.

    Raises UnknownAnswerError for codes that are not on offer.
    """
    debrief = parse_encoded_codes(encoded_codes)
    given = {
        name: _parse_codes(words.questions[name], answers) for name in _deeper_question_ids(debrief)
    }
    errors = {name: error for name in given if (error := _validate_codes(name, given[name], words))}
    if errors:
        return InvalidAnswers(errors)
    return Refinement(
        strain=given["strain"][0],
        own_parts=given["mine"],
        cues=tuple(code for name in CUE_QUESTIONS_BY_FORM[debrief.form] for code in given[name]),
        help_code=given["help"][0],
        is_unsafe=given["unsafe"] == ("unsafe",),
        clinician_state="".join(given["my_state"]),
        safe=given["unsafe"] == ("safe",),
    )


def _parse_codes(question: Question, answers: Answers) -> tuple[str, ...]:
    given = answers.get(question.id, ())
    missing = question.required and not given
    doubled = question.max_selected == 1 and len(given) > 1
    if missing or doubled or not question.option_codes.issuperset(given):
        raise UnknownAnswerError
    return tuple(option.code for option in question.options if option.code in given)


def _validate_codes(question_id: str, codes: tuple[str, ...], words: LanguagePack) -> str:
    at_most = words.questions[question_id].max_selected
    if len(codes) > at_most:
        return words.translate("rupture.deeper.up_to", count=at_most)
    if question_id == "mine" and "not_visible" in codes and len(codes) > 1:
        return words.translate("rupture.deeper.not_visible")
    return ""
