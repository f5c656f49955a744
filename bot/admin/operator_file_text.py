"""Decode an operator's TOML or CSV file: UTF-8 with or without a byte order mark, or UTF-16."""

import codecs
from pathlib import Path

from bot.errors import Fault, FaultyInputError

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_operator_file(path: Path) -> str:
    """Read and decode the file at *path*; line endings are converted to line feeds.

    Raises :class:`bot.errors.FaultyInputError` for a file that cannot be read, and for any other
    encoding, with the line of the first undecodable byte. There is no fallback encoding: a wrong
    one would change names without an error.
    """
    try:
        content = path.read_bytes()
    except OSError:
        raise FaultyInputError((Fault(str(path), "operator.team.unreadable"),)) from None
    try:
        text = content.decode("utf-16" if content.startswith(_UTF16_MARKS) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        fault = Fault(f"{path}:{line}", "operator.team.not_utf8")
        raise FaultyInputError((fault,)) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
