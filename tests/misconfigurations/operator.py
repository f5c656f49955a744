"""An operator who runs the subcommands in this process, in an environment and folder of a test."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.settings import Settings
from tests.logging_state import restore_logging

BOT_TOKEN, APP_TOKEN = "xoxb-canary-of-the-bot", "xapp-canary-of-the-app"
SIGNING_SECRET, PEPPER = "0badc0de" * 4, "canary-of-the-pepper-" + "p" * 32
DATABASE_PASSWORD = "canary-of-the-database"
SECRETS = (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, PEPPER, DATABASE_PASSWORD, "canary")
"""What no output may contain; every secret of the cases has the word ``canary`` in it."""

ENVIRONMENT = {
    "DATABASE_URL": "sqlite:///{folder}/data/attune.sqlite",
    "KEYS": "{folder}/keys",
    "PEPPER": PEPPER,
    "SLACK_BOT_TOKEN": BOT_TOKEN,
    "SLACK_SIGNING_SECRET": SIGNING_SECRET,
    "SLACK_API_URL": "http://127.0.0.1:9/api/",
    "HOST": "127.0.0.1",
    "PORT": "9",
}
"""A sound configuration, whose Slack does not answer; ``{folder}`` is the case's folder."""

_NOBODY = 65534
_LANGUAGE_NAMES = ("LC_ALL", "LC_MESSAGES", "LANG", "XDG_STATE_HOME", "RESET", "WHO")

Preparation = Callable[[Path], None]
"""Puts files into the folder of a case."""


@dataclass(frozen=True)
class Case:
    """One misconfiguration: what is set or done wrong, and what the operator has to read.

    ``sentence`` is a part of the remedy, ``place`` the setting, file or option that it names.
    An environment value of ``None`` is unset. ``status`` is the exit status.
    """

    name: str
    arguments: tuple[str, ...]
    place: str
    sentence: str
    environment: Mapping[str, str | None] = field(default_factory=dict)
    prepare: Preparation | None = None
    status: int = 2
    is_unprivileged: bool = False


@dataclass(frozen=True)
class Outcome:
    """Exit status and all output of one subcommand."""

    status: int
    output: str


@dataclass(frozen=True)
class Operator:
    """Runs subcommands with a working directory, an environment and files of its own."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def try_case(self, case: Case) -> Outcome:
        """Prepare the folder of *case*, and run its subcommand."""
        if case.prepare:
            case.prepare(self.folder)
        arguments = [self._fill_in(argument) for argument in case.arguments]
        with _drop_privileges(self.folder) if case.is_unprivileged else _keep_privileges():
            return self.run(arguments, case.environment)

    def run(self, arguments: list[str], environment: Mapping[str, str | None]) -> Outcome:
        """Run a subcommand with the sound environment, changed by *environment*."""
        self.monkeypatch.chdir(self.folder)
        for name in (*map(str.upper, Settings.model_fields), *_LANGUAGE_NAMES):
            self.monkeypatch.delenv(name, raising=False)
        for name, value in {"HOME": "{folder}", **ENVIRONMENT, **environment}.items():
            if value is not None:
                self.monkeypatch.setenv(name, self._fill_in(value))
        with restore_logging():
            try:
                status = main(arguments)
            except SystemExit as error:
                status = int(error.code or 0)
        captured = self.capsys.readouterr()
        return Outcome(status, captured.out + captured.err)

    def _fill_in(self, text: str) -> str:
        return text.replace("{folder}", str(self.folder))


def check_outcome(case: Case, outcome: Outcome) -> None:
    """Require the exit status, the remedy and its place, no traceback and no secret."""
    assert outcome.status == case.status, outcome.output
    assert case.place in outcome.output
    assert case.sentence in outcome.output
    assert "Traceback" not in outcome.output
    assert "stopped at an error it does not know" not in outcome.output
    assert [secret for secret in SECRETS if secret in outcome.output] == []


@contextmanager
def _keep_privileges() -> Iterator[None]:
    yield


@contextmanager
def _drop_privileges(folder: Path) -> Iterator[None]:
    """Run without root's privileges, to which no permission applies; its folder is passable."""
    if os.geteuid() != 0:
        yield
        return
    folder.chmod(0o755)
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
