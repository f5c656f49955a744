"""Nothing that the code stores, asks for, sets, counts or logs is missing from the privacy pack."""

import copy
from datetime import timedelta
from typing import Any

import pytest

from bot.admin import metrics
from bot.chat.slack import manifest as slack_manifest
from bot.content import loader
from bot.content.pack_texts import PackTexts, read_files
from bot.domain.permission_table import PERMISSION_TABLE, Subject
from bot.settings import Settings
from bot.store.data_map import DATA_MAP
from bot.store.key_removal import (
    MAX_KEY_TIME_AFTER_PERIOD,
    MIN_ATTEMPT_INTERVAL_SECONDS,
    MIN_CLOSE_ATTEMPTS,
)
from bot.store.keys.database_key_store import period_keys
from bot.store.move_state import database_move
from tests.admin.privacy_pack import log_sources
from tests.admin.privacy_pack.built_pack import list_names, list_rows
from tests.admin.privacy_pack.missing_facts import find_differences
from tests.sources import ROOT

MISSING_FACTS = {
    ("tables", "person", "columns", "zone"): "tables.toml, [person], columns: zone is missing",
    ("tables", "release", "kept"): "tables.toml, [release]: kept is missing",
    ("tables", "feed"): "tables.toml: feed is missing",
    ("scopes", "slack_events", "user_change"): "scopes.toml, slack_events: user_change is missing",
    ("scopes", "teams_manifest", "scopes"): "scopes.toml, teams_manifest: scopes is missing",
    ("settings", "KEYS"): "settings.toml: KEYS is missing",
    ("log_actions", "fields", "reason"): "log_actions.toml, fields: reason is missing",
    (
        "log_actions",
        "actions",
        "duty.failed",
    ): r"log_actions.toml, actions: duty\.failed is missing",
}
"""Facts to take away, and the sentence that then names each."""


def test_the_pack_has_every_fact_and_no_former_one() -> None:
    """What is missing is named with its file; so is what the code has no more."""
    assert find_differences(read_files()) == []


@pytest.mark.parametrize("path", MISSING_FACTS, ids=".".join)
def test_a_missing_fact_is_named(path: tuple[str, ...]) -> None:
    """Whoever adds a column, scope, setting or log action reads where to describe it."""
    files = copy.deepcopy(dict(read_files()))
    table: Any = files
    for name in path[:-1]:
        table = table[name]
    del table[path[-1]]

    differences = find_differences(files)
    assert any(line.endswith(MISSING_FACTS[path]) for line in differences)


def test_a_pack_without_a_fact_names_it() -> None:
    """A pack that cannot be written says which file lacks what."""
    texts = PackTexts(read_files(), {})

    with pytest.raises(KeyError, match=r"privacy_pack/tables\.toml: person\.columns\.new_column"):
        texts.get_fact("tables", "person", "columns", "new_column")


@pytest.mark.parametrize("name", DATA_MAP)
def test_every_column_is_in_the_pack(name: str) -> None:
    """The section of a table has a row for each column, with every cell filled."""
    rows = list_rows(f"data-{name}")

    assert [row[0].strip("`") for row in rows] == list(DATA_MAP[name].table.columns.keys())
    assert all(all(row) for row in rows)


def test_every_column_of_a_key_database_is_in_the_pack() -> None:
    """The table of keys, which is in a database of its own, is named with its columns."""
    text = read_files()["stores"]["keys"]["what"]

    assert f"`{period_keys.name}`" in text
    assert all(f"`{column.name}`" in text for column in period_keys.columns)


def test_every_place_outside_the_tables_is_in_the_pack() -> None:
    """The mark of a move with its columns, and the files that commands of the operator write."""
    stores = read_files()["stores"]
    names = [database_move.name, *database_move.columns.keys()]

    assert all(f"`{name}`" in stores["move"]["title"] + stores["move"]["what"] for name in names)
    assert "`team export`" in stores["team_file"]["title"]
    assert "`person export`" in stores["person_export"]["title"]


def test_no_key_is_said_to_be_destroyed_by_the_calendar_alone() -> None:
    """The limit of days is stated with the day of attempts that the code counts before it."""
    day_seconds = timedelta(days=1).total_seconds()
    assert timedelta(days=7) == MAX_KEY_TIME_AFTER_PERIOD
    assert day_seconds == (MIN_CLOSE_ATTEMPTS - 1) * MIN_ATTEMPT_INTERVAL_SECONDS

    for text in (
        read_files()["tables"]["ledger_record"]["kept"],
        read_files()["stores"]["keys"]["kept"],
    ):
        limit = "seven days after the period's end, once a running bot has tried for a day"
        assert limit in text
        assert "at the latest" not in text


def test_every_scope_and_permission_is_in_the_pack() -> None:
    """Scopes, events and commands of Slack's manifest each have a row with a reason."""
    scopes = {*slack_manifest.SCOPES, *slack_manifest.OPTIONAL_SCOPES}
    events = {*slack_manifest.BOT_EVENTS, *slack_manifest.ORGANISATION_EVENTS}

    assert scopes <= list_names("scopes-slack")
    assert events <= list_names("scopes-slack-events")
    assert {f"/{name}" for name in slack_manifest.COMMANDS} <= list_names("scopes-slack-events")


def test_every_setting_is_in_the_pack() -> None:
    """Every setting has a row with what it changes and how it is set."""
    assert list_names("settings") == set(map(str.upper, Settings.model_fields))


def test_every_metric_and_label_is_in_the_pack() -> None:
    """Every metric with a HELP line has a row, and so has each label of one."""
    labels_by_metric = metrics.list_labels()
    help_lines = loader.read_toml(ROOT / "bot/content/log_texts.toml")["metrics"]
    labels = {label for labels in labels_by_metric.values() for label in labels}

    assert set(labels_by_metric) == set(help_lines)
    assert {*labels_by_metric, *labels} == list_names("metrics")
    assert {"attune_ready", "attune_deliveries", "reason_class"} <= list_names("metrics")


def test_every_log_field_and_action_is_in_the_pack() -> None:
    """The fields and actions that the sources contain have a row each."""
    assert log_sources.find_fields() <= list_names("log-fields")
    assert {"duty.failed", "slack.installation_denied"} <= list_names("log-actions")
    assert len(list_names("log-actions")) >= len(log_sources.find_action_patterns())


@pytest.mark.parametrize("subject", [Subject.RESULTS, Subject.SETTINGS])
def test_every_way_to_tables_and_set_ups_is_in_the_pack(subject: Subject) -> None:
    """Each way in that shows results or set-ups has a row with the roles that have it."""
    section = "access-results" if subject is Subject.RESULTS else "access-settings"
    ways = [
        way
        for permissions in PERMISSION_TABLE.values()
        for way, permission in permissions.items()
        if permission.subject is subject
    ]

    rows = list_rows(section)
    assert len(rows) == len(ways)
    assert all(f"{way}`" in row[0] and row[1] for way, row in zip(ways, rows, strict=True))
