"""What a director reads on Home about teams without a supervisor or a card."""

from dataclasses import replace

import pytest

from bot.conversation import Person
from bot.domain.people import Team
from bot.domain.person.home_page import render_home_page
from bot.domain.person.personal_data import PersonalData
from bot.elements import ActionRow, Banner, Button
from tests.chat.screens import CATALOGUE
from tests.domain.test_calendar import MARIE
from tests.domain.test_people import TEAM

WORDS = CATALOGUE.get_pack("en")
SOUTH = replace(TEAM, id="south", name="South team")


def list_banners(data: PersonalData) -> list[str]:
    """Return the texts of the banners on the page of a person."""
    body = render_home_page(data, WORDS, ()).body
    return [element.text for element in body if isinstance(element, Banner)]


def build_data(
    workspace: str,
    *,
    unsupervised_teams: tuple[Team, ...] = (),
    cardless_teams: tuple[Team, ...] = (),
) -> PersonalData:
    """Return the data of a director of two teams in *workspace*."""
    director = replace(MARIE, person=Person(workspace, "salome"))
    teams = (TEAM, SOUTH)
    return PersonalData(
        director,
        directed_teams=teams,
        readable_teams=teams,
        unsupervised_teams=unsupervised_teams,
        cardless_teams=cardless_teams,
    )


@pytest.mark.parametrize(
    ("workspace", "key"),
    [("slack:T1", "unsupervised_by_admin"), ("msteams:t", "unsupervised_by_director")],
)
def test_teams_without_a_supervisor_are_listed_with_the_remedy(workspace: str, key: str) -> None:
    """Where no admin is known the director may name a supervisor, else an admin does."""
    data = build_data(workspace, unsupervised_teams=(TEAM, SOUTH))

    names = WORDS.join_items([TEAM.name, SOUTH.name])
    assert list_banners(data) == [WORDS.translate(f"home.direction.{key}", teams=names)]


def test_the_step_to_name_a_supervisor_is_offered() -> None:
    """A director of a team without a supervisor has the button that leads there."""
    body = render_home_page(build_data("msteams:t", unsupervised_teams=(SOUTH,)), WORDS, ()).body

    names = {
        control.name
        for row in body
        if isinstance(row, ActionRow)
        for control in row.controls
        if isinstance(control, Button)
    }
    assert "supervision.open" in names


def test_teams_without_a_card_are_listed() -> None:
    """The channel's lack of a card is named by its team alone."""
    data = build_data("msteams:t", cardless_teams=(SOUTH,))

    assert list_banners(data) == [WORDS.translate("home.direction.cardless", teams=SOUTH.name)]


def test_nothing_is_listed_while_nothing_lacks() -> None:
    """A director of complete teams sees no banner."""
    assert list_banners(build_data("msteams:t")) == []
