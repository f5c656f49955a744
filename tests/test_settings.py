"""Validation of settings: all faults at once, and no value in any message."""

import os
from pathlib import Path

import pytest

from bot import settings, settings_file
from tests.loaded_settings import (
    CANARY,
    PEPPER,
    SLACK,
    clear_environment,
    load_web,
    rejected_settings,
)


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_environment(monkeypatch, tmp_path)


def test_missing_settings_are_reported_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty environment raises one error with every setting that `web` requires."""
    assert rejected_settings(monkeypatch) == {"SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"}


def test_missing_and_malformed_settings_are_reported_without_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One error names every malformed and every missing setting, and contains no value."""
    rejected = rejected_settings(
        monkeypatch,
        DATABASE_URL=f"mysql://{CANARY}",
        PEPPER=CANARY,
        KEYS=CANARY,
        SLACK_BOT_TOKEN=CANARY,
        SLACK_API_URL=f"http://{CANARY}.example/api/",
        PACE=CANARY,
        PORT=CANARY,
        LOG_LEVEL=CANARY,
        TEST_MODE=CANARY,
        TEST_CLOCK=CANARY,
    )

    assert rejected == {
        "DATABASE_URL",
        "PEPPER",
        "KEYS",
        "SLACK_BOT_TOKEN",
        "SLACK_API_URL",
        "PACE",
        "PORT",
        "LOG_LEVEL",
        "TEST_MODE",
        "TEST_CLOCK",
        "SLACK_SIGNING_SECRET",
    }


def test_empty_value_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty DATABASE_URL is the embedded database, an empty token is missing."""
    assert load_web(monkeypatch, **SLACK, DATABASE_URL="").uses_sqlite
    assert rejected_settings(monkeypatch, SLACK_BOT_TOKEN="") == {"SLACK_BOT_TOKEN"}


def test_secrets_are_not_in_the_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    """The repr of the settings contains no secret."""
    database_url = f"postgresql+psycopg://u:{CANARY}@h/d"
    loaded = load_web(monkeypatch, **SLACK, DATABASE_URL=database_url, KEYS=f"{database_url}2")

    assert CANARY not in repr(loaded)
    assert PEPPER not in repr(loaded)


def test_peppers_are_split_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Peppers are separated by commas, newest first, and surrounding spaces are stripped."""
    loaded = load_web(monkeypatch, **SLACK | {"PEPPER": f"{'n' * 32} , {'o' * 32}"})

    assert loaded.peppers == (b"n" * 32, b"o" * 32)


def test_short_pepper_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every pepper needs at least 32 characters."""
    assert rejected_settings(monkeypatch, **SLACK | {"PEPPER": f"{PEPPER},short"}) == {"PEPPER"}


def test_app_token_replaces_the_signing_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With an app token for Socket Mode no signing secret is required."""
    environment = SLACK | {
        "SLACK_SIGNING_SECRET": "",
        "SLACK_APP_TOKEN": "xapp-made-up",
    }

    assert load_web(monkeypatch, **environment).slack_signing_secret is None


@pytest.mark.parametrize("host", ["::", "192.0.2.7", "attune.example"])
def test_test_mode_is_rejected_on_a_public_address(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """The clock endpoint cannot be served to other machines."""
    assert rejected_settings(monkeypatch, **SLACK, TEST_MODE="1", HOST=host) == {"TEST_MODE"}


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_test_mode_is_accepted_on_loopback(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """On a loopback address test mode is accepted."""
    assert load_web(monkeypatch, **SLACK, TEST_MODE="1", HOST=host).test_mode


def test_worker_rejects_test_mode_and_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite `web` runs everything, and a worker has no clock endpoint."""
    assert rejected_settings(monkeypatch, "worker", **SLACK, TEST_MODE="1") == {
        "TEST_MODE",
        "WORKER",
    }


def test_test_clock_requires_test_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock set outside test mode is rejected."""
    clock = "2026-01-05T09:00:00+00:00"

    assert rejected_settings(monkeypatch, **SLACK, TEST_CLOCK=clock) == {"TEST_CLOCK"}


def test_plain_http_is_accepted_on_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The sandbox's Slack API is called by plain HTTP on a loopback address."""
    url = "http://127.0.0.1:9/api/"

    assert load_web(monkeypatch, **SLACK, SLACK_API_URL=url).slack_api_url == url


def test_migrate_requires_no_secret() -> None:
    """The subcommand `migrate` requires the database URL only."""
    assert settings.load_settings("migrate").uses_sqlite


TEAMS = {"PEPPER": PEPPER, "TEAMS_CLIENT_ID": "6F9619FF-8B86-4011-B42D-00C04FC964FF"}
TENANTS = "11111111-2222-4333-8444-555555555555, 66666666-7777-4888-8999-AAAAAAAAAAAA"


def test_teams_alone_requires_no_slack_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Slack settings only Teams is enabled; its UUIDs are lowercased."""
    loaded = load_web(monkeypatch, **TEAMS, TEAMS_TENANTS=TENANTS)

    assert (loaded.uses_teams, loaded.uses_slack) == (True, False)
    assert loaded.teams_client_id == "6f9619ff-8b86-4011-b42d-00c04fc964ff"
    assert loaded.allowed_tenants == {
        "11111111-2222-4333-8444-555555555555",
        "66666666-7777-4888-8999-aaaaaaaaaaaa",
    }


def test_partial_slack_settings_with_teams_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    """If one Slack setting is set beside Teams, the other required ones are missing."""
    assert rejected_settings(
        monkeypatch, **TEAMS, TEAMS_TENANTS=TENANTS, SLACK_BOT_TOKEN="xoxb-x"
    ) == {"SLACK_SIGNING_SECRET"}


def test_teams_requires_an_allowed_tenant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Teams requires a list of tenants, or the tenant of its own registration."""
    assert rejected_settings(monkeypatch, **TEAMS) == {"TEAMS_TENANTS"}

    tenant = TENANTS.partition(",")[0]
    assert load_web(monkeypatch, **TEAMS, TEAMS_TENANT_ID=tenant).allowed_tenants == {tenant}


def test_teams_secret_requires_a_client_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Teams secret without a client id is rejected rather than ignored."""
    assert rejected_settings(monkeypatch, **SLACK, TEAMS_CLIENT_SECRET=CANARY) == {
        "TEAMS_CLIENT_ID"
    }


@pytest.mark.parametrize("name", ["TEAMS_CLIENT_ID", "TEAMS_TENANT_ID", "TEAMS_TENANTS"])
def test_malformed_microsoft_id_is_rejected(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """An id that is not a UUID is rejected, and its value is not repeated."""
    environment = SLACK | TEAMS | {"TEAMS_TENANTS": TENANTS}

    assert rejected_settings(monkeypatch, **environment | {name: CANARY}) == {name}


UNSAFE = {
    "DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS": "true",
    "TEAMS_OPENID_METADATA_URL": "http://127.0.0.1:9/openid",
}


@pytest.mark.parametrize("name", UNSAFE)
@pytest.mark.parametrize("verb", ["web", "worker"])
def test_unsafe_authentication_settings_are_rejected(
    monkeypatch: pytest.MonkeyPatch, name: str, verb: str
) -> None:
    """Outside test mode no process starts with token validation weakened, with Teams or without."""
    database = "postgresql+psycopg://u@h/d"
    environment = SLACK | {"DATABASE_URL": database, "KEYS": "/keys", name: UNSAFE[name]}

    assert rejected_settings(monkeypatch, verb, **environment) == {name}


@pytest.mark.parametrize("name", UNSAFE)
def test_unsafe_authentication_settings_are_accepted_in_test_mode(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """In test mode on loopback both settings are accepted; off loopback test mode is rejected."""
    environment = {
        **TEAMS,
        "TEAMS_TENANTS": TENANTS,
        name: UNSAFE[name],
        "TEST_MODE": "1",
    }

    assert load_web(monkeypatch, **environment).test_mode
    assert rejected_settings(monkeypatch, HOST="192.0.2.7") == {"TEST_MODE"}


def test_metadata_url_requires_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even in test mode signing keys are loaded from a loopback address only."""
    url = f"https://{CANARY}.example/openid"

    assert rejected_settings(
        monkeypatch, **SLACK, TEST_MODE="1", TEAMS_OPENID_METADATA_URL=url
    ) == {"TEAMS_OPENID_METADATA_URL"}


def test_dotenv_is_disabled_while_importing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside the context a library cannot load `.env`; afterwards the variable is restored."""
    for previous in (None, "0"):
        if previous is not None:
            monkeypatch.setenv("PYTHON_DOTENV_DISABLED", previous)
        with settings_file.disable_dotenv():
            assert os.environ["PYTHON_DOTENV_DISABLED"] == "1"

        assert os.environ.get("PYTHON_DOTENV_DISABLED") == previous


@pytest.mark.parametrize(
    ("extra", "rejected"),
    [
        ({}, {"SLACK_REFRESH_TOKEN"}),
        ({"SLACK_REFRESH_TOKEN": "xoxe-1-a"}, {"SLACK_CLIENT_SECRET"}),
        ({"SLACK_REFRESH_TOKEN": "xoxb-a"}, {"SLACK_REFRESH_TOKEN"}),
        (
            {
                "SLACK_REFRESH_TOKEN": "xoxe-1-a",
                "SLACK_CLIENT_ID": "1.2",
                "SLACK_CLIENT_SECRET": "shh",
            },
            set(),
        ),
    ],
)
def test_expiring_token_requires_rotation_settings(
    monkeypatch: pytest.MonkeyPatch, extra: dict[str, str], rejected: set[str]
) -> None:
    """A token that expires after twelve hours requires a refresh token and client credentials."""
    if rejected:
        assert (
            rejected_settings(monkeypatch, **SLACK | {"SLACK_BOT_TOKEN": "xoxe.xoxb-a"} | extra)
            == rejected
        )
    else:
        load_web(monkeypatch, **SLACK | {"SLACK_BOT_TOKEN": "xoxe.xoxb-a"} | extra)
