"""What is done with each command of the operator's pages, as ``plans.toml`` says."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

_PLANS_FILE = Path(__file__).with_name("plans.toml")

_BOT_PREFIXES = ("python -m bot ", "attune ")
_WEB = "python -m bot web"


@dataclass(frozen=True)
class Step:
    """A command of a page that is run on a place; the file describes the fields."""

    command: str
    place: str = "clinic"
    status: int = 0
    text: str = ""
    creates: str = ""
    file: str = ""
    channel: str = "C0123456"
    first: tuple[str, ...] = ()
    option: str = ""
    set: Mapping[str, str] = field(default_factory=dict)
    beside_web: bool = False
    own: bool = False

    @property
    def is_web(self) -> bool:
        """Whether the command is a process that serves until it is stopped."""
        return self.command == _WEB

    @property
    def needs_postgresql(self) -> bool:
        """Whether the step needs a server."""
        return self.place.startswith("postgresql") or "move-to" in self.command

    @property
    def bot_arguments(self) -> str:
        """The arguments of a command of the bot; empty for another program's."""
        prefix = next(filter(self.command.startswith, _BOT_PREFIXES), "")
        return self.command.removeprefix(prefix) if prefix else ""


@dataclass(frozen=True)
class Elsewhere:
    """Commands that are run by another test or page, whose file contains the words."""

    by: str
    words: str
    commands: tuple[str, ...]


@cache
def load_steps() -> Mapping[str, tuple[Step, ...]]:
    """Return the steps of each page, in order."""
    pages: dict[str, list[dict[str, Any]]] = _load_file()["run"]
    return {page: tuple(Step(**values) for values in steps) for page, steps in pages.items()}


@cache
def load_elsewhere() -> tuple[Elsewhere, ...]:
    """Return the commands that are run by others."""
    return tuple(
        Elsewhere(entry["by"], entry["words"], tuple(entry["commands"]))
        for entry in _load_file()["elsewhere"]
    )


@cache
def load_reasons() -> Mapping[str, str]:
    """Return why each of the commands that are not run is not."""
    return {
        command: entry["reason"]
        for entry in _load_file()["not_run"]
        for command in entry["commands"]
    }


def _load_file() -> dict[str, Any]:
    return tomllib.loads(_PLANS_FILE.read_text(encoding="utf-8"))
