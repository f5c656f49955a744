"""What the home page says of check-ins, and which steps it offers to whom."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.checkins.questions import encode_checkin_data
from bot.domain.person import home_page
from bot.domain.person.home_page import render_home_page
from bot.domain.person.personal_data import PersonalData
from bot.elements import Button, OverflowMenu
from tests.chat.screens import CATALOGUE
from tests.domain.test_calendar import MARIE
from tests.domain.test_people import TEAM
from tests.sample_team import reply_text, steps_by_name

WORDS = CATALOGUE.get_pack("en")
OUT = replace(MARIE, has_joined=False)
SILENT = replace(MARIE, unanswered_count=6)
NEXT_KEYS = ("due", "silent", "invite", "how_to_join")
NEXT_CHECKIN_AT = datetime(2026, 11, 30, 9, tzinfo=UTC)


def list_checkin_steps(data: PersonalData) -> list[str]:
    """Return the names of the buttons of the page that concern the check-ins, in order."""
    steps = steps_by_name(render_home_page(data, WORDS, ()))
    return [name for name in steps if name.startswith("checkin.")]


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (PersonalData(SILENT, TEAM), ["silent"]),
        (PersonalData(OUT, TEAM), ["invite"]),
        (PersonalData(OUT), ["invite", "how_to_join"]),
        (PersonalData(replace(SILENT, has_joined=False), TEAM), ["invite"]),
        (PersonalData(MARIE, TEAM, is_checkin_due=True), ["due"]),
    ],
)
def test_the_page_says_whether_a_question_comes(data: PersonalData, keys: list[str]) -> None:
    """Who is asked no more reads so, and who has not joined reads the invitation alone."""
    text = reply_text(render_home_page(data, WORDS, ()))

    shown_keys = {
        next_key for next_key in NEXT_KEYS if WORDS.translate(f"home.next.{next_key}") in text
    }
    assert shown_keys == {*keys}


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (
            PersonalData(MARIE, TEAM, next_checkin_at=NEXT_CHECKIN_AT),
            ["checkin.now", "checkin.settings", "checkin.pause", "checkin.leave"],
        ),
        (
            PersonalData(SILENT, TEAM),
            ["checkin.again", "checkin.now", "checkin.settings", "checkin.pause", "checkin.leave"],
        ),
        (PersonalData(OUT, TEAM), ["checkin.join", "checkin.now"]),
        (PersonalData(OUT), []),
    ],
    ids=["is asked", "is asked no more", "has not joined", "on no list"],
)
def test_the_page_has_the_steps_of_the_person(data: PersonalData, names: list[str]) -> None:
    """A person on no list is told how to come onto one, since they cannot join here."""
    assert list_checkin_steps(data) == names


def test_the_first_step_of_who_is_asked_no_more_is_the_restart() -> None:
    """One tap brings the question back, without a form."""
    button = steps_by_name(render_home_page(PersonalData(SILENT, TEAM), WORDS, ()))["checkin.again"]

    assert isinstance(button, Button)
    assert (button.primary, button.opens_form) == (True, False)


@pytest.mark.parametrize("languages", [(), home_page.offered_languages(CATALOGUE)[:1]])
def test_a_single_language_is_not_offered(languages: tuple[tuple[str, str], ...]) -> None:
    """There is nothing to select from."""
    page = render_home_page(PersonalData(MARIE, TEAM), WORDS, languages)

    assert "home.language" not in steps_by_name(page)


def test_every_language_is_offered_in_its_own_name() -> None:
    """A person who does not read the page's language finds theirs."""
    languages = home_page.offered_languages(CATALOGUE)

    menu = steps_by_name(render_home_page(PersonalData(MARIE, TEAM), WORDS, languages))[
        "home.language"
    ]

    assert isinstance(menu, OverflowMenu)
    assert {option.code: option.label for option in menu.options} == {
        tag: CATALOGUE.get_pack(tag).display_name for tag in CATALOGUE.languages
    }


def test_a_question_in_doubt_can_be_answered_on_the_page() -> None:
    """The button has the week and the sign of the message that may not have come."""
    sign = WORDS.signs[0]
    data = PersonalData(MARIE, TEAM, checkin_in_doubt=("2026-W48", sign.code))

    page = render_home_page(data, WORDS, ())

    button = steps_by_name(page)["checkin.answer"]
    assert isinstance(button, Button)
    assert button.data == encode_checkin_data("2026-W48", sign)
    assert WORDS.translate("home.next.in_doubt") in reply_text(page)


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (PersonalData(MARIE, TEAM), set()),
        (PersonalData(MARIE, readable_teams=(TEAM,)), {"debriefs.open"}),
        (
            PersonalData(MARIE, readable_teams=(TEAM,), supervised_teams=(TEAM,)),
            {"debriefs.open", "supervision.open", "notice.settings"},
        ),
        (
            PersonalData(MARIE, readable_teams=(TEAM,), directed_teams=(TEAM,)),
            {"debriefs.open", "notice.settings"},
        ),
    ],
    ids=["clinician", "reader", "supervisor", "director"],
)
def test_the_page_has_the_steps_of_the_persons_roles(data: PersonalData, names: set[str]) -> None:
    """A director reads the counts, a supervisor edits the set-up as well."""
    role_steps = {"debriefs.open", "supervision.open", "notice.settings"}

    assert {*steps_by_name(render_home_page(data, WORDS, ()))} & role_steps == names
