"""The coded debrief of a strained moment: build its forms and parse the answers."""

from dataclasses import dataclass

from bot.content.catalogue import LanguagePack, Question
from bot.conversation import InvalidAnswers
from bot.domain.answers import Answers, parse_code, parse_question_codes
from bot.domain.codebook import ANSWER_CODES, FORM_CODES, STATUS_CODES
from bot.elements import Banner, Caption, ChoiceField, Element, Form, Text

CUE_QUESTIONS_BY_FORM = {
    "away": ("cue_away",),
    "against": ("cue_against",),
    "both": ("cue_away", "cue_against"),
    "unsure": ("cue_away", "cue_against"),
}
"""The cue questions of each form of strain."""


@dataclass(frozen=True)
class Debrief:
    """The two codes that a clinician files: the form of the strain, and the status of the repair.

    ``form`` and ``status`` are option codes of the questions of the same names.
    """

    form: str
    status: str

    @property
    def encoded_codes(self) -> str:
        """Both codes as one string for form or button data, such as 'away.touched'."""
        return f"{self.form}.{self.status}"


@dataclass(frozen=True)
class Refinement:
    """Codes of the deeper questions, which refine the guide; never stored.

    ``own_parts`` and ``cues`` are in codebook order; blank values are questions that were not
    shown, or not answered. ``clinician_state`` is what the clinician feels toward the client now.
    ``is_unsafe`` selects the safety branch; ``felt_safe`` is True only if the clinician selected
    having felt safe enough: without an answer to the safety question both are False, and it never
    counts as safe.
    """

    strain: str = ""
    own_parts: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    help_code: str = ""
    is_unsafe: bool = False
    clinician_state: str = ""
    felt_safe: bool = False


def build_debrief_form(
    words: LanguagePack, *, opening_line: str = "", policy_lines: tuple[str, ...] = ()
) -> Form:
    """Build the form with the two questions of a debrief.

    *opening_line* is the first text, for a clinician whose typed arguments were discarded;
    *policy_lines* describe what a supervisor will be able to read, and when.
    """
    return Form(
        "debrief",
        words.translate("rupture.form.title"),
        (
            Banner(words.translate("safety.banner")),
            *((Text(opening_line),) if opening_line else ()),
            Text(words.translate("rupture.form.intro")),
            *build_debrief_code_fields(words),
            *((Caption(words.join_sentences(policy_lines)),) if policy_lines else ()),
            Caption(words.translate("safety.purpose")),
            Caption(format_model_credit(words)),
        ),
        submit=words.translate("rupture.form.submit"),
        close=words.translate("common.cancel"),
    )


def format_model_credit(words: LanguagePack) -> str:
    """Return the credit of the models that the debrief and the guide follow, with their links."""
    return words.translate(
        "source.models",
        markers_url=words.references["eubanks2019"].url,
        stages_url=words.references["safran1996"].url,
        consensus_url=words.references["consensus2018"].url,
    )


def build_debrief_code_fields(words: LanguagePack) -> tuple[Element, ...]:
    """Build the choice fields of the two filed codes: the form of the strain, and its status."""
    return tuple(build_choice(words.questions[name]) for name in ANSWER_CODES)


def build_choice(question: Question) -> ChoiceField:
    """Build the choice field of a codebook question."""
    return ChoiceField(
        question.id,
        question.text,
        question.options,
        required=question.required,
        max_selected=question.max_selected,
        hint=question.hint,
    )


def parse_debrief(answers: Answers) -> Debrief:
    """Parse the two codes of a debrief.

    Raises UnknownAnswerError when a code is missing, repeated or not offered.
    """
    return Debrief(
        parse_code(answers, "form", FORM_CODES),
        parse_code(answers, "status", STATUS_CODES),
    )


def parse_encoded_codes(encoded_codes: str) -> Debrief:
    """Parse the codes in form or button data; UnknownAnswerError when invalid."""
    form_code, _, status = encoded_codes.partition(".")
    return parse_debrief({"form": (form_code,), "status": (status,)})


def build_deeper_form(debrief: Debrief, words: LanguagePack) -> Form:
    """Build the form of the deeper questions: safety and the clinician first, the cues later.

    None of its answers is counted or stored; the two filed codes are in ``data``.
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
    """Parse the deeper answers, or return an error for each invalid field.

    Raises UnknownAnswerError for codes that are not offered.
    """
    debrief = parse_encoded_codes(encoded_codes)
    codes_by_question = {
        name: parse_question_codes(answers, words.questions[name])
        for name in _deeper_question_ids(debrief)
    }
    errors = {
        name: error
        for name in codes_by_question
        if (error := _validate_codes(name, codes_by_question[name], words))
    }
    if errors:
        return InvalidAnswers(errors)
    return Refinement(
        strain=codes_by_question["strain"][0],
        own_parts=codes_by_question["mine"],
        cues=tuple(
            code for name in CUE_QUESTIONS_BY_FORM[debrief.form] for code in codes_by_question[name]
        ),
        help_code=codes_by_question["help"][0],
        is_unsafe=codes_by_question["unsafe"] == ("unsafe",),
        clinician_state="".join(codes_by_question["my_state"]),
        felt_safe=codes_by_question["unsafe"] == ("safe",),
    )


def _validate_codes(question_id: str, codes: tuple[str, ...], words: LanguagePack) -> str:
    max_selected = words.questions[question_id].max_selected
    if len(codes) > max_selected:
        return words.translate("rupture.deeper.up_to", count=max_selected)
    if question_id == "mine" and "not_visible" in codes and len(codes) > 1:
        return words.translate("rupture.deeper.not_visible")
    return ""
