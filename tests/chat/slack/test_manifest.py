import json
import re

import jsonschema
import pytest

from bot.chat import slack
from bot.chat.slack.manifest import COMMANDS, JsonObject
from bot.errors import FaultyInputError
from tests.chat.slack.testbed import load_words
from tests.sources import ROOT

SCHEMA = ROOT.parent / "shared" / "schemas" / "slack-manifest-2.0.0.json"
COMMAND_PATTERN = re.compile(r"(?<![\w/.<>:])/([a-z]+)\b")
"""Matches a slash command within a sentence."""

OPERATOR_PREFIXES = ("operator.", "sandbox.")
"""Key prefixes of the command line's and the sandbox's sentences, which contain paths."""

BASE_URLS = ("https://attune.example.org", None)
"""Base URLs of both modes: HTTP and Socket Mode."""


def build_manifest(base_url: str | None, language: str = "en") -> JsonObject:
    """Return the manifest in *language*."""
    return slack.build_manifest(load_words().get_pack(language), base_url=base_url)


@pytest.mark.parametrize("base_url", BASE_URLS)
def test_manifest_matches_slacks_schema(base_url: str | None) -> None:
    """Where Slack's schema is present beside the clone, both manifests are valid."""
    schema = json.loads(SCHEMA.read_text()) if SCHEMA.exists() else {}

    jsonschema.validate(build_manifest(base_url), schema)
    words = load_words().get_pack("en")
    distributed = slack.build_manifest(words, base_url=base_url, installs_from_link=True)
    jsonschema.validate(distributed, schema)


@pytest.mark.parametrize("language", load_words().languages)
def test_texts_fit_slacks_limits(language: str) -> None:
    """Names, descriptions and hints fit Slack's limits, with or without its schema."""
    manifest = build_manifest(None, language)
    display, features = manifest["display_information"], manifest["features"]

    assert 1 <= len(display["name"]) <= 35
    assert 1 <= len(display["description"]) <= 140
    assert 175 <= len(display["long_description"]) <= 4000
    assert len(features["bot_user"]["display_name"]) <= 80
    assert len(features["shortcuts"][0]["name"]) <= 24
    for command in features["slash_commands"]:
        assert len(command["command"]) <= 32
        assert len(command["description"]) <= 100
        assert len(command["usage_hint"]) <= 1000


@pytest.mark.parametrize("language", load_words().languages)
def test_mentioned_commands_exist(language: str) -> None:
    """Every command in the texts is one of the app's own, or Slack's `/invite`."""
    sentences = load_words().get_pack(language).sentences
    texts = {
        key: str(sentence)
        for key, sentence in sentences.items()
        if not key.startswith(OPERATOR_PREFIXES)
    }
    mentioned = {name for sentence in texts.values() for name in COMMAND_PATTERN.findall(sentence)}

    assert {"tip", "rupture", "supervision"} <= mentioned
    assert mentioned <= {*COMMANDS, "invite"}


@pytest.mark.parametrize("base_url", BASE_URLS)
def test_scopes_are_minimal(base_url: str | None) -> None:
    """The required scopes read no message; those that read the bot's own chats are optional."""
    scopes = build_manifest(base_url)["oauth_config"]["scopes"]

    assert scopes == {
        "bot": ["chat:write", "commands", "users:read"],
        "bot_optional": ["im:history", "im:write"],
    }


@pytest.mark.parametrize("base_url", BASE_URLS)
def test_manifest_declares_all_features(base_url: str | None) -> None:
    """The manifest declares five commands, the shortcut, the Home tab and a read-only chat."""
    features = build_manifest(base_url)["features"]

    assert [command["command"] for command in features["slash_commands"]] == [
        f"/{name}" for name in COMMANDS
    ]
    assert features["shortcuts"][0]["callback_id"] == "debrief"
    assert features["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": True,
    }


def test_http_manifest_has_one_endpoint() -> None:
    """Commands, interactions and events have the same request URL."""
    manifest = build_manifest("https://attune.example.org/")
    url = "https://attune.example.org/slack/events"

    assert {command["url"] for command in manifest["features"]["slash_commands"]} == {url}
    assert manifest["settings"]["interactivity"] == {"is_enabled": True, "request_url": url}
    assert manifest["settings"]["event_subscriptions"]["request_url"] == url
    assert not manifest["settings"]["socket_mode_enabled"]


def test_socket_mode_manifest_has_no_url() -> None:
    """The manifest for Socket Mode contains no request URL."""
    manifest = build_manifest(None)

    assert "url" not in json.dumps(manifest)
    assert manifest["settings"]["socket_mode_enabled"]


@pytest.mark.parametrize(
    ("base_url", "form"),
    [
        ("http://attune.example.com", "https://attune.example.com"),
        ("attune.example.com", "https://attune.example.com"),
        ("https://a.example/bot", "https://a.example"),
        ("https://somebody:secret@a.example", "https://a.example"),
        ("https://a.example/?b=1", "https://a.example"),
        ("https://a.example:port", "https://attune.example.org"),
        ("https://[a.example", "https://attune.example.org"),
        ("https://", "https://attune.example.org"),
        ("", "https://attune.example.org"),
    ],
)
def test_invalid_base_url_is_rejected_with_the_right_form(base_url: str, form: str) -> None:
    """A base URL that is no plain https address is rejected with the form it has to have."""
    with pytest.raises(FaultyInputError) as raised:
        build_manifest(base_url)

    (fault,) = raised.value.faults
    sentence = load_words().get_pack("en").translate(fault.key, **fault.facts)
    assert fault.location == "--base-url"
    assert f": {form} " in sentence
    assert "secret" not in sentence


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:3000", "https://a.example:8443/"])
def test_base_url_may_have_a_port_and_a_slash(base_url: str) -> None:
    """The sandbox's loopback address and an https address with a port are accepted."""
    assert build_manifest(base_url)


def test_manifest_of_a_distributed_app_has_the_redirect_url() -> None:
    """Any workspace or organisation can install it; a manifest without the link has none of it."""
    words = load_words().get_pack("en")
    base_url = "https://attune.example.org/"
    distributed = slack.build_manifest(words, base_url=base_url, installs_from_link=True)
    alone = slack.build_manifest(words, base_url=base_url)

    assert distributed["oauth_config"]["redirect_urls"] == [
        "https://attune.example.org/slack/oauth_redirect"
    ]
    flags = ("org_deploy_enabled", "token_rotation_enabled")
    assert [distributed["settings"][flag] for flag in flags] == [True, False]
    assert [alone["settings"][flag] for flag in flags] == [False, False]
    assert "redirect_urls" not in alone["oauth_config"]
    events, own_events = (
        manifest["settings"]["event_subscriptions"]["bot_events"]
        for manifest in (distributed, alone)
    )
    assert set(events) - set(own_events) == {"team_access_granted", "team_access_revoked"}
