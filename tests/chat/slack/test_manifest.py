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
TYPED = re.compile(r"(?<![\w/.<>:])/([a-z]+)\b")
"""A command as it stands in a sentence."""

OPERATORS = ("operator.", "tryout.")
"""Sentences of the command line and of the practice workspace, which know paths."""

BOTH = ("https://attune.example.org", None)


def made(base_url: str | None, language: str = "en") -> JsonObject:
    """Return the manifest, in English unless told otherwise."""
    return slack.build_manifest(load_words().get_pack(language), base_url=base_url)


@pytest.mark.parametrize("base_url", BOTH)
def test_the_manifest_is_one_by_slacks_own_schema(base_url: str | None) -> None:
    """Where Slack's schema lies beside the clone, both manifests are valid by it."""
    schema = json.loads(SCHEMA.read_text()) if SCHEMA.exists() else {}

    jsonschema.validate(made(base_url), schema)


@pytest.mark.parametrize("language", load_words().languages)
def test_no_text_is_longer_than_slack_takes(language: str) -> None:
    """Names, descriptions and hints keep to Slack's limits, with or without its schema."""
    app = made(None, language)
    shown, features = app["display_information"], app["features"]

    assert 1 <= len(shown["name"]) <= 35
    assert 1 <= len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    assert len(features["bot_user"]["display_name"]) <= 80
    assert len(features["shortcuts"][0]["name"]) <= 24
    for one in features["slash_commands"]:
        assert len(one["command"]) <= 32
        assert len(one["description"]) <= 100
        assert len(one["usage_hint"]) <= 1000


@pytest.mark.parametrize("language", load_words().languages)
def test_every_command_that_is_named_exists(language: str) -> None:
    """Whoever is told to type a command finds it: it is the app's own, or Slack's `/invite`."""
    told = load_words().get_pack(language).sentences
    read = {key: str(one) for key, one in told.items() if not key.startswith(OPERATORS)}
    named = {name for one in read.values() for name in TYPED.findall(one)}

    assert {"tip", "rupture", "supervision"} <= named
    assert named <= {*COMMANDS, "invite"}


@pytest.mark.parametrize("base_url", BOTH)
def test_it_asks_for_no_more_than_it_says(base_url: str | None) -> None:
    """The base scopes read no message anywhere; reading its own chats is the practice's choice."""
    scopes = made(base_url)["oauth_config"]["scopes"]

    assert scopes == {
        "bot": ["chat:write", "commands", "users:read"],
        "bot_optional": ["im:history", "im:write"],
    }


@pytest.mark.parametrize("base_url", BOTH)
def test_every_command_and_page_is_there(base_url: str | None) -> None:
    """Five commands, the shortcut, the Home, and a messages tab that nobody types into."""
    features = made(base_url)["features"]

    assert [one["command"] for one in features["slash_commands"]] == [f"/{c}" for c in COMMANDS]
    assert features["shortcuts"][0]["callback_id"] == "debrief"
    assert features["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": True,
    }


def test_by_http_everything_goes_to_one_address() -> None:
    """Commands, interactions and events are all posted to the bot's one address."""
    app = made("https://attune.example.org/")
    url = "https://attune.example.org/slack/events"

    assert {one["url"] for one in app["features"]["slash_commands"]} == {url}
    assert app["settings"]["interactivity"] == {"is_enabled": True, "request_url": url}
    assert app["settings"]["event_subscriptions"]["request_url"] == url
    assert not app["settings"]["socket_mode_enabled"]


def test_by_socket_mode_there_is_no_address() -> None:
    """A bot that connects to Slack itself tells Slack no address at all."""
    app = made(None)

    assert "url" not in json.dumps(app)
    assert app["settings"]["socket_mode_enabled"]


@pytest.mark.parametrize(
    "base_url",
    ["http://attune.example.org", "attune.example.org", "https://", "https://a.example/?b=1", ""],
)
def test_an_address_that_slack_would_not_call_is_refused(base_url: str) -> None:
    """The operator is told what an address has to be; the practice workspace's may be plain."""
    with pytest.raises(FaultyInputError) as refused:
        made(base_url)

    assert refused.value.faults[0].location == "--base-url"
    assert load_words().get_pack("en").translate(refused.value.faults[0].key)
    assert made("http://127.0.0.1:3000")
