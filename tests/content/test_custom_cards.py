from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from bot.content import catalogue
from bot.content.catalogue import Catalogue
from bot.domain import tips
from tests.sources import ROOT

SHIPPED = catalogue.load_catalogue().get_pack("en")
CARD = """
[[card]]
id = "{0}"
title = "{1}"
point = "A point."
try_this = "Try it."
"""


def loaded(folder: Path, **files: str) -> Catalogue:
    """The catalogue with a practice's folder of these files."""
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return catalogue.load_catalogue(folder)


def told(found: Catalogue, folder: Path) -> list[tuple[str, str]]:
    """Where each fault is, and what it is about."""
    return [
        (one.location.removeprefix(f"{folder}/"), one.key.removeprefix("operator.cards."))
        for one in found.faults
    ]


def own_ids(found: Catalogue) -> Sequence[str]:
    """The ids of the practice's own cards, as English readers meet them."""
    ours = {tip.id for tip in SHIPPED.tips}
    return [tip.id for tip in found.get_pack("en").tips if tip.id not in ours]


def test_a_practice_adds_a_card_to_a_topic(tmp_path: Path) -> None:
    """Its card takes turns with ours, under a topic that can be typed."""
    found = loaded(tmp_path, mine='topic = "signs"\n' + CARD.format("our-door", "The door"))
    words = found.get_pack("en")

    assert (found.own_card_count, found.retired_card_count, found.faults) == (1, 0, ())
    assert len(words.tips) == len(SHIPPED.tips) + 1
    assert "The door" in str(tips.render_topic("signs", words))
    assert tips.select_daily_tip(words.tips, "T1", date(2026, 1, 5)) in words.tips


def test_a_practice_opens_a_topic_of_its_own(tmp_path: Path) -> None:
    """A new topic has a title, and stands after ours in the list."""
    found = loaded(
        tmp_path,
        a='topic = "ours"\ntitle = "From us"\n' + CARD.format("one", "One"),
        b='topic = "ours"\n' + CARD.format("two", "Two"),
    )

    assert list(found.get_pack("en").topics.items())[-1] == ("ours", "From us")
    assert own_ids(found) == ["one", "two"]


def test_a_practice_retires_cards_of_ours(tmp_path: Path) -> None:
    """What it does without is shown to nobody; a topic left empty leaves the list."""
    every = [tip.id for tip in SHIPPED.tips if tip.topic == "share"]
    found = loaded(tmp_path, mine=f"retire = {every}")
    words = found.get_pack("en")

    assert found.retired_card_count == len(every)
    assert not set(every) & {tip.id for tip in words.tips}
    assert "share" not in words.topics


def test_a_practice_cannot_retire_everything(tmp_path: Path) -> None:
    """A day without a card there is not: with none left, ours stay until that is mended."""
    found = loaded(tmp_path, mine=f"retire = {[tip.id for tip in SHIPPED.tips]}")

    assert found.get_pack("en").tips == SHIPPED.tips
    assert told(found, tmp_path) == [("CARDS_FOLDER", "nothing_left")]


def test_a_card_is_read_in_ones_own_language_where_there_is_one(tmp_path: Path) -> None:
    """Everybody meets the same card on the same day, each in the nearest language it has."""
    found = loaded(
        tmp_path,
        all='topic = "ours"\ntitle = "For all"\n' + CARD.format("one", "For all"),
        en='topic = "ours"\ntitle = "English"\nlanguage = "en"\n' + CARD.format("one", "English"),
    )

    assert found.get_pack("en").get_tip("one").title == "English"
    assert found.get_pack("en").topics["ours"] == "English"
    assert len({len(found.get_pack(tag).tips) for tag in found.languages}) == 1


@pytest.mark.parametrize(
    ("line", "where", "key"),
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
    ],
)
def test_a_broken_card_costs_itself_alone(tmp_path: Path, line: str, where: int, key: str) -> None:
    """One line that breaks the form is told with its file and line; the next card is in use."""
    rest = 'title = "T"\ntry_this = "Try."' + ("" if "point" in line else '\npoint = "P."')
    broken = f'topic = "ask"\n\n[[card]]\n# A remark.\nid = "broken"\n{line}\n{rest}\n'

    found = loaded(tmp_path, mine=broken + CARD.format("sound", "Sound"))

    assert told(found, tmp_path) == [(f"mine.toml:{where}", key)]
    assert own_ids(found) == ["sound"]


@pytest.mark.parametrize(
    ("card", "key"),
    [
        ('[[card]]\nid = "x"\npoint = "P."\ntry_this = "T."\n', "missing_key"),
        (CARD.format("Not An Id", "T"), "id"),
        (CARD.format("ask-aloud", "T"), "taken"),
        (CARD.format("x", "T" * 61), "too_long"),
    ],
)
def test_a_card_without_its_own_name_or_title_is_refused(
    tmp_path: Path, card: str, key: str
) -> None:
    """A card needs an id of its own and a title that fits."""
    found = loaded(tmp_path, mine='topic = "ask"\n' + card)

    assert [what for _, what in told(found, tmp_path)] == [key]
    assert own_ids(found) == []


@pytest.mark.parametrize(
    ("head", "line", "key"),
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
def test_a_broken_head_costs_its_file(tmp_path: Path, head: str, line: int, key: str) -> None:
    """Where it is unclear what a file is about, its cards wait; another file's are in use."""
    other = 'topic = "ask"\n' + CARD.format("sound", "Sound")

    found = loaded(tmp_path, mine=head + CARD.format("lost", "Lost"), other=other)

    assert told(found, tmp_path) == [(f"mine.toml:{line}", key)]
    assert own_ids(found) == ["sound"]


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    """A file saved in another encoding is left out."""
    (tmp_path / "mine.toml").write_bytes(b'topic = "\xff"')

    assert told(catalogue.load_catalogue(tmp_path), tmp_path) == [("mine.toml", "unreadable")]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A slip in CARDS_FOLDER is told, and the cards that ship are in use."""
    found = catalogue.load_catalogue(tmp_path / "nowhere")

    assert told(found, tmp_path) == [("CARDS_FOLDER", "folder")]
    assert found.get_pack("en").tips == SHIPPED.tips


def test_the_readmes_card_is_sound(tmp_path: Path) -> None:
    """Whoever copies the example from the README has a first card of their own."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    example = readme.partition("**Cards of your own:**")[2].split("```")[1].removeprefix("toml\n")

    found = loaded(tmp_path, mine=example)

    assert found.faults == ()
    assert (found.own_card_count, found.retired_card_count) == (1, 1)
