import stat
from pathlib import Path

import pytest

from bot.admin import table_file


def test_the_file_is_private_and_utf8(tmp_path: Path) -> None:
    """Only its owner can read the file, and a spreadsheet recognizes its encoding."""
    path = tmp_path / "tables.csv"

    table_file.write_csv(path, [("équipe", "a, b"), ("团队", 'say "c"')])

    assert path.read_bytes() == b"\xef\xbb\xbf" + 'équipe,"a, b"\r\n团队,"say ""c"""\r\n'.encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    """A file that exists stays as it is."""
    path = tmp_path / "tables.csv"
    path.write_text("mine")

    with pytest.raises(FileExistsError):
        table_file.write_csv(path, [("a",)])
    assert path.read_text() == "mine"
