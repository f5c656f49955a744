from dataclasses import replace
from datetime import time

import pytest

from bot.content.catalogue import load_catalogue
from bot.conversation import InvalidAnswers
from bot.domain.answers import Answers
from bot.domain.teams import setup_submission
from bot.domain.teams.setup_submission import SetupContext, SetupSubmission
from bot.errors import UnknownAnswerError
from tests.sample_team import TEAM

WORDS = load_catalogue().get_pack("en")
SAMPLE_ANSWERS: Answers = {
    "channel": ("C1",),
    "name": (" Friday  team ",),
    "clinicians": ("U1", "U2", "U1"),
    "supervisors": ("U8",),
    "day": ("5",),
    "time": ("08:30",),
    "tip_days": ("4", "1"),
    "tip_time": ("10:00",),
    "zone": ("America/Toronto",),
    "practice": (),
    "question": ("status",),
    "open": ("yes",),
}
EMPTY_CONTEXT = SetupContext("U9", supervisors=(), is_channel_in_use=False, clinicians_elsewhere={})


def parse_sample(**changes: tuple[str, ...]) -> SetupSubmission | InvalidAnswers:
    """Parse the sample form with some answers replaced."""
    return setup_submission.parse_setup({**SAMPLE_ANSWERS, **changes}, ("en",), WORDS)


def sample_submission() -> SetupSubmission:
    """Parse the sample form, which must be valid."""
    submission = parse_sample()
    assert isinstance(submission, SetupSubmission)
    return submission


def invalid_fields(
    submission: SetupSubmission, setup_context: SetupContext = EMPTY_CONTEXT
) -> set[str]:
    """Return the ids of the invalid fields."""
    invalid = setup_submission.validate_submission(submission, setup_context, WORDS)
    return set(invalid.errors) if invalid else set()


def test_answers_are_normalized() -> None:
    """Parsing strips whitespace, removes duplicate people and sorts the weekdays."""
    submission = sample_submission()

    assert submission.name == "Friday team"
    assert submission.clinicians == ("U1", "U2")
    assert submission.tip_days == (1, 4)
    assert (submission.checkin_rule.weekday, submission.checkin_rule.local_time) == (5, time(8, 30))
    assert (submission.practice, submission.language, submission.open_to_team) == ("", "en", True)


def test_accounts_that_may_be_on_no_list_are_an_error() -> None:
    """The error is at the field of the clinicians, and says how many they are."""
    assert setup_submission.refuse_accounts(0, WORDS) is None
    refusals = [setup_submission.refuse_accounts(count, WORDS) for count in (1, 3)]

    sentences = [refusal.errors["clinicians"][:32] for refusal in refusals if refusal]
    assert sentences == ["1 of the people you added is an ", "3 of the people you added are ap"]


def test_a_submission_builds_its_team() -> None:
    """The team has the values of the submission."""
    team = sample_submission().build_team("t1", "slack:T1")

    assert (team.id, team.workspace, team.channel) == ("t1", "slack:T1", "C1")
    assert (team.tip_time, team.zone, team.question) == (time(10), "America/Toronto", "status")


def test_a_selected_language_is_parsed() -> None:
    """With two languages the selected one is parsed."""
    submission = setup_submission.parse_setup(
        {**SAMPLE_ANSWERS, "language": ("fr-CA",)}, ("en", "fr-CA"), WORDS
    )

    assert isinstance(submission, SetupSubmission)
    assert submission.language == "fr-CA"


@pytest.mark.parametrize("name", ["Monday team", "Équipe d\u2019accueil, nord", "周一小组 (2)"])
def test_a_name_may_be_in_any_language(name: str) -> None:
    """A name may contain the letters of any script."""
    submission = parse_sample(name=(name,), practice=(name,))

    assert isinstance(submission, SetupSubmission)
    assert (submission.name, submission.practice) == (name, name)


@pytest.mark.parametrize("name", ["", " ", "a" * 61, "@{U1}", "**loud**", "[x](https://x.org)"])
def test_an_invalid_name_is_an_error(name: str) -> None:
    """A name with markup, without content or too long is an error."""
    result = parse_sample(name=(name,))

    assert isinstance(result, InvalidAnswers)
    assert set(result.errors) == {"name"}


def test_an_invalid_practice_is_an_error() -> None:
    """A practice's name is optional and validated like a team's name."""
    result = parse_sample(practice=("<!channel>",))

    assert isinstance(result, InvalidAnswers)
    assert set(result.errors) == {"practice"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zone", "Mars/Olympus"),
        ("zone", "../etc"),
        ("day", "8"),
        ("time", "late"),
        ("tip_days", "0"),
        ("question", "mine"),
        ("open", "maybe"),
        ("channel", ""),
    ],
)
def test_values_that_are_not_offered_are_rejected(field: str, value: str) -> None:
    """A value that the form does not offer raises UnknownAnswerError."""
    with pytest.raises(UnknownAnswerError):
        parse_sample(**{field: (value,)})


def test_a_valid_submission_has_no_error() -> None:
    """A submission with another supervisor and new people is valid."""
    assert invalid_fields(sample_submission()) == set()


def test_a_setter_cannot_appoint_themselves() -> None:
    """A setter cannot appoint themselves as supervisor."""
    assert invalid_fields(replace(sample_submission(), supervisors=("U9",))) == {"supervisors"}


def test_a_setter_may_remain_supervisor() -> None:
    """A setter who is a supervisor already may remain one."""
    setup_context = replace(EMPTY_CONTEXT, supervisors=("U9",))

    assert invalid_fields(replace(sample_submission(), supervisors=("U9",)), setup_context) == set()


def test_a_team_needs_a_supervisor() -> None:
    """A submission without supervisors is invalid."""
    assert invalid_fields(replace(sample_submission(), supervisors=())) == {"supervisors"}


@pytest.mark.parametrize(
    ("supervisors", "current_supervisors"), [(("U1",), ()), (("U8",), ("U9",))]
)
def test_a_supervisor_cannot_be_a_clinician_of_the_team(
    supervisors: tuple[str, ...], current_supervisors: tuple[str, ...]
) -> None:
    """A supervisor among the clinicians is an error, the setter included."""
    submission = replace(sample_submission(), supervisors=supervisors, clinicians=("U1", "U9"))

    assert invalid_fields(submission, replace(EMPTY_CONTEXT, supervisors=current_supervisors)) == {
        "clinicians"
    }


def test_each_clinician_has_one_home() -> None:
    """A clinician of another team's list is an error."""
    assert invalid_fields(
        sample_submission(), replace(EMPTY_CONTEXT, clinicians_elsewhere={"U2": TEAM})
    ) == {"clinicians"}


def test_a_channel_has_one_team() -> None:
    """Another team's channel is an error."""
    assert invalid_fields(sample_submission(), replace(EMPTY_CONTEXT, is_channel_in_use=True)) == {
        "channel"
    }


@pytest.mark.parametrize("field", ["supervisors", "clinicians"])
def test_a_list_has_at_most_a_hundred_people(field: str) -> None:
    """A list of more than a hundred people is an error."""
    people = tuple(f"M{number}" for number in range(101))
    submissions = {"supervisors": replace(sample_submission(), supervisors=people)}
    submissions["clinicians"] = replace(sample_submission(), clinicians=people)

    assert invalid_fields(submissions[field]) == {field}


def test_holiday_regions_are_validated() -> None:
    """A known region or none is accepted; an unknown region raises UnknownAnswerError."""
    submission = parse_sample(holidays=("CA-QC",))
    assert isinstance(submission, SetupSubmission)
    assert submission.build_team("t", "slack:T1").holiday_region == "CA-QC"
    for answer in ((), ("none",)):
        result = parse_sample(holidays=answer)
        assert isinstance(result, SetupSubmission)
        assert result.holiday_region == ""
    with pytest.raises(UnknownAnswerError):
        parse_sample(holidays=("Atlantis",))


def test_channel_that_the_bot_is_not_in_is_invalid() -> None:
    """A channel that no list offered gets an error, unless another team's channel gets its own."""
    unknown = replace(EMPTY_CONTEXT, is_channel_known=False)

    assert invalid_fields(sample_submission(), unknown) == {"channel"}
    assert invalid_fields(sample_submission(), replace(unknown, is_channel_in_use=True)) == {
        "channel"
    }


@pytest.mark.parametrize("field", ["clinicians", "supervisors"])
@pytest.mark.parametrize("person_id", ["U1}", "../U1", "U1 U2", "U" * 65, "<!channel>", "é"])
def test_text_that_is_no_person_id_is_forged(field: str, person_id: str) -> None:
    """A people field offers ids alone; any other text is rejected."""
    with pytest.raises(UnknownAnswerError):
        parse_sample(**{field: ("U1", person_id)})


def test_object_ids_of_teams_are_person_ids() -> None:
    """The ids of people on Teams have hyphens."""
    submission = parse_sample(supervisors=("aaaaaaaa-0000-4000-8000-000000000001",))

    assert isinstance(submission, SetupSubmission)


TEAM_ID_BY_REQUEST = [
    ("north", (), "north"),
    ("", ("north",), "north"),
    ("north", ("south",), "north"),
    ("", (), ""),
]


@pytest.mark.parametrize(("data", "chosen", "team_id"), TEAM_ID_BY_REQUEST)
def test_team_of_a_request(data: str, chosen: tuple[str, ...], team_id: str) -> None:
    """The team is that of the form or button, else the chosen one; never two different ones."""
    assert setup_submission.parse_team_id(data, {"which": chosen}) == team_id


@pytest.mark.parametrize(
    ("stored_practice", "may_name", "practice"),
    [
        (None, False, "South"),
        (None, True, "South"),
        ("North", False, "North"),
        ("North", True, "South"),
    ],
)
def test_the_practice_stays_unless_the_setter_may_name_it(
    stored_practice: str | None, practice: str, *, may_name: bool
) -> None:
    """Only the practice of a new team is named by whoever sets it up."""
    submission = replace(sample_submission(), practice="South")
    stored = None if stored_practice is None else replace(submission, practice=stored_practice)

    completed = setup_submission.complete_submission(
        submission, stored, EMPTY_CONTEXT, may_name_practice=may_name
    )

    assert completed.practice == practice


@pytest.mark.parametrize(
    ("supervisors", "stored"), [((), ("U8",)), (("U9",), ("U8", "U9")), (("U7",), ("U8",))]
)
def test_only_the_setters_own_role_is_retained(
    supervisors: tuple[str, ...], stored: tuple[str, ...]
) -> None:
    """A supervisor cannot take their own role, and can take that of others."""
    completed = setup_submission.complete_submission(
        sample_submission(),
        None,
        replace(EMPTY_CONTEXT, supervisors=supervisors),
        may_name_practice=True,
    )

    assert completed.supervisors == stored


def test_stored_lists_are_sorted_without_duplicates() -> None:
    """The order in which people and days were selected is not stored."""
    submission = replace(sample_submission(), clinicians=("U2", "U1", "U2"), tip_days=(4, 1, 4))

    completed = setup_submission.complete_submission(
        submission, None, EMPTY_CONTEXT, may_name_practice=True
    )

    assert (completed.clinicians, completed.tip_days) == (("U1", "U2"), (1, 4))
