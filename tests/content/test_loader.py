"""Parsing the content's TOML files."""

import tomllib
from pathlib import Path

import pytest

from bot.content import loader


def write_file(folder: Path, name: str, text: str) -> Path:
    """Write *text* to a file and return its path."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_sentences_are_keyed_by_file_and_table(tmp_path: Path) -> None:
    """A key is the file's name, followed by the tables' names."""
    write_file(tmp_path, "tip.toml", 'plain = "One"\n[usage]\ntext = "Two"\n')

    assert loader.load_sentences(tmp_path) == {"tip.plain": "One", "tip.usage.text": "Two"}


def test_table_of_plural_forms_is_one_sentence(tmp_path: Path) -> None:
    """A table of CLDR categories that contains 'other' is one sentence."""
    write_file(tmp_path, "tip.toml", 'cards = { one = "A card", other = "{count} cards" }\n')

    assert loader.load_sentences(tmp_path) == {
        "tip.cards": {"one": "A card", "other": "{count} cards"}
    }


def test_table_with_another_key_is_not_a_plural(tmp_path: Path) -> None:
    """A table with any other key is a table of sentences."""
    write_file(tmp_path, "tip.toml", '[way]\nother = "Another"\nfirst = "First"\n')

    assert set(loader.load_sentences(tmp_path)) == {"tip.way.other", "tip.way.first"}


def test_plural_forms_are_not_lines(tmp_path: Path) -> None:
    """Only plain strings are lines of the guide."""
    file = write_file(tmp_path, "guide.toml", 'a = "A"\nb = { one = "1", other = "2" }\n')

    assert loader.load_guide_lines(file) == {"a": "A"}


def test_short_label_defaults_to_the_label(tmp_path: Path) -> None:
    """An option without a short label uses its label."""
    file = write_file(
        tmp_path,
        "q.toml",
        '[form]\ntext = "?"\nrequired = true\nat_most = 1\n'
        '[[form.option]]\ncode = "a"\nlabel = "Alpha"\nbrief = "A"\n'
        '[[form.option]]\ncode = "b"\nlabel = "Beta"\n',
    )

    assert loader.load_questions(file)["form"].short_labels == {"a": "A", "b": "Beta"}


def test_cards_are_in_file_order(tmp_path: Path) -> None:
    """Topics are sorted by file name, and cards are in the order of their file."""
    card = '[[card]]\nid = "{0}"\natom = "{0}"\ntitle = "t"\npoint = "p"\ntry_this = "x"\n'
    write_file(tmp_path, "2.toml", 'topic = "b"\ntitle = "B"\n' + card.format("z"))
    write_file(
        tmp_path, "1.toml", 'topic = "a"\ntitle = "A"\n' + card.format("y") + card.format("x")
    )

    tips, topics = loader.load_tips(tmp_path)

    assert [tip.id for tip in tips] == ["y", "x", "z"]
    assert list(topics.items()) == [("a", "A"), ("b", "B")]
    assert (tips[0].say, tips[0].reference) == ("", "")


def test_syntax_error_has_its_line(tmp_path: Path) -> None:
    """A file that is not valid TOML raises an exception with the line."""
    with pytest.raises(tomllib.TOMLDecodeError, match="line 1"):
        loader.read_toml(write_file(tmp_path, "torn.toml", "a = \nb = 1"))
