"""Who may read the names of people who are on another team's list."""

from dataclasses import replace

import pytest

from bot.content.catalogue import load_catalogue
from bot.conversation import InvalidAnswers
from bot.domain.people import Role
from bot.domain.teams import listed_elsewhere
from tests.sample_team import OTHER_TEAM, TEAM, WORKSPACE

CATALOGUE = load_catalogue()
WORDS = CATALOGUE.get_pack("en")
TENANT = "msteams:3f2c"
TEAMS = {"U1": TEAM, "U2": OTHER_TEAM}
INVALID = InvalidAnswers({"clinicians": "Two people."})


@pytest.mark.parametrize("role", Role)
def test_where_admins_are_reported_only_they_read_names(role: Role) -> None:
    """On Slack an admin reads every name, and a supervisor or director of the team none."""
    roles = {TEAM.id: frozenset({role})}

    assert listed_elsewhere.select_named(TEAMS, WORKSPACE, roles, is_admin=True) == TEAMS
    assert listed_elsewhere.select_named(TEAMS, WORKSPACE, roles, is_admin=False) == {}


def test_where_no_admin_is_reported_directors_read_the_names_of_their_teams() -> None:
    """On Microsoft Teams a director reads those of the teams that they direct, and no others."""
    teams = {person: replace(team, workspace=TENANT) for person, team in TEAMS.items()}
    roles = {TEAM.id: frozenset({Role.DIRECTOR})}

    named = listed_elsewhere.select_named(teams, TENANT, roles, is_admin=False)

    assert named == {"U1": teams["U1"]}


def test_a_supervisor_reads_no_name_where_no_admin_is_reported() -> None:
    """On Microsoft Teams a supervisor of both teams reads the number only."""
    roles = {team.id: frozenset({Role.SUPERVISOR}) for team in TEAMS.values()}

    assert listed_elsewhere.select_named(TEAMS, TENANT, roles, is_admin=True) == {}


def test_without_names_the_errors_are_unchanged() -> None:
    """Nothing is added on top of the form."""
    assert listed_elsewhere.add_names(INVALID, {}, WORDS) == INVALID


@pytest.mark.parametrize("language", ["en", "fr", "zh"])
def test_each_person_is_mentioned_with_their_team(language: str) -> None:
    """One line for each person mentions them and names the team; the field's error remains."""
    named = listed_elsewhere.add_names(INVALID, TEAMS, CATALOGUE.get_pack(language))

    lines = named.errors[""].splitlines()
    assert [("@{U1}" in lines[0], TEAM.name in lines[0])] == [(True, True)]
    assert [("@{U2}" in lines[1], OTHER_TEAM.name in lines[1])] == [(True, True)]
    assert named.errors["clinicians"] == INVALID.errors["clinicians"]


def test_the_names_fit_into_one_text() -> None:
    """A full list names its first people only, within the length of a text of Slack."""
    team = replace(TEAM, name="x" * 60)
    named = listed_elsewhere.add_names(
        INVALID, {f"U{number:010}": team for number in range(100)}, CATALOGUE.get_pack("fr")
    )

    assert len(named.errors[""].splitlines()) == listed_elsewhere.MAX_NAMED
    assert len(named.errors[""]) < 3000
