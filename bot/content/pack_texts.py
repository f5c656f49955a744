"""Texts of the privacy pack, which are in English alone; what people see is in the catalogue.

Placeholders in braces are facts of the running installation. ``{section:name}`` is a reference to
a section, which the writers replace by its number.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.content import loader

_FOLDER = Path(__file__).with_name("privacy_pack")
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}|\{(\w+)\}")


@dataclass(frozen=True)
class PackTexts:
    """The parsed files by name, and the *facts* that fill the placeholders of their texts."""

    files: Mapping[str, Mapping[str, Any]]
    facts: Mapping[str, str]

    def fill(self, text: str, /, **more_facts: str) -> str:
        """Return *text* with its placeholders replaced; doubled braces become single ones.

        Raises :class:`KeyError` for a placeholder without a fact.
        """
        facts = {**self.facts, **more_facts}
        return _PLACEHOLDER.sub(
            lambda match: f"{{{match[1]}}}" if match[1] else facts[match[2]], text
        )

    def get_fact(self, file: str, *path: str) -> Any:  # noqa: ANN401 - a text, or a table of some
        """Return what *file* has at *path*; raises :class:`KeyError` that names both."""
        value: Any = self.files[file]
        for name in path:
            if name not in value:
                raise KeyError(f"{_FOLDER.name}/{file}.toml: {'.'.join(path)}")
            value = value[name]
        return value

    def get_word(self, name: str, /, **more_facts: str) -> str:
        """Return a short word or phrase of the pack."""
        return self.fill(self.files["prose"]["words"][name], **more_facts)

    def get_headings(self, name: str) -> tuple[str, ...]:
        """Return the column headings of a table of the pack."""
        return tuple(self.files["prose"]["headings"][name])


@cache
def read_files() -> Mapping[str, Mapping[str, Any]]:
    """Return every parsed file of the pack by its name without suffix."""
    return MappingProxyType(
        {file.stem: loader.read_toml(file) for file in sorted(_FOLDER.glob("*.toml"))}
    )


def read_stylesheet() -> str:
    """Return the stylesheet of the pack as a web page, on a screen and in print."""
    return (_FOLDER / "style.css").read_text(encoding="utf-8")
