"""What an operator is told about settings: everything at once, and no value."""

from pathlib import Path

import pytest

from bot import settings
from bot.errors import FaultyInputError

CANARY = "canary-of-the-settings"
PEPPER = "p" * 32
GOOD = {
    "PEPPER": PEPPER,
    "SLACK_BOT_TOKEN": "xoxb-made-up",
    "SLACK_SIGNING_SECRET": "made-up",
}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def told(monkeypatch: pytest.MonkeyPatch, **environment: str) -> settings.Settings:
    """Settings as `web` reads them from *environment*."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return settings.read("web")


def faults(monkeypatch: pytest.MonkeyPatch, verb: str = "web", **environment: str) -> set[str]:
    """Which settings *verb* names when it refuses *environment*."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(FaultyInputError) as refused:
        settings.read(verb)
    assert CANARY not in repr(refused.value) + repr(refused.value.faults)
    return {fault.where for fault in refused.value.faults}


def test_everything_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty environment is answered with every setting that `web` needs."""
    assert faults(monkeypatch) == {"PEPPER", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"}


def test_missing_and_malformed_are_named_together_and_no_value_is_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One message names what is malformed and what is missing, and quotes neither."""
    named = faults(
        monkeypatch,
        DATABASE_URL=f"mysql://{CANARY}",
        PEPPER=CANARY,
        SLACK_BOT_TOKEN=CANARY,
        SLACK_API_URL=f"http://{CANARY}.example/api/",
        PACE=CANARY,
        PORT=CANARY,
        LOG_LEVEL=CANARY,
        TEST_MODE=CANARY,
        TEST_CLOCK=CANARY,
    )

    assert named == {
        "DATABASE_URL",
        "PEPPER",
        "SLACK_BOT_TOKEN",
        "SLACK_API_URL",
        "PACE",
        "PORT",
        "LOG_LEVEL",
        "TEST_MODE",
        "TEST_CLOCK",
        "SLACK_SIGNING_SECRET",
    }


def test_empty_means_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty DATABASE_URL gives the embedded database, an empty PEPPER is missing."""
    assert told(monkeypatch, **GOOD, DATABASE_URL="").on_sqlite
    assert faults(monkeypatch, PEPPER="") == {"PEPPER"}


def test_secrets_are_not_in_the_settings_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing the settings shows no secret."""
    read = told(monkeypatch, **GOOD, DATABASE_URL=f"postgresql+psycopg://u:{CANARY}@h/d")

    assert CANARY not in repr(read)
    assert PEPPER not in repr(read)


def test_peppers_come_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several peppers are separated by commas, and spaces beside them do not count."""
    read = told(monkeypatch, **GOOD | {"PEPPER": f"{'n' * 32} , {'o' * 32}"})

    assert read.peppers == (b"n" * 32, b"o" * 32)


def test_one_short_pepper_among_long_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every pepper has at least 32 characters."""
    assert faults(monkeypatch, **GOOD | {"PEPPER": f"{PEPPER},short"}) == {"PEPPER"}


def test_an_app_token_makes_the_signing_secret_unnecessary(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By Socket Mode a clinic needs no signing secret."""
    environment = GOOD | {"SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": "xapp-made-up"}

    assert told(monkeypatch, **environment).slack_signing_secret is None


@pytest.mark.parametrize("host", ["::", "192.0.2.7", "attune.example"])
def test_test_mode_is_refused_off_loopback(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """A clock that anyone may move is never reachable from another machine."""
    assert faults(monkeypatch, **GOOD, TEST_MODE="1", HOST=host) == {"TEST_MODE"}


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_test_mode_is_accepted_on_loopback(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """On this machine alone, test mode starts."""
    assert told(monkeypatch, **GOOD, TEST_MODE="1", HOST=host).test_mode


def test_a_worker_refuses_test_mode_and_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite `web` does everything, and a worker's clock cannot be moved."""
    assert faults(monkeypatch, "worker", **GOOD, TEST_MODE="1") == {"TEST_MODE", "WORKER"}


def test_a_test_clock_without_test_mode_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody lives in another month by accident."""
    clock = "2026-01-05T09:00:00+00:00"

    assert faults(monkeypatch, **GOOD, TEST_CLOCK=clock) == {"TEST_CLOCK"}


def test_plain_http_is_accepted_for_a_stand_in_on_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The practice workspace is reached by plain HTTP on loopback."""
    url = "http://127.0.0.1:9/api/"

    assert told(monkeypatch, **GOOD, SLACK_API_URL=url).slack_api_url == url


def test_migrating_needs_no_secret() -> None:
    """Bringing a database up to date needs its address alone."""
    assert settings.read("migrate").on_sqlite
