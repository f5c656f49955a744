from dataclasses import replace
from datetime import time

import pytest

from bot.content.catalogue import load_catalogue
from bot.conversation import InvalidAnswers
from bot.domain.teams import setup_submission
from bot.domain.teams.setup_submission import Answers, SetupContext, SetupSubmission
from bot.errors import UnknownAnswerError

WORDS = load_catalogue().get_pack("en")
FILLED_IN: Answers = {
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
GROUND = SetupContext(
    "U9", supervisors=(), is_channel_in_use=False, clinicians_elsewhere=frozenset()
)


def read(**changes: tuple[str, ...]) -> SetupSubmission | InvalidAnswers:
    """The plan in the form, with some answers changed."""
    return setup_submission.parse_setup({**FILLED_IN, **changes}, ("en",), WORDS)


def filled_in() -> SetupSubmission:
    """The plan in the form as it stands."""
    found = read()
    assert isinstance(found, SetupSubmission)
    return found


def faults(wanted: SetupSubmission, ground: SetupContext = GROUND) -> set[str]:
    """The fields under which something is wrong."""
    found = setup_submission.validate_submission(wanted, ground, WORDS)
    return set(found.errors) if found else set()


def test_a_plan_is_read_as_it_was_meant() -> None:
    """Blanks are taken off, people named once, days in the order of the week."""
    found = filled_in()

    assert found.name == "Friday team"
    assert found.clinicians == ("U1", "U2")
    assert found.tip_days == (1, 4)
    assert (found.checkin_rule.weekday, found.checkin_rule.local_time) == (5, time(8, 30))
    assert (found.practice, found.language, found.open_to_team) == ("", "en", True)


def test_a_plan_makes_the_team_it_describes() -> None:
    """Everything in the plan is in the team."""
    team = filled_in().build_team("t1", "slack:T1")

    assert (team.id, team.workspace, team.channel) == ("t1", "slack:T1", "C1")
    assert (team.tip_time, team.zone, team.question) == (time(10), "America/Toronto", "status")


def test_a_language_is_read_where_there_is_a_choice() -> None:
    """With two languages on offer the form asks for one of them."""
    found = setup_submission.parse_setup(
        {**FILLED_IN, "language": ("fr-CA",)}, ("en", "fr-CA"), WORDS
    )

    assert isinstance(found, SetupSubmission)
    assert found.language == "fr-CA"


@pytest.mark.parametrize("name", ["Monday team", "Équipe d\u2019accueil, nord", "周一小组 (2)"])
def test_a_name_may_be_in_any_language(name: str) -> None:
    """Letters are letters everywhere."""
    found = read(name=(name,), practice=(name,))

    assert isinstance(found, SetupSubmission)
    assert (found.name, found.practice) == (name, name)


@pytest.mark.parametrize("name", ["", " ", "a" * 61, "@{U1}", "**loud**", "[x](https://x.org)"])
def test_a_name_is_only_a_name(name: str) -> None:
    """Nothing that could be more than a name gets in."""
    found = read(name=(name,))

    assert isinstance(found, InvalidAnswers)
    assert set(found.errors) == {"name"}


def test_a_practices_name_is_only_a_name_too() -> None:
    """It may be left out, and holds nothing but a name."""
    found = read(practice=("<!channel>",))

    assert isinstance(found, InvalidAnswers)
    assert set(found.errors) == {"practice"}


@pytest.mark.parametrize(
    ("field", "said"),
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
def test_forged_answers_are_refused(field: str, said: str) -> None:
    """What the form does not offer is no plan."""
    with pytest.raises(UnknownAnswerError):
        read(**{field: (said,)})


def test_an_ordinary_plan_has_no_fault() -> None:
    """Somebody else supervises, and everybody is new."""
    assert faults(filled_in()) == set()


def test_nobody_appoints_themselves() -> None:
    """Whoever fills in the form names somebody else."""
    assert faults(replace(filled_in(), supervisors=("U9",))) == {"supervisors"}


def test_a_supervisor_stays_one() -> None:
    """Whoever supervises already may stay on the list."""
    held = replace(GROUND, supervisors=("U9",))

    assert faults(replace(filled_in(), supervisors=("U9",)), held) == set()


def test_a_team_needs_a_supervisor() -> None:
    """A list without anybody is a fault."""
    assert faults(replace(filled_in(), supervisors=())) == {"supervisors"}


@pytest.mark.parametrize(("supervisors", "held"), [(("U1",), ()), (("U8",), ("U9",))])
def test_nobody_supervises_and_is_counted(
    supervisors: tuple[str, ...], held: tuple[str, ...]
) -> None:
    """A supervisor among the clinicians is a fault, the one who fills in the form too."""
    wanted = replace(filled_in(), supervisors=supervisors, clinicians=("U1", "U9"))

    assert faults(wanted, replace(GROUND, supervisors=held)) == {"clinicians"}


def test_each_clinician_has_one_home() -> None:
    """Somebody on another team's list is not taken over."""
    assert faults(filled_in(), replace(GROUND, clinicians_elsewhere=frozenset({"U2"}))) == {
        "clinicians"
    }


def test_a_channel_has_one_team() -> None:
    """Another team's channel is a fault."""
    assert faults(filled_in(), replace(GROUND, is_channel_in_use=True)) == {"channel"}


@pytest.mark.parametrize("field", ["supervisors", "clinicians"])
def test_a_list_holds_a_hundred(field: str) -> None:
    """More is said kindly, under the list."""
    many = tuple(f"M{number}" for number in range(101))
    crowded = {"supervisors": replace(filled_in(), supervisors=many)}
    crowded["clinicians"] = replace(filled_in(), clinicians=many)

    assert faults(crowded[field]) == {field}


def test_public_holidays_are_one_regions_or_none() -> None:
    """A region that nobody knows is no answer of the form's."""
    chosen = read(holidays=("CA-QC",))
    assert isinstance(chosen, SetupSubmission)
    assert chosen.build_team("t", "slack:T1").holiday_region == "CA-QC"
    for said in ((), ("none",)):
        found = read(holidays=said)
        assert isinstance(found, SetupSubmission)
        assert found.holiday_region == ""
    with pytest.raises(UnknownAnswerError):
        read(holidays=("Atlantis",))
