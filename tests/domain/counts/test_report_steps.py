from dataclasses import replace
from datetime import date

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.counts import hour_plan, report_steps, sharing
from bot.domain.counts.hour_plan import HourForm
from bot.domain.counts.published_tables import ReportArchive
from bot.elements import ActionRow, Button, OverflowMenu
from bot.errors import UnknownAnswerError
from tests.domain.counts import sample_tables
from tests.domain.teams.test_setup_form import TEAM

CATALOGUE = load_catalogue()
WORDS = CATALOGUE.get_pack("en")
TABLES = sample_tables.publish_leaders([("form", "away")] * 8)
ARCHIVE = ReportArchive(TEAM, TABLES, None, may_share=True)
READER = replace(ARCHIVE, reads_by_role=False, may_share=False)


def list_names(rows: tuple[ActionRow, ...]) -> list[str]:
    """Return the names of the controls in *rows*."""
    return [
        control.name
        for row in rows
        for control in row.controls
        if isinstance(control, Button | OverflowMenu)
    ]


def test_a_supervisor_has_every_step() -> None:
    """A supervisor gets the exercise, the method, the hour and the share."""
    assert list_names(report_steps.build_steps(ARCHIVE, None, WORDS)) == [
        "debriefs.exercise",
        "debriefs.method",
        "debriefs.hour",
        "debriefs.share",
    ]


def test_the_export_is_a_step_from_the_method() -> None:
    """The form on the method leads those who read by their role to the tables to copy."""
    (row,) = report_steps.build_export_step(ARCHIVE, TABLES[0].closes, WORDS)

    assert list_names((row,)) == ["debriefs.export"]
    assert report_steps.build_export_step(READER, None, WORDS) == ()


def test_a_director_shares_nothing() -> None:
    """A director without the right to share gets every other step."""
    names = list_names(report_steps.build_steps(replace(ARCHIVE, may_share=False), None, WORDS))

    assert "debriefs.share" not in names
    assert names == ["debriefs.exercise", "debriefs.method", "debriefs.hour"]


def test_a_clinician_has_the_steps_to_read() -> None:
    """A clinician of a team that opened its tables gets the exercise and the method alone."""
    assert list_names(report_steps.build_steps(READER, None, WORDS)) == [
        "debriefs.exercise",
        "debriefs.method",
    ]


def test_without_a_table_there_is_no_method() -> None:
    """Before the first table a supervisor can plan and share, and everybody has the exercise."""
    assert list_names(report_steps.build_steps(replace(ARCHIVE, tables=()), None, WORDS)) == [
        "debriefs.exercise",
        "debriefs.hour",
        "debriefs.share",
    ]
    assert list_names(report_steps.build_steps(replace(READER, tables=()), None, WORDS)) == [
        "debriefs.exercise"
    ]


def test_steps_belong_to_the_displayed_period() -> None:
    """The data of a step names the team and the period of the report."""
    closes = TABLES[-1].closes
    (row,) = report_steps.build_steps(READER, closes, WORDS)

    for control in row.controls:
        assert isinstance(control, Button)
        assert report_steps.parse_period_data(control.data) == (TEAM.id, closes)
        assert control.opens_form


def test_plan_and_share_belong_to_the_displayed_period() -> None:
    """Under an earlier report the data of both has its period, and under the newest the team."""
    closes = TABLES[-1].closes
    earlier, newest = (
        {
            control.name: control.data
            for row in report_steps.build_steps(ARCHIVE, period, WORDS)
            for control in row.controls
            if isinstance(control, Button)
        }
        for period in (closes, None)
    )

    assert hour_plan.parse_hour_data(earlier["debriefs.hour"]) == (TEAM.id, HourForm(30), closes)
    assert sharing.parse_post_data(earlier["debriefs.share"]) == (TEAM.id, "question", closes)
    assert newest["debriefs.hour"] == newest["debriefs.share"] == TEAM.id


def test_other_periods_are_a_menu() -> None:
    """Several other periods are a menu of at most five, and a single one is a button."""
    from_newest, from_oldest = (
        report_steps.build_navigation(ARCHIVE, closes, WORDS)[0].controls
        for closes in (None, TABLES[-1].closes)
    )
    (menu,), (button,) = from_newest, from_oldest

    assert isinstance(menu, OverflowMenu)
    assert len(menu.options) == report_steps.MAX_PERIODS
    assert isinstance(button, Button)
    assert button.label == WORDS.translate("debriefs.other.newest")


def test_the_menu_of_an_earlier_report_begins_with_the_newest() -> None:
    """Under an earlier report the first option leads back, and the next is the period before."""
    ((menu,),) = (
        row.controls for row in report_steps.build_navigation(ARCHIVE, TABLES[2].closes, WORDS)
    )

    assert isinstance(menu, OverflowMenu)
    assert menu.options[0].code == f"{TEAM.id}:"
    assert menu.options[1].code == f"{TEAM.id}:{TABLES[4].closes}"


@pytest.mark.parametrize(("teams", "rows"), [(0, 0), (4, 1), (5, 1), (6, 2)])
def test_other_teams_have_buttons_in_rows(teams: int, rows: int) -> None:
    """Other teams have a button each, at most five in a row, with labels within the limit."""
    others = tuple(replace(TEAM, id=str(number), name="n" * 80) for number in range(teams))
    archive = ReportArchive(TEAM, (), None, others, reads_by_role=False)

    navigation = report_steps.build_navigation(archive, None, WORDS)

    controls = [control for row in navigation for control in row.controls]
    assert len(navigation) == rows
    assert len(controls) == teams
    assert all(len(control.label) <= 75 for control in controls if isinstance(control, Button))


@pytest.mark.parametrize("tag", CATALOGUE.languages)
def test_step_labels_fit_the_title_of_a_form(tag: str) -> None:
    """The labels that are also the titles of forms have at most 24 characters."""
    words = CATALOGUE.get_pack(tag)
    titles = [words.translate(f"debriefs.step.{name}") for name in ("exercise", "method")]

    assert all(len(title) <= 24 for title in (*titles, words.translate("debriefs.export.title")))


def test_period_data_is_parsed() -> None:
    """Button data is parsed with or without a date, and forged data is refused."""
    assert report_steps.parse_period_data("t1:2026-07-06") == ("t1", date(2026, 7, 6))
    assert report_steps.parse_period_data("t1:") == ("t1", None)
    with pytest.raises(UnknownAnswerError):
        report_steps.parse_period_data("t1:monday")
