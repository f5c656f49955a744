"""Each workspace is served its own content, and what does not differ is shared."""

from pathlib import Path
from typing import Any

import pytest

from bot.content.catalogue import Catalogue
from bot.content.custom_cards import CARDS_LOCATION
from bot.errors import FaultyInputError
from bot.retention_periods import DEFAULT_RETENTION, RetentionPeriods
from bot.served_content import list_card_faults, load_served_content, load_workspace_catalogues
from bot.settings import Settings

CARD = """
topic = "{topic}"
title = "Ours"
[[card]]
id = "{topic}-door"
title = "The door of {topic}"
point = "Some look to the door first."
try_this = "Ask one client about the door."
"""
NORTH, SOUTH, EAST = "slack:T0NORTH", "slack:T0SOUTH", "slack:T0EAST"


def write_cards(folder: Path, topic: str) -> Path:
    """Write a folder with one card on a topic of its own."""
    cards = folder / topic
    cards.mkdir()
    (cards / "cards.toml").write_text(CARD.format(topic=topic), encoding="utf-8")
    return cards


def load_contents(folder: Path, text: str, **values: Any) -> tuple[Catalogue, dict[str, Catalogue]]:
    """Return the deployment's content and that by workspace for a workspaces file of *text*."""
    file = folder / "workspaces.toml"
    file.write_text(text, encoding="utf-8")
    settings = Settings(_env_file=None, workspaces_file=file, **values)
    shared = load_served_content(settings)
    return shared, dict(load_workspace_catalogues(settings, shared))


def test_an_entry_replaces_what_it_names(tmp_path: Path) -> None:
    """Cards, safety texts and periods are a workspace's own one by one; the rest is shared."""
    shared_cards = write_cards(tmp_path, "shared")
    write_cards(tmp_path, "north")
    shared, own = load_contents(
        tmp_path,
        """
        [[workspace]]
        id = "T0NORTH"
        cards = "north"
        [[workspace]]
        id = "T0SOUTH"
        safety = { fr = "Appelez le 2." }
        tables_retention_months = 7
        """,
        cards_folder=shared_cards,
        safety_text_en="Call 1.",
    )
    north, south = own[NORTH].get_pack("en"), own[SOUTH].get_pack("en")

    assert shared.get_pack("en").safety_text == north.safety_text == "Call 1."
    assert south.safety_text == own[SOUTH].get_pack("zh").safety_text == "Appelez le 2."
    assert "shared" in south.topics
    assert "north" not in south.topics
    assert "north" in north.topics
    assert "shared" not in north.topics
    assert (north.retention, south.retention) == (DEFAULT_RETENTION, RetentionPeriods(7, 24))
    assert EAST not in own


def test_equal_content_is_shared(tmp_path: Path) -> None:
    """Entries that change nothing have the deployment's packs, and equal entries one of theirs."""
    write_cards(tmp_path, "north")
    shared, own = load_contents(
        tmp_path,
        """
        [[workspace]]
        id = ["T0NORTH", "T0SOUTH"]
        cards = "north"
        [[workspace]]
        id = "T0EAST"
        cards = "north"
        safety = { en = "Call 3." }
        [[workspace]]
        id = "T0WEST"
        audit_retention_months = 24
        [[workspace]]
        id = "T0FAR"
        cards = "north"
        """,
    )

    assert own["slack:T0WEST"] is shared
    assert own[NORTH] is own[SOUTH] is own["slack:T0FAR"]
    for language in shared.languages:
        north, east = own[NORTH].get_pack(language), own[EAST].get_pack(language)
        assert north.tips is east.tips
        assert north.sentences is east.sentences is shared.get_pack(language).sentences


def test_a_fault_in_one_workspace_s_cards_concerns_no_other(tmp_path: Path) -> None:
    """The others load, and each fault is reported once with the line that names the folder."""
    write_cards(tmp_path, "north")
    cards = write_cards(tmp_path, "south") / "cards.toml"
    cards.write_text(CARD.format(topic="south").replace("point =", "pont ="), encoding="utf-8")
    shared, own = load_contents(
        tmp_path,
        """
        [[workspace]]
        id = "T0NORTH"
        cards = "north"
        [[workspace]]
        id = "T0SOUTH"
        cards = "south"
        [[workspace]]
        id = "T0WEST"
        cards = "south"
        safety = { en = "Call 4." }
        [[workspace]]
        id = "T0EAST"
        cards = "nowhere"
        """,
    )

    assert "north" in own[NORTH].get_pack("en").topics
    assert not own[NORTH].faults
    assert own[EAST].get_pack("en").tips == own[SOUTH].get_pack("en").tips
    faults = list_card_faults((shared, *own.values()))
    assert [(fault.location, fault.key.rpartition(".")[2]) for fault in faults] == [
        (f"{cards}:7", "unknown_key"),
        (f"{cards}:4", "missing_key"),
        (f"{tmp_path / 'workspaces.toml'}:14", "folder"),
    ]


def test_a_fault_of_the_deployment_s_cards_is_reported_once(tmp_path: Path) -> None:
    """It has the setting's name, also where an entry without cards of its own uses the folder."""
    shared, own = load_contents(
        tmp_path,
        """
        [[workspace]]
        id = "T0NORTH"
        safety = { fr = "Appelez le 2." }
        """,
        cards_folder=tmp_path / "nowhere",
    )

    faults = list_card_faults((shared, *own.values()))
    assert [fault.location for fault in faults] == [CARDS_LOCATION]


@pytest.mark.parametrize("cards", ["x" * 5000, "x/" * 5000, "north\\u0000"], ids=len)
def test_a_path_that_no_folder_can_have_stops_nothing(tmp_path: Path, cards: str) -> None:
    """It is reported as a folder that is not there."""
    text = f'[[workspace]]\nid = "T0NORTH"\ncards = "{cards}"\n'
    shared, own = load_contents(tmp_path, text)

    assert own[NORTH].get_pack("en").tips == shared.get_pack("en").tips
    assert [fault.key for fault in own[NORTH].faults] == ["operator.cards.folder"]


def test_a_fault_in_a_safety_text_or_period_stops_the_start(tmp_path: Path) -> None:
    """A clinic must not be served without its helpline, nor store longer than it was told."""
    text = "[[workspace]]\nid = 'T0NORTH'\nsafety = { en = '' }\ntables_retention_months = 99\n"
    with pytest.raises(FaultyInputError) as error:
        load_contents(tmp_path, text)

    assert [fault.key for fault in error.value.faults] == [
        "operator.workspaces.safety",
        "operator.workspaces.tables_retention_months",
    ]


def test_without_a_file_nothing_is_a_workspace_s_own() -> None:
    """The deployment's settings hold for all."""
    settings = Settings(_env_file=None)

    assert not load_workspace_catalogues(settings, load_served_content(settings))
