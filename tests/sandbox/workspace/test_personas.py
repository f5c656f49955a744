from datetime import time
from pathlib import Path

import pytest

from bot.admin import team_file
from bot.content.catalogue import load_catalogue
from bot.domain.counts.release_rule import MIN_UNIT_SIZE
from bot.sandbox.workspace.personas import SAMPLE_PRACTICE, localize_practice, render_team_file


def test_sample_practice_has_every_role() -> None:
    """Its teams have 24 and 9 clinicians and a supervisor each, with one director and one admin."""
    sizes = [
        len(SAMPLE_PRACTICE.people_in_role(team, "clinician")) for team in SAMPLE_PRACTICE.teams
    ]
    roles = [person.role for person in SAMPLE_PRACTICE.personas]

    assert sizes == [24, 9]
    assert (roles.count("supervisor"), roles.count("director"), roles.count("admin")) == (3, 1, 1)


def test_people_on_no_list_suffice_for_a_new_team() -> None:
    """A supervisor and enough clinicians for a table of their own are on no team's list."""
    roles = [person.role for person in SAMPLE_PRACTICE.personas if person.is_unlisted]

    assert roles.count("supervisor") == 1
    assert MIN_UNIT_SIZE <= roles.count("clinician") == len(roles) - 1


def test_ids_names_and_handles_are_unique() -> None:
    """No two personas have the same id, name or handle."""
    assert len({person.id for person in SAMPLE_PRACTICE.personas}) == len(SAMPLE_PRACTICE.personas)
    assert len({person.name for person in SAMPLE_PRACTICE.personas}) == len(
        SAMPLE_PRACTICE.personas
    )
    assert len({person.handle for person in SAMPLE_PRACTICE.personas}) == len(
        SAMPLE_PRACTICE.personas
    )


def test_a_persona_is_found_by_id_name_handle_or_prefix() -> None:
    """A query is an id, a name, a handle or a unique prefix of a name."""
    henrike = SAMPLE_PRACTICE.get_persona("U0SUPER1")

    assert SAMPLE_PRACTICE.find_persona("u0super1") == henrike
    assert SAMPLE_PRACTICE.find_persona("Henrike Vossmoor") == henrike
    assert SAMPLE_PRACTICE.find_persona("henrike.vossmoor") == henrike
    assert SAMPLE_PRACTICE.find_persona("henr") == henrike
    assert SAMPLE_PRACTICE.find_persona("m") is None
    assert SAMPLE_PRACTICE.find_persona("") is None


@pytest.mark.parametrize("language", load_catalogue().languages)
def test_sample_practice_is_localized(tmp_path: Path, language: str) -> None:
    """Teams and all but two personas have the visitor's language."""
    catalogue = load_catalogue()
    sample_practice = localize_practice(language)
    (tmp_path / "teams.toml").write_text(render_team_file(sample_practice), encoding="utf-8")

    languages = [catalogue.choose_language(person.locale) for person in sample_practice.personas]
    teams = team_file.read_teams(tmp_path / "teams.toml", test_mode=True)

    assert {team.language for team in teams} == {language}
    assert len(languages) - 2 <= languages.count(language)
    assert {"fr-CA", "zh-Hans"} <= set(languages)


def test_rendered_team_file_is_valid(tmp_path: Path) -> None:
    """The file rendered for `team apply` is parsed by it without an error."""
    file = tmp_path / "teams.toml"
    file.write_text(render_team_file(SAMPLE_PRACTICE), encoding="utf-8")

    north, river = team_file.read_teams(file, test_mode=True)
    unlisted_ids = {person.id for person in SAMPLE_PRACTICE.personas if person.is_unlisted}

    assert unlisted_ids.isdisjoint((*north.clinicians, *river.clinicians, *river.supervisors))
    assert (len(north.clinicians), len(river.clinicians)) == (24, 9)
    assert north.practice == river.practice == SAMPLE_PRACTICE.name
    assert north.supervisors == ("U0SUPER1",)
    assert river.directors == ("U0DIREC1",)
    assert (river.checkin.day, river.checkin.time) == (3, time(12, 30))
