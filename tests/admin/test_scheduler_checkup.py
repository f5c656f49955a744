"""What the check-up finds about the whole deployment."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.admin.finding import Finding
from bot.admin.scheduler_checkup import check_scheduler
from bot.content.catalogue import load_catalogue
from bot.store.schema import duty_runs
from bot.store.store import Store
from tests.database_files import copy_empty_database
from tests.key_folders import open_test_store
from tests.store.sample_counts import build_team

NOW = datetime(2026, 6, 29, 13, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with every table and no row."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())
    yield store
    store.close_sync()


def insert_run(tmp_path: Path, name: str, age: timedelta, failed_runs: int = 0) -> None:
    """Insert the row of a duty or the tick."""
    row = (name, int((NOW - age).timestamp()), failed_runs)
    with closing(sqlite3.connect(tmp_path / "attune.sqlite")) as database, database:
        database.execute(f"insert into {duty_runs.name} values (?, ?, ?)", row)  # noqa: S608 - a table's name


def check(store: Store) -> dict[str, bool]:
    """Return whether each check passed, by the last part of its key; every sentence is there."""
    findings = check_scheduler(store, NOW)
    assert all(render(finding) for finding in findings)
    return {f.key.removeprefix("operator.doctor."): f.is_healthy for f in findings}


def render(finding: Finding) -> list[str]:
    """Return the finding's sentence in each language."""
    catalogue = load_catalogue()
    return [
        catalogue.get_pack(language).translate(finding.key, **finding.facts)
        for language in catalogue.languages
    ]


def test_new_installation_is_told_to_start(store: Store) -> None:
    """Before the first start nothing is wrong."""
    assert check(store) == {"ticked_never": True, "duties": True}


def test_teams_without_any_tick_are_not_served(store: Store, tmp_path: Path) -> None:
    """Whoever declared teams expects messages."""
    team = build_team("north")
    with closing(sqlite3.connect(tmp_path / "attune.sqlite")) as database, database:
        database.execute(
            "insert into team (id, workspace, channel, name, language, zone, checkin_day,"
            " checkin_time, tip_days, tip_time, question, open_to_team)"
            " values (?, 'slack:T1', 'C1', 'North', 'en', 'UTC', 1, '09:00', '', '09:00', 'form',"
            " 0)",
            (team.id,),
        )

    assert check(store)["not_ticked"] is False


def test_recent_tick_passes(store: Store, tmp_path: Path) -> None:
    """Up to three minutes ago."""
    insert_run(tmp_path, "(tick)", timedelta(minutes=3))

    assert check(store)["ticked"] is True


def test_old_tick_fails_with_its_age(store: Store, tmp_path: Path) -> None:
    """The sentence says for how many minutes nothing was sent."""
    insert_run(tmp_path, "(tick)", timedelta(hours=2))

    (finding,) = [f for f in check_scheduler(store, NOW) if "tick" in f.key]
    assert not finding.is_healthy
    assert "120" in render(finding)[0]


def test_failing_duty_is_named(store: Store, tmp_path: Path) -> None:
    """From the third failure in a row on."""
    insert_run(tmp_path, "daily_tip", timedelta(0), failed_runs=2)
    assert check(store)["duties"] is True
    insert_run(tmp_path, "retention", timedelta(0), failed_runs=3)

    (finding,) = [f for f in check_scheduler(store, NOW) if "duties" in f.key]
    assert not finding.is_healthy
    assert finding.facts == {"duties": "retention"}
