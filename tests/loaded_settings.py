"""Load the settings from an environment of a test's own."""

from pathlib import Path

import pytest

from bot import settings
from bot.errors import FaultyInputError

CANARY = "canary-of-the-settings"
PEPPER = "p" * 32
SLACK = {
    "PEPPER": PEPPER,
    "SLACK_BOT_TOKEN": "xoxb-made-up",
    "SLACK_SIGNING_SECRET": "0123456789abcdef" * 2,
}


def clear_environment(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Unset every setting, and change to *folder*, which has no `.env`."""
    monkeypatch.chdir(folder)
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def load_web(monkeypatch: pytest.MonkeyPatch, **environment: str) -> settings.Settings:
    """Return the settings that `web` loads from *environment*."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return settings.load_settings("web")


def rejected_settings(
    monkeypatch: pytest.MonkeyPatch, verb: str = "web", **environment: str
) -> set[str]:
    """Return the settings named by the faults that *verb* raises for *environment*."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(FaultyInputError) as error:
        settings.load_settings(verb)
    assert CANARY not in repr(error.value) + repr(error.value.faults)
    return {fault.location for fault in error.value.faults}
