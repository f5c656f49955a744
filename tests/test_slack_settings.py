"""Settings of the Slack app: one workspace's token, or an installation from a link."""

from pathlib import Path

import pytest

from tests.loaded_settings import (
    CANARY,
    PEPPER,
    SLACK,
    clear_environment,
    load_web,
    rejected_settings,
)

LINK = {
    "PEPPER": PEPPER,
    "SLACK_SIGNING_SECRET": SLACK["SLACK_SIGNING_SECRET"],
    "SLACK_CLIENT_ID": "111.222",
    "SLACK_CLIENT_SECRET": "made-up",
    "BASE_URL": "https://attune.example.org",
}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_environment(monkeypatch, tmp_path)


def test_client_and_address_select_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    """Client id, client secret and address suffice, with a signing secret, without a token."""
    loaded = load_web(monkeypatch, **LINK | {"BASE_URL": "https://attune.example.org/"})

    assert loaded.installs_from_link
    assert loaded.uses_slack
    assert loaded.base_url == "https://attune.example.org"


def test_a_token_excludes_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a bot token the workspace of that token alone is served, whatever else is set."""
    assert not load_web(monkeypatch, **LINK | SLACK).installs_from_link


def test_an_app_token_replaces_the_signing_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app-level token serves all installations of the app, so that Socket Mode works too."""
    environment = LINK | {"SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": "xapp-made-up"}

    assert load_web(monkeypatch, **environment).installs_from_link


@pytest.mark.parametrize("name", ["SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "BASE_URL"])
@pytest.mark.parametrize("verb", ["web", "worker"])
def test_each_missing_half_is_named(monkeypatch: pytest.MonkeyPatch, name: str, verb: str) -> None:
    """A part of what the link needs is reported by the name of what is missing."""
    database = {"DATABASE_URL": "postgresql://u@h/d", "KEYS": "/nonexistent/keys"}
    environment = LINK | database | {name: ""}

    assert rejected_settings(monkeypatch, verb, **environment) == {name}


def test_a_refresh_token_belongs_to_a_configured_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where workspaces install from the link, each has a refresh token of its own."""
    environment = LINK | {"SLACK_REFRESH_TOKEN": "xoxe-made-up"}

    assert rejected_settings(monkeypatch, **environment) == {"SLACK_REFRESH_TOKEN"}


@pytest.mark.parametrize(
    "address",
    [
        f"http://{CANARY}.example",
        f"https://{CANARY}.example/path",
        f"https://{CANARY}@attune.example",
        f"https://attune.example/?{CANARY}",
        CANARY,
    ],
)
def test_an_address_that_slack_cannot_return_to_is_rejected(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Only https without a path is accepted, and plain http on this machine."""
    assert rejected_settings(monkeypatch, **LINK | {"BASE_URL": address}) == {"BASE_URL"}


def test_plain_http_is_accepted_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loopback address is for tests of the link."""
    loaded = load_web(monkeypatch, **LINK | {"BASE_URL": "http://127.0.0.1:3000"})

    assert loaded.installs_from_link
