"""The preview says in words what a changed set-up changes."""

from dataclasses import replace
from datetime import time

import pytest

from bot.content.catalogue import load_catalogue
from bot.conversation import InvalidAnswers
from bot.domain.calendar import WeeklyRule
from bot.domain.teams import setup_changes, setup_difference, setup_form, setup_preview
from bot.domain.teams.setup_form import CurrentSetup
from bot.domain.teams.setup_submission import SetupSubmission
from bot.elements import Banner, Form, Text
from tests.sample_team import TEAM, reply_text, steps_by_name

CATALOGUE = load_catalogue()
WORDS = CATALOGUE.get_pack("en")
NAMES = {tag: CATALOGUE.get_pack(tag).display_name for tag in CATALOGUE.languages}
SETUP = setup_changes.describe_setup(TEAM, ("U1", "U2"), ("U9",))
SENTENCES = {
    "channel": (replace(SETUP, channel="C9"), "moves to #{C9} (so far: #{C0MONDAY})"),
    "name": (replace(SETUP, name="Night team"), "is called Night team (so far: Monday team)"),
    "clinicians added": (
        replace(SETUP, clinicians=("U1", "U2", "U3", "U4", "U5")),
        "3 people are added to the clinicians: @{U3}, @{U4}, and @{U5}.",
    ),
    "clinicians removed": (
        replace(SETUP, clinicians=("U1",)),
        "1 person is taken off the clinicians: @{U2}.\nWhoever is taken off",
    ),
    "supervisors added": (
        replace(SETUP, supervisors=("U8", "U9")),
        "1 person is added to the supervisors: @{U8}.",
    ),
    "supervisors removed": (
        replace(SETUP, supervisors=()),
        "1 person is taken off the supervisors: @{U9}.",
    ),
    "day": (
        replace(SETUP, checkin_rule=WeeklyRule(2, time(9))),
        "moves to Tuesday (so far: Monday)",
    ),
    "time": (replace(SETUP, checkin_rule=WeeklyRule(1, time(14))), "comes at 2:00\u202fPM"),
    "tip_days": (
        replace(SETUP, tip_days=()),
        "Days of the tips: none (so far: Tuesday and Thursday).",
    ),
    "tip_time": (replace(SETUP, tip_time=time(10)), "Time of the tips: 10:00\u202fAM (so far: 9"),
    "language": (replace(SETUP, language="fr-CA"), "Language: français (Canada) (so far: English)"),
    "zone": (replace(SETUP, zone="Europe/Paris"), "Time zone: Paris (Europe) (so far: Toronto"),
    "holidays": (replace(SETUP, holiday_region="CA-QC"), "holidays: Canada (QC) (so far: none)"),
    "practice": (replace(SETUP, practice="River"), "Practice: River (so far: none)."),
    "question": (replace(SETUP, question="status"), "takes effect at the next period"),
    "open": (replace(SETUP, open_to_team=True), "Who reads the tables: The whole team"),
}


def build_preview(after: SetupSubmission, before: SetupSubmission = SETUP) -> Form:
    """Build the preview of a change that fits in the form."""
    form = setup_preview.build_preview_form(TEAM.id, before, after, WORDS, NAMES)
    assert isinstance(form, Form)
    return form


@pytest.mark.parametrize("change", SENTENCES)
def test_each_change_has_its_sentence(change: str) -> None:
    """The new value is stated, and the present one beside it."""
    after, sentence = SENTENCES[change]

    assert sentence in reply_text(build_preview(after))


def test_what_stays_is_not_mentioned() -> None:
    """A preview of one change has the introduction, its line, and the way back."""
    form = build_preview(SENTENCES["day"][0])

    assert len(form.body) == 3
    assert set(steps_by_name(form)) == {"supervision.edit"}


def test_a_long_list_is_counted() -> None:
    """Ten people are named, and the others counted."""
    people = tuple(f"U{number:02}" for number in range(14))

    text = reply_text(build_preview(replace(SETUP, clinicians=people)))

    assert "14 people are added" in text
    assert "@{U09}, and 4 more." in text
    assert "@{U10}" not in text


def test_a_language_that_is_no_longer_offered_has_its_tag() -> None:
    """A stored language without content has no name."""
    before = replace(SETUP, language="de")

    assert "so far: de" in reply_text(build_preview(SETUP, before))


def test_a_change_that_does_not_fit_is_refused() -> None:
    """The form stays open with the advice to add people in two steps."""
    people = tuple(f"U{number:010}" for number in range(100))
    after = replace(SETUP, clinicians=people, supervisors=people)

    reply = setup_preview.build_preview_form(TEAM.id, SETUP, after, WORDS, NAMES)

    assert reply == InvalidAnswers({"clinicians": WORDS.translate("setups.preview.too_many")})


def test_the_form_carries_the_difference() -> None:
    """Its data applies the change, and so does that of the way back to the form."""
    after = SENTENCES["day"][0]
    form = build_preview(after)

    change = setup_difference.parse_change(form.data)

    assert setup_difference.apply_change(change, SETUP, CATALOGUE.languages, WORDS) == after
    assert "supervision.edit" in steps_by_name(form)


def test_edited_values_replace_the_stored_ones() -> None:
    """The form has them, and what it knows of the channel stays."""
    current = CurrentSetup(replace(TEAM, unreachable_reason="gone"), ("U1",), ("U9",))
    edited = replace(SETUP, name="Night team", clinicians=("U7",), supervisors=("U8",))

    replaced = setup_preview.replace_values(current, edited)

    assert replaced.team == replace(TEAM, name="Night team", unreachable_reason="gone")
    assert (replaced.clinicians, replaced.supervisors) == (("U7",), ("U8",))


def test_a_new_team_has_no_stored_values_to_replace() -> None:
    """The form of a new team stays as it is."""
    assert setup_preview.replace_values(CurrentSetup(), SETUP) == CurrentSetup()


def test_the_form_says_that_somebody_changed_the_set_up() -> None:
    """The notice is on top, and the request that led to the form is not repeated."""
    form = setup_form.build_setup_form(CurrentSetup(TEAM), WORDS)

    stale_form = setup_preview.add_stale_notice(form, WORDS)

    assert stale_form.body[0] == Banner(WORDS.translate("setups.preview.stale"))
    assert not stale_form.is_repeatable


def test_the_form_names_what_is_in_the_way() -> None:
    """Errors of fields are literal; that of the form mentions people."""
    form = setup_form.build_setup_form(CurrentSetup(TEAM), WORDS)
    errors = InvalidAnswers({"": "@{U1} is elsewhere", "channel": "taken"})

    rejected = setup_preview.add_errors(form, errors, WORDS)

    assert rejected.body[1:3] == (Text("@{U1} is elsewhere"), Banner("taken"))
    assert not rejected.is_repeatable
