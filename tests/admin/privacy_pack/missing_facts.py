"""What the pack's files lack of the code, and what they have of code that is gone."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.admin.privacy_pack.scope_section import read_slack_manifest, read_teams_manifest
from bot.content.catalogue import load_catalogue
from bot.settings import Settings
from bot.store.data_map import DATA_MAP
from tests.admin.privacy_pack import log_sources

FOLDER = "bot/content/privacy_pack"

TABLE_FACTS = ("title", "why", "kept", "seen")
"""What ``tables.toml`` has of every table."""

TEAMS_DESCRIPTIONS = frozenset(
    {
        *("$schema", "manifestVersion", "version", "id", "developer", "localizationInfo"),
        *("name", "description", "icons", "accentColor", "bots", "botId", "commandLists"),
    }
)
"""Entries of the Teams manifest that describe the app and grant nothing."""

Files = Mapping[str, Mapping[str, Any]]


def find_differences(files: Files) -> list[str]:
    """Return one sentence for each fact that is missing from *files*, or has no more cause."""
    return [
        *_find_table_differences(files["tables"]),
        *_find_scope_differences(files["scopes"]),
        *_compare("settings.toml", files["settings"], map(str.upper, Settings.model_fields)),
        *_compare(
            "log_actions.toml, fields",
            files["log_actions"]["fields"],
            {*log_sources.find_fields(), *log_sources.FORMATTER_FIELDS},
        ),
        *_find_action_differences(files["log_actions"]["actions"]),
    ]


def _find_table_differences(tables: Mapping[str, Any]) -> Iterator[str]:
    yield from _compare("tables.toml", tables, DATA_MAP)
    for name, facts in DATA_MAP.items():
        declared = tables.get(name, {})
        place = f"tables.toml, [{name}]"
        yield from _compare(place, declared, {*TABLE_FACTS, "columns"})
        columns = declared.get("columns", {})
        yield from _compare(f"{place}, columns", columns, facts.table.columns.keys())
        for column, texts in columns.items():
            if len(texts) != len(("what it is", "why")) or not all(texts):
                yield f"{FOLDER}/{place}: {column} needs what it is, and why it is stored"


def _find_scope_differences(scopes: Mapping[str, Any]) -> Iterator[str]:
    words = load_catalogue().get_pack("en")
    slack = read_slack_manifest(words)
    events = slack["settings"]["event_subscriptions"]["bot_events"]
    yield from _compare("scopes.toml, slack_events", scopes["slack_events"], events)
    teams = read_teams_manifest(words)
    entries = teams.keys() - TEAMS_DESCRIPTIONS
    yield from _compare("scopes.toml, teams_manifest", scopes["teams_manifest"], entries)
    for name in sorted(scopes["teams_absent"].keys() & teams.keys()):
        yield f"{FOLDER}/scopes.toml, teams_absent: {name} is in the manifest now"


def _find_action_differences(actions: Mapping[str, str]) -> Iterator[str]:
    patterns = log_sources.find_action_patterns()
    for pattern in sorted(patterns):
        if not any(re.fullmatch(pattern, action) for action in actions):
            yield f"{FOLDER}/log_actions.toml, actions: {pattern} is missing"
    for action in actions:
        if not any(re.fullmatch(pattern, action) for pattern in patterns):
            yield f"{FOLDER}/log_actions.toml, actions: {action} is logged no more"


def _compare(place: str, declared: Iterable[str], needed: Iterable[str]) -> Iterator[str]:
    declared_names, needed_names = set(declared), set(needed)
    for name in sorted(needed_names - declared_names):
        yield f"{FOLDER}/{place}: {name} is missing"
    for name in sorted(declared_names - needed_names):
        yield f"{FOLDER}/{place}: {name} is not in the code any more"
