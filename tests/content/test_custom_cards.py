"""Loading a practice's custom cards: merging, and a located fault for every invalid part."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from bot.content import catalogue
from bot.content.catalogue import Catalogue
from bot.domain import tip_rotation, tips
from tests.sources import ROOT

SHIPPED = catalogue.load_catalogue().get_pack("en")
CARD = """
[[card]]
id = "{0}"
title = "{1}"
point = "A point."
try_this = "Try it."
"""


def load_with_files(folder: Path, **files: str) -> Catalogue:
    """Return the catalogue, loaded with a cards folder of these files."""
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return catalogue.load_catalogue(folder)


def list_faults(content: Catalogue, folder: Path) -> list[tuple[str, str]]:
    """Return the location and key of each fault."""
    return [
        (fault.location.removeprefix(f"{folder}/"), fault.key.removeprefix("operator.cards."))
        for fault in content.faults
    ]


def custom_ids(content: Catalogue) -> Sequence[str]:
    """Return the ids of the custom cards in the English pack."""
    shipped_ids = {tip.id for tip in SHIPPED.tips}
    return [tip.id for tip in content.get_pack("en").tips if tip.id not in shipped_ids]


def test_custom_card_is_added_to_a_shipped_topic(tmp_path: Path) -> None:
    """The card is rotated with the shipped ones, and listed under its topic."""
    content = load_with_files(
        tmp_path, mine='topic = "signs"\n' + CARD.format("our-door", "The door")
    )
    words = content.get_pack("en")

    assert (content.own_card_count, content.retired_card_count, content.faults) == (1, 0, ())
    assert len(words.tips) == len(SHIPPED.tips) + 1
    assert "The door" in str(tips.render_topic("signs", words))
    assert tip_rotation.select_daily_tip(words.tips, "T1", date(2026, 1, 5)) in words.tips


def test_custom_topic_is_listed_after_the_shipped_ones(tmp_path: Path) -> None:
    """A topic with a title of its own may span several files."""
    content = load_with_files(
        tmp_path,
        a='topic = "ours"\ntitle = "From us"\n' + CARD.format("one", "One"),
        b='topic = "ours"\n' + CARD.format("two", "Two"),
    )

    assert list(content.get_pack("en").topics.items())[-1] == ("ours", "From us")
    assert custom_ids(content) == ["one", "two"]


def test_retired_cards_are_removed(tmp_path: Path) -> None:
    """Retired cards are in no language, and a topic without cards is not listed."""
    card_ids = [tip.id for tip in SHIPPED.tips if tip.topic == "share"]
    content = load_with_files(tmp_path, mine=f"retire = {card_ids}")
    words = content.get_pack("en")

    assert content.retired_card_count == len(card_ids)
    assert not set(card_ids) & {tip.id for tip in words.tips}
    assert "share" not in words.topics


def test_retiring_every_card_is_rejected(tmp_path: Path) -> None:
    """If no card would remain, no card is retired and a fault is recorded."""
    content = load_with_files(tmp_path, mine=f"retire = {[tip.id for tip in SHIPPED.tips]}")

    assert content.get_pack("en").tips == SHIPPED.tips
    assert list_faults(content, tmp_path) == [("CARDS_FOLDER", "nothing_left")]


def test_card_in_the_own_language_is_preferred(tmp_path: Path) -> None:
    """Every language has the same card ids; a translation replaces the language-neutral card."""
    content = load_with_files(
        tmp_path,
        all='topic = "ours"\ntitle = "For all"\n' + CARD.format("one", "For all"),
        en='topic = "ours"\ntitle = "English"\nlanguage = "en"\n' + CARD.format("one", "English"),
    )

    assert content.get_pack("en").get_tip("one").title == "English"
    assert content.get_pack("en").topics["ours"] == "English"
    assert len({len(content.get_pack(tag).tips) for tag in content.languages}) == 1


@pytest.mark.parametrize(
    ("line", "line_number", "key"),
    [
        ("point = 3", 6, "not_text"),
        ('point = " "', 6, "empty"),
        (f'point = "{"word " * 61}"', 6, "too_long"),
        (f'say = "{"a" * 121}"', 6, "too_long"),
        ('kind = "joke"', 6, "kind"),
        ('reference = "freud1905"', 6, "reference"),
        ('reference = "source"', 6, "reference"),
        ('colour = "red"', 6, "unknown_key"),
        ("point = ", 6, "not_toml"),
        pytest.param(f"point = {'9' * 5_000}", 3, "not_toml", id="integer of 5,000 digits"),
        pytest.param(f"point = {'[' * 5_000}", 3, "not_toml", id="5,000 nested arrays"),
    ],
)
def test_invalid_card_is_skipped(tmp_path: Path, line: str, line_number: int, key: str) -> None:
    """The fault of an invalid card has its file and line, and the next card is loaded."""
    rest = 'title = "T"\ntry_this = "Try."' + ("" if "point" in line else '\npoint = "P."')
    invalid = f'topic = "ask"\n\n[[card]]\n# A remark.\nid = "broken"\n{line}\n{rest}\n'

    content = load_with_files(tmp_path, mine=invalid + CARD.format("sound", "Sound"))

    assert list_faults(content, tmp_path) == [(f"mine.toml:{line_number}", key)]
    assert custom_ids(content) == ["sound"]


@pytest.mark.parametrize(
    ("card", "key"),
    [
        ('[[card]]\nid = "x"\npoint = "P."\ntry_this = "T."\n', "missing_key"),
        (CARD.format("Not An Id", "T"), "id"),
        (CARD.format("ask-aloud", "T"), "taken"),
        (CARD.format("x", "T" * 61), "too_long"),
    ],
)
def test_card_needs_a_unique_id_and_a_title(tmp_path: Path, card: str, key: str) -> None:
    """A card without a valid unique id, or without a title that fits, is rejected."""
    content = load_with_files(tmp_path, mine='topic = "ask"\n' + card)

    assert [fault_key for _, fault_key in list_faults(content, tmp_path)] == [key]
    assert custom_ids(content) == []


@pytest.mark.parametrize(
    ("header", "line", "key"),
    [
        ("", 1, "topic"),
        ('topic = "Two Words"', 1, "topic"),
        ('topic = "ours"', 1, "title_of_topic"),
        ('topic = "ask"\nlanguage = "de"', 2, "language"),
        ('topic = "ask"\nretire = "ask-aloud"', 2, "retire"),
        ('topic = "ask"\nretire = ["nothing"]', 2, "retire_unknown"),
        ('topic = "ask"\nauthor = "me"', 2, "unknown_key"),
        ("topic = ask", 1, "not_toml"),
    ],
)
def test_file_with_an_invalid_header_is_skipped(
    tmp_path: Path, header: str, line: int, key: str
) -> None:
    """No card of a file with an invalid header is loaded; other files are."""
    other = 'topic = "ask"\n' + CARD.format("sound", "Sound")

    content = load_with_files(tmp_path, mine=header + CARD.format("lost", "Lost"), other=other)

    assert list_faults(content, tmp_path) == [(f"mine.toml:{line}", key)]
    assert custom_ids(content) == ["sound"]


def test_file_in_another_encoding_is_a_fault(tmp_path: Path) -> None:
    """A file that is not UTF-8 is skipped."""
    (tmp_path / "mine.toml").write_bytes(b'topic = "\xff"')

    assert list_faults(catalogue.load_catalogue(tmp_path), tmp_path) == [
        ("mine.toml", "unreadable")
    ]


def test_missing_folder_is_a_fault(tmp_path: Path) -> None:
    """If the folder does not exist, the shipped cards are loaded."""
    content = catalogue.load_catalogue(tmp_path / "nowhere")

    assert list_faults(content, tmp_path) == [("CARDS_FOLDER", "folder")]
    assert content.get_pack("en").tips == SHIPPED.tips


def test_documented_example_is_valid(tmp_path: Path) -> None:
    """The example in `docs/cards.md` loads without faults."""
    page = (ROOT / "docs/cards.md").read_text(encoding="utf-8")
    example = page.partition("**Custom cards:**")[2].split("```")[1].removeprefix("toml\n")

    content = load_with_files(tmp_path, mine=example)

    assert content.faults == ()
    assert (content.own_card_count, content.retired_card_count) == (1, 1)
