"""Run a command of the operator in process, in an environment of the test's own."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.__main__ import HANDLERS
from bot.admin.command_line import build_parser
from bot.command_runner import run_command
from bot.content.catalogue import Catalogue
from bot.store.store import Store
from tests.database_files import copy_empty_database
from tests.key_folders import open_test_store
from tests.loaded_settings import PEPPER, clear_environment
from tests.logging_state import restore_logging


@dataclass
class OperatorConsole:
    """A terminal with settings for an SQLite database in *folder*, whose text is English."""

    folder: Path
    catalogue: Catalogue
    monkeypatch: pytest.MonkeyPatch
    captured: pytest.CaptureFixture[str]
    language: str = "en"

    def __post_init__(self) -> None:
        """Name the database, its keys and the pepper."""
        clear_environment(self.monkeypatch, self.folder)
        self.set(
            DATABASE_URL=f"sqlite:///{self.database_file}",
            KEYS=str(self.folder / "keys"),
            PEPPER=PEPPER,
        )

    @property
    def database_file(self) -> Path:
        """The SQLite file."""
        return self.folder / "data" / "attune.sqlite"

    def set(self, **settings: str) -> None:
        """Set settings in the environment."""
        for name, value in settings.items():
            self.monkeypatch.setenv(name, value)

    def create_database(self) -> None:
        """Create a database with every table and no row."""
        copy_empty_database(self.database_file.parent)

    def open_store(self) -> Store:
        """Open the database, as a bot does."""
        return open_test_store(f"sqlite:///{self.database_file}", (PEPPER.encode(),))

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command; return its exit status and what it printed."""
        words = self.catalogue.get_pack(self.language)
        self.captured.readouterr()
        options = build_parser(words, HANDLERS).parse_args(arguments)
        with restore_logging():
            status = run_command(options.run, options, words)
        output = self.captured.readouterr()
        return status, output.out + output.err


@pytest.fixture
def console(
    tmp_path: Path,
    full_catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> OperatorConsole:
    """A console in the test's folder."""
    return OperatorConsole(tmp_path, full_catalogue, monkeypatch, capsys)
