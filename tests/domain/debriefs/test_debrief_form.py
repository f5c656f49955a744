import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.conversation import InvalidAnswers
from bot.domain.codebook import FORM_CODES, STATUS_CODES
from bot.domain.debriefs import debrief_form
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from bot.elements import Banner, Button, Caption, ChoiceField, Fold, Form, Text, flatten_folds
from bot.errors import UnknownAnswerError

CATALOGUE = load_catalogue()
WORDS = CATALOGUE.get_pack("en")
LANGUAGE_PACKS = [CATALOGUE.get_pack(tag) for tag in CATALOGUE.languages]
AWAY = Debrief("away", "touched")

FULL_ANSWERS = {
    "strain": ("bond",),
    "mine": ("rushed", "forgot"),
    "cue_away": ("detour", "few_words"),
    "help": ("supervision",),
    "unsafe": ("safe",),
    "my_state": ("calm",),
}


def field_ids(form: Form) -> list[str]:
    """Return the ids of a form's choice fields, in order."""
    return [element.id for element in choice_fields(form)]


def choice_fields(form: Form) -> list[ChoiceField]:
    """Return a form's choice fields, in order, also those in a fold."""
    return [element for element in flatten_folds(form.body) if isinstance(element, ChoiceField)]


def test_the_first_form_has_two_questions() -> None:
    """The first form has two required single-choice fields: form and status."""
    form = debrief_form.build_debrief_form(WORDS)

    assert (form.name, field_ids(form)) == ("debrief", ["form", "status"])
    assert all(e.required and e.max_selected == 1 for e in form.body if isinstance(e, ChoiceField))


def test_every_form_starts_with_the_safety_banner() -> None:
    """The first element of both forms is the safety banner."""
    for form in (
        debrief_form.build_debrief_form(WORDS, opening_line="Gone."),
        debrief_form.build_deeper_form(AWAY, WORDS),
    ):
        assert form.body[0] == Banner(WORDS.translate("safety.banner"))


def test_the_opening_line_follows_the_banner() -> None:
    """The optional opening line follows the safety banner."""
    assert debrief_form.build_debrief_form(WORDS, opening_line="Gone.").body[1] == Text("Gone.")
    assert Text("Gone.") not in debrief_form.build_debrief_form(WORDS).body


def test_the_form_shows_the_policy() -> None:
    """The optional policy lines are one caption of the form."""
    body = debrief_form.build_debrief_form(WORDS, policy_lines=("What.", "When.")).body

    assert Caption("What. When.") in body
    assert len(debrief_form.build_debrief_form(WORDS).body) == len(body) - 1


def test_titles_are_within_their_limit() -> None:
    """Titles and buttons have at most 24 characters."""
    for form in (
        debrief_form.build_debrief_form(WORDS),
        debrief_form.build_deeper_form(AWAY, WORDS),
    ):
        assert max(map(len, (form.title, form.submit, form.close))) <= 24


@pytest.mark.parametrize("status", STATUS_CODES)
@pytest.mark.parametrize("form", FORM_CODES)
def test_codes_round_trip(form: str, status: str) -> None:
    """Every pair of codes is parsed from answers, and again from button data."""
    debrief = debrief_form.parse_debrief({"form": (form,), "status": (status,)})

    assert debrief == Debrief(form, status)
    assert debrief_form.parse_encoded_codes(debrief.encoded_codes) == debrief


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"form": ("away",)},
        {"form": ("away",), "status": ("fine",)},
        {"form": ("away", "against"), "status": ("touched",)},
        {"form": (), "status": ("touched",)},
    ],
)
def test_invalid_answers_are_rejected(answers: dict[str, tuple[str, ...]]) -> None:
    """A missing, repeated or unknown code raises UnknownAnswerError."""
    with pytest.raises(UnknownAnswerError):
        debrief_form.parse_debrief(answers)


@pytest.mark.parametrize("data", ["", "away", "away.", ".touched", "away.touched.x", "x.touched"])
def test_invalid_button_data_is_rejected(data: str) -> None:
    """Invalid button data raises UnknownAnswerError."""
    with pytest.raises(UnknownAnswerError):
        debrief_form.parse_encoded_codes(data)


@pytest.mark.parametrize(
    ("form", "cues"),
    [
        ("away", ["cue_away"]),
        ("against", ["cue_against"]),
        ("both", ["cue_away", "cue_against"]),
        ("unsure", ["cue_away", "cue_against"]),
    ],
)
def test_the_deeper_form_has_the_cues_of_its_form(form: str, cues: list[str]) -> None:
    """The deeper form has the cue questions of its form, moving away first."""
    ids = field_ids(debrief_form.build_deeper_form(Debrief(form, "touched"), WORDS))

    assert [name for name in ids if name.startswith("cue_")] == cues


def test_the_own_part_precedes_the_cues() -> None:
    """The question about the own part precedes the cues, and is required."""
    form = debrief_form.build_deeper_form(AWAY, WORDS)
    ids = field_ids(form)

    assert ids.index("mine") < ids.index("cue_away")
    assert [e.id for e in choice_fields(form) if e.required] == ["mine", "strain"]


@pytest.mark.parametrize("words", LANGUAGE_PACKS, ids=lambda words: str(words.language))
@pytest.mark.parametrize("form", FORM_CODES)
def test_one_screen_has_three_questions(form: str, words: LanguagePack) -> None:
    """Three questions with at most 14 visible options are open, the others in the last fold."""
    body = debrief_form.build_deeper_form(Debrief(form, "touched"), words).body
    open_fields = [e for e in body if isinstance(e, ChoiceField)]

    assert [field.id for field in open_fields] == list(debrief_form.FIRST_DEEPER_QUESTIONS)
    assert sum(len(field.options) for field in open_fields if not field.as_dropdown) <= 14
    assert isinstance(body[-1], Fold)


def test_the_button_of_a_fold_opens_every_question() -> None:
    """The fold names the button that shows all questions, which is a form without a fold."""
    fold = debrief_form.build_deeper_form(AWAY, WORDS, back_data="away.touched").body[-1]
    unfolded = debrief_form.build_deeper_form(AWAY, WORDS, is_unfolded=True)

    assert isinstance(fold, Fold)
    assert (fold.name, fold.data) == ("rupture.questions", "away.touched")
    assert len([e for e in unfolded.body if isinstance(e, ChoiceField)]) == 8
    assert unfolded.back is None


def test_the_deeper_form_leads_back_to_the_guide() -> None:
    """Its back button has the data of the guide, and the label that closes the form."""
    form = debrief_form.build_deeper_form(AWAY, WORDS, back_data="away.touched;strain=bond")

    assert form.back == Button("rupture.back", form.close, "away.touched;strain=bond")


def test_earlier_answers_are_selected_again() -> None:
    """Offered answers are initial values; with one of a folded question no question is folded."""
    answers = {"mine": ("rushed", "lateness"), "help": ("sooner",)}
    fields = choice_fields(debrief_form.build_deeper_form(AWAY, WORDS, answers=answers))
    body = debrief_form.build_deeper_form(AWAY, WORDS, answers=answers).body

    assert {field.id: field.initial for field in fields if field.initial} == {
        "mine": ("rushed",),
        "help": ("sooner",),
    }
    assert not any(isinstance(element, Fold) for element in body)


def test_the_deeper_form_has_the_filed_codes_as_data() -> None:
    """The form data of the deeper form is the two filed codes."""
    assert debrief_form.build_deeper_form(AWAY, WORDS).data == "away.touched"


def test_deeper_answers_are_in_codebook_order() -> None:
    """Parsed codes are in codebook order."""
    assert debrief_form.parse_refinement("away.touched", FULL_ANSWERS, WORDS) == Refinement(
        strain="bond",
        own_parts=("forgot", "rushed"),
        cues=("few_words", "detour"),
        help_code="supervision",
        is_unsafe=False,
        clinician_state="calm",
        felt_safe=True,
    )


def test_optional_questions_need_no_answer() -> None:
    """Cues, safety and the own state are optional."""
    answers = {"strain": ("unsure",), "mine": ("not_visible",), "help": ("self",)}

    assert debrief_form.parse_refinement("away.touched", answers, WORDS) == Refinement(
        strain="unsure", own_parts=("not_visible",), help_code="self"
    )


def test_an_unsafe_answer_is_parsed() -> None:
    """The answer 'unsafe' is parsed as unsafe and not as safe."""
    refinement = debrief_form.parse_refinement(
        "away.touched", {**FULL_ANSWERS, "unsafe": ("unsafe",)}, WORDS
    )

    assert isinstance(refinement, Refinement)
    assert refinement.is_unsafe
    assert not refinement.felt_safe


def test_more_than_three_codes_are_an_error() -> None:
    """More than three codes are an error of their field."""
    four_parts = ("missed_cue", "invalidated", "forgot", "misread")
    result = debrief_form.parse_refinement(
        "away.touched", {**FULL_ANSWERS, "mine": four_parts}, WORDS
    )

    assert result == InvalidAnswers({"mine": WORDS.translate("rupture.deeper.up_to", count=3)})


def test_the_code_not_visible_is_exclusive() -> None:
    """The code 'not_visible' is exclusive."""
    answers = {**FULL_ANSWERS, "mine": ("forgot", "not_visible")}
    result = debrief_form.parse_refinement("away.touched", answers, WORDS)

    assert result == InvalidAnswers({"mine": WORDS.translate("rupture.deeper.not_visible")})


@pytest.mark.parametrize(
    "change",
    [
        {"strain": ()},
        {"strain": ("bond", "goals")},
        {"mine": ("lateness",)},
        {"help": ("money",)},
        {"cue_away": ("pressed_me",)},
        {"my_state": ("calm", "hurt")},
    ],
)
def test_invalid_deeper_answers_are_rejected(change: dict[str, tuple[str, ...]]) -> None:
    """A code that is not offered, missing or repeated raises UnknownAnswerError."""
    with pytest.raises(UnknownAnswerError):
        debrief_form.parse_refinement("away.touched", {**FULL_ANSWERS, **change}, WORDS)


def test_cues_of_another_form_are_ignored() -> None:
    """Answers to questions that were not shown are ignored."""
    refinement = debrief_form.parse_refinement(
        "away.touched", {**FULL_ANSWERS, "cue_against": ("angry_at_me",)}, WORDS
    )

    assert isinstance(refinement, Refinement)
    assert "angry_at_me" not in refinement.cues
