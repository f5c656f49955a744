from datetime import time
from pathlib import Path

import pytest

from bot.admin import team_file
from bot.content.catalogue import load_catalogue
from bot.sandbox.workspace.personas import SAMPLE_PRACTICE, localize_practice, render_team_file


def test_the_cast_is_a_whole_practice() -> None:
    """A team of twenty-four and one of nine, a supervisor each, a director, an admin."""
    sizes = [
        len(SAMPLE_PRACTICE.people_in_role(crew, "clinician")) for crew in SAMPLE_PRACTICE.teams
    ]
    roles = [person.role for person in SAMPLE_PRACTICE.personas]

    assert sizes == [24, 9]
    assert (roles.count("supervisor"), roles.count("director"), roles.count("admin")) == (2, 1, 1)


def test_everybody_has_an_id_and_a_name_of_their_own() -> None:
    """Nobody is taken for somebody else."""
    assert len({person.id for person in SAMPLE_PRACTICE.personas}) == len(SAMPLE_PRACTICE.personas)
    assert len({person.name for person in SAMPLE_PRACTICE.personas}) == len(
        SAMPLE_PRACTICE.personas
    )
    assert len({person.handle for person in SAMPLE_PRACTICE.personas}) == len(
        SAMPLE_PRACTICE.personas
    )


def test_people_are_found_by_what_they_are_called() -> None:
    """By id, by name, by handle, or by a beginning that is one person's alone."""
    henrike = SAMPLE_PRACTICE.get_persona("U0SUPER1")

    assert SAMPLE_PRACTICE.find_persona("u0super1") == henrike
    assert SAMPLE_PRACTICE.find_persona("Henrike Vossmoor") == henrike
    assert SAMPLE_PRACTICE.find_persona("henrike.vossmoor") == henrike
    assert SAMPLE_PRACTICE.find_persona("henr") == henrike
    assert SAMPLE_PRACTICE.find_persona("m") is None
    assert SAMPLE_PRACTICE.find_persona("") is None


@pytest.mark.parametrize("language", load_catalogue().languages)
def test_the_cast_speaks_the_visitors_language(tmp_path: Path, language: str) -> None:
    """Teams and most people read what the visitor reads; two read another language."""
    spoken = load_catalogue()
    cast = localize_practice(language)
    (tmp_path / "teams.toml").write_text(render_team_file(cast), encoding="utf-8")

    read = [spoken.choose_language(person.locale) for person in cast.personas]
    teams = team_file.read_teams(tmp_path / "teams.toml", test_mode=True)

    assert {team.language for team in teams} == {language}
    assert len(read) - 2 <= read.count(language)
    assert {"fr-CA", "zh-Hans"} <= set(read)


def test_the_operator_can_declare_the_cast(tmp_path: Path) -> None:
    """The file written for `team apply` is one that it reads, faultlessly."""
    file = tmp_path / "teams.toml"
    file.write_text(render_team_file(SAMPLE_PRACTICE), encoding="utf-8")

    north, river = team_file.read_teams(file, test_mode=True)

    assert (len(north.clinicians), len(river.clinicians)) == (24, 9)
    assert north.practice == river.practice == SAMPLE_PRACTICE.name
    assert north.supervisors == ("U0SUPER1",)
    assert river.directors == ("U0DIREC1",)
    assert (river.checkin.day, river.checkin.time) == (3, time(12, 30))
