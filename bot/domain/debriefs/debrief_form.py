"""The coded debrief of a strained moment: build its forms and parse the answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.content.catalogue import LanguagePack, Question
from bot.conversation import InvalidAnswers
from bot.domain import safety_banners
from bot.domain.answers import Answers, parse_code, parse_question_codes
from bot.domain.codebook import ANSWER_CODES, FORM_CODES, STATUS_CODES
from bot.elements import Button, Caption, ChoiceField, Element, Fold, Form, Text

CUE_QUESTIONS_BY_FORM = {
    "away": ("cue_away",),
    "against": ("cue_against",),
    "both": ("cue_away", "cue_against"),
    "unsure": ("cue_away", "cue_against"),
}
"""The cue questions of each form of strain."""

FIRST_DEEPER_QUESTIONS = ("unsafe", "mine", "strain")
"""The three deeper questions that change most of a guide: safety replaces every step, one's own
part and the strain select what to say, what to aim for and what to ask of a supervisor."""

OWN_PART_QUESTIONS = ("mine", "mine_more")
"""The two lists of own parts, since a list of checkboxes has ten options at most."""

MAX_OWN_PARTS = 3
"""Maximum number of own parts of both lists together: each has a line in the guide."""

NOT_VISIBLE = "not_visible"
"""The own part of a clinician who sees none, an answer by itself in its list."""

DROPDOWN_QUESTIONS = frozenset({"strain", "room"})
"""Questions with one answer that are drop-down lists, so that a phone shows few options."""

SINGLE_CLIENT_ROOM = "one"
"""The room that every line of the guide is written for: it changes none."""


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
    counts as safe. ``room`` is who takes part in the sessions, ``""`` for one client in one room.
    """

    strain: str = ""
    own_parts: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    help_code: str = ""
    is_unsafe: bool = False
    clinician_state: str = ""
    felt_safe: bool = False
    room: str = ""

    @property
    def visible_parts(self) -> tuple[str, ...]:
        """The own parts, without "I cannot see it yet" where the second list names one."""
        parts = tuple(part for part in self.own_parts if part != NOT_VISIBLE)
        return parts or self.own_parts


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
            *safety_banners.build_banners(words, "banner"),
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


@lru_cache(maxsize=1024)
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
    """Parse the codes at the start of form or button data; UnknownAnswerError when invalid."""
    form_code, _, status = encoded_codes.partition(";")[0].partition(".")
    return parse_debrief({"form": (form_code,), "status": (status,)})


def build_deeper_form(
    debrief: Debrief,
    words: LanguagePack,
    *,
    answers: Answers | None = None,
    back_data: str = "",
    is_unfolded: bool = False,
) -> Form:
    """Build the form of the deeper questions, with *answers* as initial values.

    The questions that change most of the guide come first, the others are in a fold unless one of
    them has an answer or *is_unfolded*. The form is on top of the guide, whose codes and answers
    are *back_data*. None of its answers is counted or stored; the filed codes are in ``data``.
    """
    initial = answers or {}
    fields = tuple(
        _build_deeper_field(words.questions[name], initial)
        for name in _deeper_question_ids(debrief)
    )
    count = len(FIRST_DEEPER_QUESTIONS)
    more = Fold(
        words.translate("rupture.deeper.more"), fields[count:], "rupture.questions", back_data
    )
    is_open = is_unfolded or any(field.initial for field in fields[count:])
    back_label = words.translate("rupture.deeper.back")
    return Form(
        "deeper",
        words.translate("rupture.deeper.title"),
        (
            *safety_banners.build_banners(words, "banner"),
            Text(words.translate("rupture.deeper.intro")),
            *fields[:count],
            *(fields[count:] if is_open else (more,)),
        ),
        submit=words.translate("rupture.deeper.submit"),
        close=back_label,
        data=debrief.encoded_codes,
        back=None if is_unfolded else Button("rupture.back", back_label, back_data),
    )


def _build_deeper_field(question: Question, answers: Answers) -> ChoiceField:
    """Build a field with its answer."""
    codes = frozenset(answers.get(question.id, ()))
    initial = tuple(option.code for option in question.options if option.code in codes)
    return replace(
        build_choice(question),
        initial=initial[: question.max_selected],
        as_dropdown=question.id in DROPDOWN_QUESTIONS,
    )


def _deeper_question_ids(debrief: Debrief) -> tuple[str, ...]:
    cue_questions = CUE_QUESTIONS_BY_FORM[debrief.form]
    return (*FIRST_DEEPER_QUESTIONS, "mine_more", "my_state", "room", *cue_questions, "help")


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
    errors = _validate_answers(codes_by_question, words)
    if errors:
        return InvalidAnswers(errors)
    room = "".join(codes_by_question["room"])
    return Refinement(
        strain=codes_by_question["strain"][0],
        own_parts=tuple(code for name in OWN_PART_QUESTIONS for code in codes_by_question[name]),
        cues=tuple(
            code for name in CUE_QUESTIONS_BY_FORM[debrief.form] for code in codes_by_question[name]
        ),
        help_code="".join(codes_by_question["help"]),
        is_unsafe=codes_by_question["unsafe"] == ("unsafe",),
        clinician_state="".join(codes_by_question["my_state"]),
        felt_safe=codes_by_question["unsafe"] == ("safe",),
        room="" if room == SINGLE_CLIENT_ROOM else room,
    )


def _validate_answers(
    codes_by_question: Mapping[str, tuple[str, ...]], words: LanguagePack
) -> dict[str, str]:
    """Return an error for each invalid field, and for the own parts of both lists together."""
    errors = {
        name: error
        for name, codes in codes_by_question.items()
        if (error := _validate_codes(name, codes, words))
    }
    own_parts = {code for name in OWN_PART_QUESTIONS for code in codes_by_question[name]}
    if not errors and len(own_parts - {NOT_VISIBLE}) > MAX_OWN_PARTS:
        return {"mine_more": words.translate("rupture.deeper.up_to", count=MAX_OWN_PARTS)}
    return errors


def _validate_codes(question_id: str, codes: tuple[str, ...], words: LanguagePack) -> str:
    max_selected = words.questions[question_id].max_selected
    if len(codes) > max_selected:
        return words.translate("rupture.deeper.up_to", count=max_selected)
    if question_id == "mine" and NOT_VISIBLE in codes and len(codes) > 1:
        return words.translate("rupture.deeper.not_visible")
    return ""
