"""Section on OAuth scopes and permissions of both products, read from the generated manifests."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.admin.privacy_pack.document import FactTable, Section
from bot.admin.privacy_pack.section_texts import build_section
from bot.chat.msteams import manifest as teams_manifest
from bot.chat.slack import manifest as slack_manifest
from bot.content.catalogue import LanguagePack
from bot.content.pack_texts import PackTexts

_EXAMPLE_ID, _EXAMPLE_HOST = "00000000-0000-4000-8000-000000000000", "attune.example.org"
_EXAMPLE_URL = f"https://{_EXAMPLE_HOST}"


def build_scopes(texts: PackTexts, words: LanguagePack) -> Section:
    """Build the section; *words* is the English language pack, which explains Slack's scopes."""
    slack, manifest = read_slack_manifest(words), read_teams_manifest(words)
    return build_section(
        texts,
        "scopes",
        sections=(
            build_section(texts, "scopes-slack", _build_scope_table(texts, slack, words)),
            build_section(texts, "scopes-slack-events", _build_event_table(texts, slack)),
            build_section(texts, "scopes-teams", *_build_teams_tables(texts, manifest)),
        ),
    )


def read_slack_manifest(words: LanguagePack) -> Mapping[str, Any]:
    """Generate the Slack manifest that requests the most: of an app installed from a link."""
    return slack_manifest.build_manifest(words, base_url=_EXAMPLE_URL, installs_from_link=True)


def read_teams_manifest(words: LanguagePack) -> dict[str, Any]:
    """Generate the Teams manifest as one flat dict: the keys of its bot are merged into it."""
    manifest = teams_manifest.build_manifest(words, _EXAMPLE_ID, _EXAMPLE_HOST, _EXAMPLE_URL)
    (bot,) = manifest["bots"]
    return {**manifest, **bot}


def _build_scope_table(
    texts: PackTexts, manifest: Mapping[str, Any], words: LanguagePack
) -> FactTable:
    scopes = manifest["oauth_config"]["scopes"]
    reasons = texts.files["scopes"]
    rows = [
        *((scope, "required", _explain_scope(scope, words)) for scope in scopes["bot"]),
        *((scope, "optional", _explain_scope(scope, words)) for scope in scopes["bot_optional"]),
        *((scope, "socket", why) for scope, why in reasons["slack_app_token"].items()),
        *(
            (name, "operator_choice", why)
            for name, why in reasons["slack_operator_options"].items()
        ),
    ]
    return FactTable(
        texts.get_headings("scopes"),
        tuple((f"`{scope}`", texts.get_word(need), texts.fill(why)) for scope, need, why in rows),
    )


def _explain_scope(scope: str, words: LanguagePack) -> str:
    reason = words.translate(f"install.scope.{scope.replace(':', '_')}")
    return reason[0].upper() + reason[1:]


def _build_event_table(texts: PackTexts, manifest: Mapping[str, Any]) -> FactTable:
    return FactTable(texts.get_headings("events"), tuple(_iter_slack_names(texts, manifest)))


def _iter_slack_names(texts: PackTexts, manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield a row per event, slash command and shortcut of Slack's manifest, with its reason."""
    for event in manifest["settings"]["event_subscriptions"]["bot_events"]:
        why = texts.fill(texts.get_fact("scopes", "slack_events", event))
        if event in slack_manifest.ORGANISATION_EVENTS:
            why = texts.get_word("organisation_event", why=why)
        yield f"`{event}`", why
    for command in manifest["features"]["slash_commands"]:
        name = command["command"].removeprefix("/")
        yield f"`/{name}`", texts.get_word("command", text=command["description"])
    for shortcut in manifest["features"]["shortcuts"]:
        name = shortcut["callback_id"]
        yield f"`{name}`", texts.get_word("shortcut", text=shortcut["description"])


def _build_teams_tables(texts: PackTexts, manifest: Mapping[str, Any]) -> tuple[FactTable, ...]:
    reasons = texts.files["scopes"]
    entries = tuple(
        (f"`{name}`", f"`{json.dumps(manifest[name])}`", why)
        for name, why in reasons["teams_manifest"].items()
    )
    absent = tuple(
        (f"`{name}`", why) for name, why in reasons["teams_absent"].items() if name not in manifest
    )
    return (
        FactTable(texts.get_headings("entries"), entries),
        FactTable(texts.get_headings("absent"), absent),
    )
