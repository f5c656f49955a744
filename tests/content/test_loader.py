import tomllib
from pathlib import Path

import pytest

from bot.content import loader


def written(folder: Path, name: str, text: str) -> Path:
    """Return a file with *text* in it."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_sentence_is_keyed_by_its_file_and_path(tmp_path: Path) -> None:
    """The file's name is the first part of a key, its tables are the next."""
    written(tmp_path, "tip.toml", 'plain = "One"\n[usage]\ntext = "Two"\n')

    assert loader.load_sentences(tmp_path) == {"tip.plain": "One", "tip.usage.text": "Two"}


def test_plural_forms_are_one_sentence(tmp_path: Path) -> None:
    """A table of CLDR's plural names with 'other' among them is one sentence."""
    written(tmp_path, "tip.toml", 'cards = { one = "A card", other = "{count} cards" }\n')

    assert loader.load_sentences(tmp_path) == {
        "tip.cards": {"one": "A card", "other": "{count} cards"}
    }


def test_a_table_with_a_word_of_its_own_is_no_plural(tmp_path: Path) -> None:
    """A table that holds more than plural names is a table, whatever else it holds."""
    written(tmp_path, "tip.toml", '[way]\nother = "Another"\nfirst = "First"\n')

    assert set(loader.load_sentences(tmp_path)) == {"tip.way.other", "tip.way.first"}


def test_lines_have_no_plural_forms(tmp_path: Path) -> None:
    """The guide's lines are plain; a plural form has no place among them."""
    file = written(tmp_path, "guide.toml", 'a = "A"\nb = { one = "1", other = "2" }\n')

    assert loader.load_lines(file) == {"a": "A"}


def test_a_short_name_is_the_label_unless_given(tmp_path: Path) -> None:
    """An answer without a short name is called by its label under a bar as well."""
    file = written(
        tmp_path,
        "q.toml",
        '[form]\ntext = "?"\nrequired = true\nat_most = 1\n'
        '[[form.option]]\ncode = "a"\nlabel = "Alpha"\nbrief = "A"\n'
        '[[form.option]]\ncode = "b"\nlabel = "Beta"\n',
    )

    assert loader.load_questions(file)["form"].short_labels == {"a": "A", "b": "Beta"}


def test_cards_keep_the_order_of_their_files(tmp_path: Path) -> None:
    """Topics stand in the order of the files' names, and cards in that of their file."""
    card = '[[card]]\nid = "{0}"\natom = "{0}"\ntitle = "t"\npoint = "p"\ntry_this = "x"\n'
    written(tmp_path, "2.toml", 'topic = "b"\ntitle = "B"\n' + card.format("z"))
    written(tmp_path, "1.toml", 'topic = "a"\ntitle = "A"\n' + card.format("y") + card.format("x"))

    tips, topics = loader.load_tips(tmp_path)

    assert [tip.id for tip in tips] == ["y", "x", "z"]
    assert list(topics.items()) == [("a", "A"), ("b", "B")]
    assert (tips[0].say, tips[0].reference) == ("", "")


def test_a_torn_file_is_told_with_its_line(tmp_path: Path) -> None:
    """A file that is no TOML stops the start, and the error names the line."""
    with pytest.raises(tomllib.TOMLDecodeError, match="line 1"):
        loader.read_toml(written(tmp_path, "torn.toml", "a = \nb = 1"))
