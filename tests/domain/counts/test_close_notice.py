"""The notice of a closed period: one form in every case, and the choice to stop or move it."""

from dataclasses import replace
from datetime import time

import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.conversation import InvalidAnswers
from bot.domain.calendar import WeeklyRule
from bot.domain.counts import close_notice, reports
from bot.domain.counts.close_notice import NoticeSubject
from bot.domain.counts.close_schedule import NoticePreference
from bot.domain.people import Role, Team
from bot.elements import ActionRow, Button, ChoiceField, OverflowMenu, Text, TimeField
from bot.errors import UnknownAnswerError
from tests.closed_periods import CLOSED_ARCHIVES, CLOSES
from tests.domain.test_people import TEAM

CATALOGUE = load_catalogue()
WORDS = CATALOGUE.get_pack("en")
LANGUAGES = CATALOGUE.languages
SUPERVISOR, DIRECTOR = frozenset({Role.SUPERVISOR}), frozenset({Role.DIRECTOR})
NORTH = replace(TEAM, id="north", name="North team", practice="Northshore")
RIVER = replace(NORTH, id="river", name="River team")
LEAD = NoticeSubject("team", NORTH.name, NORTH, may_share=True)
CHOICE = {"state": ("on",), "day": ("4",), "time": ("15:30",)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CLOSED_ARCHIVES)
def test_every_case_has_the_same_form(language: str, case: str) -> None:
    """Few, many, nothing or a lost key: a sentence, a question and the same controls."""
    words = CATALOGUE.get_pack(language)
    message = close_notice.render_notice(LEAD, CLOSED_ARCHIVES[case], CLOSES, words)
    reference = close_notice.render_notice(LEAD, CLOSED_ARCHIVES["nothing"], CLOSES, words)

    assert message.summary == reference.summary
    assert [type(element) for element in message.body] == [Text, Text, ActionRow]
    assert (message.body[0], message.body[2]) == (reference.body[0], reference.body[2])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CLOSED_ARCHIVES)
def test_the_question_is_that_of_the_report(language: str, case: str) -> None:
    """The notice asks what the report asks, so that the two never disagree."""
    words, archive = CATALOGUE.get_pack(language), CLOSED_ARCHIVES[case]

    question = close_notice.render_notice(LEAD, archive, CLOSES, words).body[1]

    assert isinstance(question, Text)
    question_line = question.text.splitlines()[-1]
    report = reports.render_report(archive, None, words)
    assert question_line in "\n".join(
        element.text for element in report.body if isinstance(element, Text)
    )


def test_a_notice_opens_shares_and_has_a_menu() -> None:
    """Its controls open the report, share with the lead team, and stop or move the notices."""
    message = close_notice.render_notice(LEAD, CLOSED_ARCHIVES["few"], CLOSES, WORDS)

    row = message.body[-1]
    assert isinstance(row, ActionRow)
    open_button, share_button, menu = row.controls
    assert isinstance(open_button, Button)
    assert isinstance(share_button, Button)
    assert isinstance(menu, OverflowMenu)
    assert (open_button.name, share_button.name) == ("debriefs.open", "debriefs.share")
    assert (open_button.data, share_button.data) == (NORTH.id, NORTH.id)
    assert [option.code for option in menu.options] == ["stop", "move", "kept"]


def test_a_director_cannot_share() -> None:
    """A person who does not supervise the team has no button to share with it."""
    subject = close_notice.select_subject((NORTH,), {NORTH.id: DIRECTOR})
    message = close_notice.render_notice(subject, CLOSED_ARCHIVES["few"], CLOSES, WORDS)

    row = message.body[-1]
    assert isinstance(row, ActionRow)
    buttons = [control for control in row.controls if isinstance(control, Button)]
    assert [button.name for button in buttons] == ["debriefs.open"]


@pytest.mark.parametrize(
    ("teams", "roles", "scope", "name", "lead_id"),
    [
        ((NORTH,), {"north": SUPERVISOR}, "team", "North team", "north"),
        ((NORTH,), {"north": DIRECTOR}, "team", "North team", "north"),
        (
            (NORTH, RIVER),
            {"north": DIRECTOR, "river": DIRECTOR},
            "practice",
            "Northshore",
            "north",
        ),
        (
            (NORTH, RIVER),
            {"north": DIRECTOR, "river": DIRECTOR | SUPERVISOR},
            "practice",
            "Northshore",
            "river",
        ),
        ((NORTH, RIVER), {"north": SUPERVISOR, "river": SUPERVISOR}, "teams", "", "north"),
        ((NORTH, RIVER), {"north": SUPERVISOR, "river": DIRECTOR}, "teams", "", "north"),
        (
            (replace(NORTH, practice=""), replace(RIVER, practice="")),
            {"north": DIRECTOR, "river": DIRECTOR},
            "teams",
            "",
            "north",
        ),
    ],
)
def test_the_subject_is_the_team_the_practice_or_all(
    teams: tuple[Team, ...],
    roles: dict[str, frozenset[Role]],
    scope: str,
    name: str,
    lead_id: str,
) -> None:
    """The sentence names one team, or a director's practice; the lead is supervised if any is."""
    subject = close_notice.select_subject(teams, roles)

    assert (subject.scope, subject.name, subject.lead_team.id) == (scope, name, lead_id)
    assert subject.may_share == (Role.SUPERVISOR in roles[lead_id])


@pytest.mark.parametrize("language", LANGUAGES)
def test_several_teams_have_the_lead_teams_name_on_share(language: str) -> None:
    """Where the sentence names no single team, the button says with which one it shares."""
    words = CATALOGUE.get_pack(language)
    subject = close_notice.select_subject(
        (NORTH, RIVER), {"north": SUPERVISOR, "river": SUPERVISOR}
    )

    row = close_notice.render_notice(subject, CLOSED_ARCHIVES["few"], CLOSES, words).body[-1]

    assert isinstance(row, ActionRow)
    share_button = row.controls[1]
    assert isinstance(share_button, Button)
    assert NORTH.name in share_button.label


@pytest.mark.parametrize(
    ("answers", "preference"),
    [
        (CHOICE, NoticePreference(rule=WeeklyRule(4, time(15, 30)))),
        ({**CHOICE, "state": ("off",)}, NoticePreference(True, WeeklyRule(4, time(15, 30)))),  # noqa: FBT003 - a short table
        (
            {"state": ("on",), "day": ("1",), "time": (f"{TEAM.checkin_rule.local_time:%H:%M}",)},
            NoticePreference(),
        ),
    ],
)
def test_settings_are_parsed(
    answers: dict[str, tuple[str, ...]], preference: NoticePreference
) -> None:
    """The form gives the choice; the default day and time are no choice of their own."""
    assert close_notice.parse_settings(answers, TEAM, WORDS) == preference


@pytest.mark.parametrize("clock_time", ["07:29", "20:00", "23:30"])
def test_a_time_in_the_quiet_hours_is_refused(clock_time: str) -> None:
    """A time at night is an error at its field."""
    result = close_notice.parse_settings({**CHOICE, "time": (clock_time,)}, TEAM, WORDS)

    assert isinstance(result, InvalidAnswers)
    assert set(result.errors) == {"time"}


def test_forged_settings_are_refused() -> None:
    """A state or day that the form does not offer is refused."""
    for forged in ({"state": ("maybe",)}, {"day": ("9",)}):
        with pytest.raises(UnknownAnswerError):
            close_notice.parse_settings({**CHOICE, **forged}, TEAM, WORDS)


@pytest.mark.parametrize("words", [CATALOGUE.get_pack(language) for language in LANGUAGES])
def test_the_form_has_the_stored_choice(words: LanguagePack) -> None:
    """A stopped notice is off in the form, with the chosen day and time."""
    preference = NoticePreference(is_stopped=True, rule=WeeklyRule(4, time(15, 30)))

    form = close_notice.build_settings_form(preference, TEAM, words)

    initial = {
        field.id: field.initial for field in form.body if isinstance(field, ChoiceField | TimeField)
    }
    assert initial == {"state": ("off",), "day": ("4",), "time": "15:30"}


def test_personal_data_has_the_choice() -> None:
    """A moved notice is described with its day and time, a stopped one as stopped."""
    moved = NoticePreference(rule=WeeklyRule(4, time(15, 30)))
    stopped = replace(moved, is_stopped=True)

    lines_by_choice = {
        choice: close_notice.describe_preference(choice, TEAM, WORDS)
        for choice in (None, moved, stopped)
    }

    assert [len(lines) for lines in lines_by_choice.values()] == [1, 2, 2]
    assert "Thursday" in lines_by_choice[moved][1]
    assert lines_by_choice[stopped][1] == WORDS.translate("notice.mine.stopped")
