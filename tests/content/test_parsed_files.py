"""The content's files are parsed once, and again after each change."""

import json
from pathlib import Path

import pytest

from bot.content.loader import read_toml
from bot.content.parsed_files import find_result_file, load_documents
from tests.sources import ROOT

CONTENT = ROOT / "bot" / "content"


@pytest.fixture(autouse=True)
def allow_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The result may be written, as where compiled modules are."""
    monkeypatch.setattr("sys.dont_write_bytecode", False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one file of content, whose result may be written."""
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "tip.toml").write_text('title = "One"')
    return tmp_path


def load(folder: Path) -> object:
    """Load the documents of *folder*, with the result in a folder of its own."""
    return load_documents(folder, ("**/*.toml",), folder / "compiled" / "result.json")


def test_the_stored_result_is_what_the_files_say(tmp_path: Path) -> None:
    """All content of the bot is the same from the stored result as from its files."""
    result_file = tmp_path / "result.json"
    names = ("*.toml", "en/**/*.toml", "fr/**/*.toml", "zh/**/*.toml")
    load_documents(CONTENT, names, result_file)

    stored = load_documents(CONTENT, names, result_file)

    assert result_file.exists()
    assert stored == {name: read_toml(CONTENT / name) for name in stored}


def test_a_second_load_parses_nothing(folder: Path) -> None:
    """The second load returns what is stored for the same bytes."""
    load(folder)
    result_file = folder / "compiled" / "result.json"
    stored = json.loads(result_file.read_bytes())
    stored["documents"]["words/tip.toml"]["title"] = "Stored"
    result_file.write_text(json.dumps(stored))

    assert load(folder) == {"words/tip.toml": {"title": "Stored"}}


def test_an_edited_file_is_parsed_again(folder: Path) -> None:
    """An edit counts at the next load, also one of the same length."""
    load(folder)
    (folder / "words" / "tip.toml").write_text('title = "Two"')

    assert load(folder) == {"words/tip.toml": {"title": "Two"}}


def test_a_renamed_file_is_parsed_again(folder: Path) -> None:
    """A file with the same content under another name is another document."""
    load(folder)
    (folder / "words" / "tip.toml").rename(folder / "words" / "home.toml")

    assert load(folder) == {"words/home.toml": {"title": "One"}}


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", "\ufeff"])
def test_a_damaged_result_is_replaced(folder: Path, damage: str) -> None:
    """A result that is cut off, or is something else, is written again."""
    load(folder)
    result_file = folder / "compiled" / "result.json"
    complete_text = result_file.read_text()
    result_file.write_text(damage)

    assert load(folder) == {"words/tip.toml": {"title": "One"}}
    assert result_file.read_text() == complete_text


def test_files_are_parsed_where_nothing_can_be_written(folder: Path) -> None:
    """Without a folder for the result the content is complete all the same."""
    (folder / "compiled").write_text("a file in the folder's place")

    assert load(folder) == {"words/tip.toml": {"title": "One"}}


def test_nothing_is_written_where_python_writes_no_compiled_modules(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interpreter's setting about compiled modules applies to the result."""
    monkeypatch.setattr("sys.dont_write_bytecode", True)

    load(folder)

    assert not (folder / "compiled").exists()


def test_the_result_is_beside_the_compiled_module(tmp_path: Path) -> None:
    """The result is stored in the folder in which Python stores the compiled module."""
    result_file = find_result_file(str(tmp_path / "catalogue.py"))

    assert result_file.parent == tmp_path / "__pycache__"
    assert result_file.suffix == ".json"
