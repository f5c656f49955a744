"""Faults of a TOML file are located by array, table and key."""

import tomllib
from pathlib import Path

import pytest

from bot.admin.toml_line_index import TomlLineIndex, locate_syntax_error

PATH = Path("teams.toml")
TEXT = """# two arrays of tables
title = "practice"

[[team]]
name = "North"
clinicians = [
    "U0A",
]
[team.checkin]
day = "monday"

  [[ team ]]
channel = "C0SOUTH"
channel = "C0WEST"
[[same]]
name = "in another array"
[[same]]
people = []
"""
INDEX = TomlLineIndex(PATH, TEXT)


@pytest.mark.parametrize(
    ("array", "index", "field", "line"),
    [
        ("team", 0, "name", 5),
        ("team", 0, "clinicians", 6),
        ("team", 0, "checkin", 9),
        ("team", 1, "channel", 13),
        ("same", 1, "people", 18),
    ],
    ids=["key", "list", "subtable", "first of two", "other array"],
)
def test_key_is_located_in_its_table(array: str, index: int, field: str, line: int) -> None:
    """A subtable counts as a key, and a repeated key has its first line."""
    assert INDEX.locate_field(array, index, field) == f"teams.toml:{line}"


@pytest.mark.parametrize(
    ("array", "index", "field", "line"),
    [("team", 0, "channel", 4), ("team", 1, "name", 12), ("same", 0, "people", 15)],
)
def test_missing_key_is_located_at_the_heading(
    array: str, index: int, field: str, line: int
) -> None:
    """A key of the next table, also of another array, is not one of this table."""
    assert INDEX.locate_field(array, index, field) == f"teams.toml:{line}"


@pytest.mark.parametrize(("index", "line"), [(0, 15), (1, 17), (2, 1)])
def test_table_is_located_at_its_heading(index: int, line: int) -> None:
    """A table without a heading has line 1."""
    assert INDEX.locate_table("same", index) == f"teams.toml:{line}"


@pytest.mark.parametrize("character", ["\u2028", "\x85", "\f"], ids=ascii)
def test_line_feed_alone_ends_a_line(character: str) -> None:
    """A line separator of Unicode in a pasted comment or value moves no later location."""
    index = TomlLineIndex(PATH, f"# pasted{character}comment\n[[team]]\nname = 1\n")

    assert index.locate_field("team", 0, "name") == "teams.toml:3"


@pytest.mark.parametrize("array", ["team", "workspace"])
def test_inline_array_is_located_at_the_first_line(array: str) -> None:
    """Its tables have no headings, and an absent array has none either."""
    index = TomlLineIndex(PATH, '\nteam = [{ name = "North" }]\n')

    assert index.locate_field(array, 0, "name") == "teams.toml:1"


@pytest.mark.parametrize(
    ("name", "line"), [("title", 2), ("same", 15), ("channel", 13), ("chan", 1), ("a.b", 1)]
)
def test_name_is_located_at_its_first_line(name: str, line: int) -> None:
    """Keys and tables are found by their whole name, line 1 stands for none."""
    assert INDEX.locate_name(name) == f"teams.toml:{line}"


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\nb = \n", 2), ("a = " + "9" * 5_000, 1)], ids=["syntax", "integer"]
)
def test_exception_of_the_parser_is_located(text: str, line: int) -> None:
    """An exception without a line number has line 1."""
    with pytest.raises(ValueError, match=r".") as error:
        tomllib.loads(text)

    assert locate_syntax_error(PATH, error.value) == f"teams.toml:{line}"
