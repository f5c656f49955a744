import pytest

from bot.content.catalogue import load_catalogue
from bot.conversation import InvalidAnswers
from bot.domain.debriefs import debrief_form
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from bot.elements import Banner, Caption, ChoiceField, Form, Text
from bot.errors import UnknownAnswerError

WORDS = load_catalogue().get_pack("en")
AWAY = Debrief("away", "touched")

FULL = {
    "strain": ("bond",),
    "mine": ("rushed", "forgot"),
    "cue_away": ("detour", "few_words"),
    "help": ("supervision",),
    "unsafe": ("safe",),
    "my_state": ("calm",),
}


def fields(form: Form) -> list[str]:
    """Return the ids of a form's questions, in order."""
    return [element.id for element in form.body if isinstance(element, ChoiceField)]


def test_the_first_screen_asks_two_things() -> None:
    """Two taps file a debrief: the form and the status, both required."""
    form = debrief_form.build_debrief_form(WORDS)

    assert (form.name, fields(form)) == ("debrief", ["form", "status"])
    assert all(e.required and e.max_selected == 1 for e in form.body if isinstance(e, ChoiceField))


def test_safety_stands_on_top_of_every_form() -> None:
    """The first thing on both forms says that nobody reads them in real time."""
    for form in (
        debrief_form.build_debrief_form(WORDS, opening_line="Gone."),
        debrief_form.build_deeper_form(AWAY, WORDS),
    ):
        assert form.body[0] == Banner(WORDS.translate("safety.banner"))


def test_whoever_typed_words_is_told_before_the_questions() -> None:
    """The opening line stands before everything but the safety line; without one there is none."""
    assert debrief_form.build_debrief_form(WORDS, opening_line="Gone.").body[1] == Text("Gone.")
    assert Text("Gone.") not in debrief_form.build_debrief_form(WORDS).body


def test_the_form_says_what_a_supervisor_will_see() -> None:
    """Both sentences of the policy stand on the form; without a policy nothing is said."""
    told = debrief_form.build_debrief_form(WORDS, policy_lines=("What.", "When.")).body

    assert Caption("What. When.") in told
    assert len(debrief_form.build_debrief_form(WORDS).body) == len(told) - 1


def test_titles_fit_a_window() -> None:
    """Titles and buttons hold 24 characters at most."""
    for form in (
        debrief_form.build_debrief_form(WORDS),
        debrief_form.build_deeper_form(AWAY, WORDS),
    ):
        assert max(map(len, (form.title, form.submit, form.close))) <= 24


@pytest.mark.parametrize("status", debrief_form.STATUS_CODES)
@pytest.mark.parametrize("form", debrief_form.FORM_CODES)
def test_two_codes_are_read_as_they_were_given(form: str, status: str) -> None:
    """Every pair of codes is read from answers, and again from what a button carries."""
    debrief = debrief_form.parse_debrief({"form": (form,), "status": (status,)})

    assert debrief == Debrief(form, status)
    assert debrief_form.parse_encoded_codes(debrief.encoded_codes) == debrief


def test_the_codes_are_the_codebooks() -> None:
    """The forms and statuses known here are the ones that people can choose."""
    assert set(debrief_form.FORM_CODES) == WORDS.questions["form"].option_codes
    assert set(debrief_form.STATUS_CODES) == WORDS.questions["status"].option_codes


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
def test_forged_answers_are_refused(answers: dict[str, tuple[str, ...]]) -> None:
    """A missing, doubled or unknown code files nothing."""
    with pytest.raises(UnknownAnswerError):
        debrief_form.parse_debrief(answers)


@pytest.mark.parametrize("data", ["", "away", "away.", ".touched", "away.touched.x", "x.touched"])
def test_forged_data_is_refused(data: str) -> None:
    """What a button carries back is checked like an answer."""
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
def test_only_fitting_signs_are_asked(form: str, cues: list[str]) -> None:
    """The deeper form shows the signs of its own movement, those of moving away first."""
    asked = fields(debrief_form.build_deeper_form(Debrief(form, "touched"), WORDS))

    assert [name for name in asked if name.startswith("cue_")] == cues


def test_my_part_is_asked_before_the_client() -> None:
    """The therapist's own part stands before the signs, and is required."""
    form = debrief_form.build_deeper_form(AWAY, WORDS)
    asked = fields(form)

    assert asked.index("mine") < asked.index("cue_away")
    assert [e.id for e in form.body if isinstance(e, ChoiceField) and e.required] == [
        "mine",
        "strain",
        "help",
    ]


def test_the_deeper_form_carries_the_two_codes() -> None:
    """The codes that were filed travel along, and nothing else does."""
    assert debrief_form.build_deeper_form(AWAY, WORDS).data == "away.touched"


def test_deeper_answers_are_read_in_the_codebooks_order() -> None:
    """Codes come out in the order in which they are printed, not tapped."""
    assert debrief_form.parse_refinement("away.touched", FULL, WORDS) == Refinement(
        strain="bond",
        own_parts=("forgot", "rushed"),
        cues=("few_words", "detour"),
        help_code="supervision",
        is_unsafe=False,
        clinician_state="calm",
        safe=True,
    )


def test_optional_answers_may_stay_open() -> None:
    """Signs, safety and one's own state may be left open."""
    answers = {"strain": ("unsure",), "mine": ("not_visible",), "help": ("self",)}

    assert debrief_form.parse_refinement("away.touched", answers, WORDS) == Refinement(
        strain="unsure", own_parts=("not_visible",), help_code="self"
    )


def test_feeling_unsafe_is_heard() -> None:
    """A yes to having felt unsafe reaches the guide."""
    refined = debrief_form.parse_refinement("away.touched", {**FULL, "unsafe": ("unsafe",)}, WORDS)

    assert isinstance(refined, Refinement)
    assert refined.is_unsafe
    assert not refined.safe


def test_more_than_three_are_met_kindly() -> None:
    """Four ticks get one kind sentence under their own field, and nothing is shown yet."""
    four = ("missed_cue", "invalidated", "forgot", "misread")
    refined = debrief_form.parse_refinement("away.touched", {**FULL, "mine": four}, WORDS)

    assert refined == InvalidAnswers({"mine": WORDS.translate("rupture.deeper.up_to", count=3)})


def test_not_seeing_it_yet_stands_alone() -> None:
    """Not seeing one's part yet is a full answer, and leaves no room for others."""
    given = {**FULL, "mine": ("forgot", "not_visible")}
    refined = debrief_form.parse_refinement("away.touched", given, WORDS)

    assert refined == InvalidAnswers({"mine": WORDS.translate("rupture.deeper.not_visible")})


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
def test_forged_deeper_answers_are_refused(change: dict[str, tuple[str, ...]]) -> None:
    """A code that a question does not offer, or offers once only, is refused."""
    with pytest.raises(UnknownAnswerError):
        debrief_form.parse_refinement("away.touched", {**FULL, **change}, WORDS)


def test_signs_of_the_other_movement_are_not_read() -> None:
    """What was not asked is not read, even where it is sent along."""
    refined = debrief_form.parse_refinement(
        "away.touched", {**FULL, "cue_against": ("angry_at_me",)}, WORDS
    )

    assert isinstance(refined, Refinement)
    assert "angry_at_me" not in refined.cues
