"""Encodings of an operator's file: read, or reported with the line."""

from pathlib import Path

import pytest

from bot.admin.operator_file_text import read_operator_file
from bot.errors import FaultyInputError

TEXT = 'name = "Équipe"\nchannel = "C0"\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_with_its_mark(tmp_path: Path, encoding: str) -> None:
    """Editors on Windows write a byte order mark, or UTF-16."""
    file = tmp_path / "teams.toml"
    file.write_bytes(TEXT.encode(encoding))

    assert read_operator_file(file) == TEXT


def test_line_ends_of_every_system_are_read(tmp_path: Path) -> None:
    """Windows' and old line ends are line feeds for the parser."""
    file = tmp_path / "teams.toml"
    file.write_bytes(b"a\r\nb\rc\n")

    assert read_operator_file(file) == "a\nb\nc\n"


def test_latin_1_is_reported_with_its_line(tmp_path: Path) -> None:
    """A guessed encoding would change names, so that the operator saves the file anew."""
    file = tmp_path / "teams.toml"
    file.write_bytes(b"[[team]]\n" + TEXT.encode("latin-1"))

    with pytest.raises(FaultyInputError) as error:
        read_operator_file(file)

    (fault,) = error.value.faults
    assert (fault.location, fault.key) == (f"{file}:2", "operator.team.not_utf8")


def test_missing_file_is_reported(tmp_path: Path) -> None:
    """A path that does not exist is a fault without a line."""
    with pytest.raises(FaultyInputError) as error:
        read_operator_file(tmp_path / "none.toml")

    assert error.value.faults[0].key == "operator.team.unreadable"
