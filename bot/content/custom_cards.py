"""A practice's own cards: a folder of files in the form of ours, read part by part.

A fault costs one card, never the folder: each ``[[card]]`` is read by itself, and what is
wrong with it is told with its file, its line and what to do.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bot.content import loader
from bot.content.model import CARD_KINDS, Tip
from bot.content.word_count import count_words
from bot.errors import Fault

T = TypeVar("T")

_CARD_HEADING_PATTERN = re.compile(r"\s*\[\[\s*card\s*\]\]\s*(#.*)?$")
_CARD_ID_PATTERN = re.compile(r"[a-z0-9-]{1,60}")
_TOPIC_PATTERN = re.compile(r"[a-z0-9-]{1,20}")
_REQUIRED_KEYS = ("id", "title", "point", "try_this")
_CARD_KEYS = {*_REQUIRED_KEYS, "say", "reference", "kind", "atom"}
_HEADER_KEYS = {"topic", "title", "language", "retire"}
_MAX_CHARACTERS = {"title": 60, "point": 600, "try_this": 300, "say": 120}
"""In characters; a point has 60 words at most, its advice 30, as ours have."""
_MAX_WORDS = {"point": 60, "try_this": 30}


@dataclass(frozen=True)
class ShippedContent:
    """What the bot brings along and a practice's files refer to."""

    cards: Collection[str]
    topics: Collection[str]
    references: Collection[str]
    languages: Sequence[str]


@dataclass
class CustomCards:
    """What a practice's folder holds: cards and topics by language, ids it retires, faults.

    The language ``""`` stands for files that everybody reads as they are.
    """

    cards: dict[str, dict[str, Tip]] = field(default_factory=dict)
    topics: dict[str, dict[str, str]] = field(default_factory=dict)
    retired_ids: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def card_ids(self) -> tuple[str, ...]:
        """Every card of the practice's own, in whichever language, in the files' order."""
        return tuple(dict.fromkeys(name for cards in self.cards.values() for name in cards))

    def get_card(self, name: str, language: str) -> Tip:
        """Return a card as *language* reads it: written for it, for everybody, or at all."""
        return next(
            cards[name] for cards in _ordered_by_preference(self.cards, language) if name in cards
        )

    def topic_titles(self, language: str) -> dict[str, str]:
        """Return the titles of the practice's own topics as *language* reads them."""
        near = [*_ordered_by_preference(self.topics, language)]
        return {topic: title for some in reversed(near) for topic, title in some.items()}


def _ordered_by_preference(
    by_language: Mapping[str, dict[str, T]], language: str
) -> Iterator[dict[str, T]]:
    first = [tag for tag in (language, "") if tag in by_language]
    yield from (by_language[tag] for tag in dict.fromkeys((*first, *by_language)))


def read_cards(folder: Path, shipped: ShippedContent) -> CustomCards:
    """Read every ``.toml`` file of *folder*; what is faulty is left out and told."""
    own = CustomCards()
    if not folder.is_dir():
        own.faults.append(Fault("CARDS_FOLDER", "operator.cards.folder"))
    for file in sorted(folder.glob("*.toml")):
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            own.faults.append(Fault(str(file), "operator.cards.unreadable"))
        else:
            _read_file(file, text, own, shipped)
    if own.retired_ids >= set(shipped.cards) and not own.card_ids():
        own.retired_ids.clear()
        own.faults.append(Fault("CARDS_FOLDER", "operator.cards.nothing_left"))
    return own


@dataclass(frozen=True)
class _FileSection:
    """The head of a file, or one of its cards: its tables, and how to tell a fault in it."""

    values: Mapping[str, Any]
    add_fault: Callable[..., None]


def _read_file(file: Path, text: str, custom: CustomCards, shipped: ShippedContent) -> None:
    lines = text.splitlines()
    starts = [at for at, line in enumerate(lines) if _CARD_HEADING_PATTERN.match(line)]
    head, *cards = (
        _parse_section(file, lines[start:end], start, custom)
        for start, end in zip([0, *starts], [*starts, len(lines)], strict=True)
    )
    if head is None or not _is_header_valid(head, custom, shipped, has_cards=bool(starts)):
        return
    custom.retired_ids.update(head.values.get("retire", ()))
    language, topic = head.values.get("language", ""), head.values.get("topic", "")
    if "title" in head.values and topic not in shipped.topics:
        custom.topics.setdefault(language, {})[topic] = head.values["title"]
    kept = custom.cards.setdefault(language, {})
    for card in cards:
        if card and _is_card_valid(card, {*shipped.cards, *kept}, shipped.references):
            kept[card.values["id"]] = loader.parse_tip(card.values, topic)


def _parse_section(
    file: Path, lines: Sequence[str], start: int, custom: CustomCards
) -> _FileSection | None:
    def add_fault(key: str, at: str = "", **facts: str) -> None:
        found = (n for n, line in enumerate(lines) if at and re.match(rf"\s*{at}\s*=", line))
        where = f"{file}:{start + next(found, 0) + 1}"
        custom.faults.append(Fault(where, f"operator.cards.{key}", facts))

    try:
        said = tomllib.loads("\n".join(lines) + "\n")
    except tomllib.TOMLDecodeError as torn:
        line = re.search(r"line (\d+)", str(torn))
        where = f"{file}:{start + (int(line[1]) if line else len(lines))}"
        custom.faults.append(Fault(where, "operator.cards.not_toml"))
        return None
    return _FileSection(said["card"][0] if start and "card" in said else said, add_fault)


def _is_header_valid(
    header: _FileSection, custom: CustomCards, shipped: ShippedContent, *, has_cards: bool
) -> bool:
    before = len(custom.faults)
    _report_unknown_keys(header, _HEADER_KEYS)
    said, topic = header.values, header.values.get("topic", "")
    if (has_cards or topic) and not (isinstance(topic, str) and _TOPIC_PATTERN.fullmatch(topic)):
        header.add_fault("topic", at="topic")
    elif has_cards and not _has_topic_title(topic, said, custom, shipped):
        header.add_fault("title_of_topic", at="topic", field=topic)
    if said.get("language", "") not in ("", *shipped.languages):
        header.add_fault("language", at="language", field=", ".join(shipped.languages))
    retire = said.get("retire", [])
    if not isinstance(retire, list) or not all(isinstance(one, str) for one in retire):
        header.add_fault("retire", at="retire")
    else:
        for one in [one for one in retire if one not in shipped.cards]:
            header.add_fault("retire_unknown", at="retire", field=one)
    return len(custom.faults) == before


def _has_topic_title(
    topic: str, values: Mapping[str, Any], custom: CustomCards, shipped: ShippedContent
) -> bool:
    known = topic in shipped.topics or any(topic in titles for titles in custom.topics.values())
    title = values.get("title")
    told = isinstance(title, str) and 0 < len(title.strip()) <= _MAX_CHARACTERS["title"]
    return told or (known and title is None)


def _report_unknown_keys(section: _FileSection, keys: Collection[str]) -> None:
    for name in [name for name in section.values if name not in keys]:
        section.add_fault("unknown_key", at=re.escape(name), field=name)


def _is_card_valid(
    card: _FileSection, existing_ids: Collection[str], references: Collection[str]
) -> bool:
    found = [
        (key, name)
        for name in _CARD_KEYS
        for key in _find_card_faults(card.values, name, existing_ids, references)
    ]
    unknown = [name for name in card.values if name not in _CARD_KEYS]
    _report_unknown_keys(card, _CARD_KEYS)
    for key, name in sorted(found):
        value = card.values.get(name, "")
        told = value if key in {"taken", "reference"} else name
        card.add_fault(key, at=name, field=told)
    return not found and not unknown


def _find_card_faults(
    card: Mapping[str, Any], name: str, existing_ids: Collection[str], references: Collection[str]
) -> Iterator[str]:
    """What is wrong with one line of a card, by the key of what to do."""
    if name not in card:
        if name in _REQUIRED_KEYS:
            yield "missing_key"
    elif not isinstance(value := card[name], str):
        yield "not_text"
    elif not value.strip():
        yield "empty"
    elif name == "id" and not _CARD_ID_PATTERN.fullmatch(value):
        yield "id"
    elif name == "id" and value in existing_ids:
        yield "taken"
    elif name == "kind" and value not in CARD_KINDS:
        yield "kind"
    elif name == "reference" and value not in references:
        yield "reference"
    elif _is_too_long(name, value):
        yield "too_long"


def _is_too_long(name: str, value: str) -> bool:
    wordy = name in _MAX_WORDS and count_words(value) > _MAX_WORDS[name]
    return wordy or (name in _MAX_CHARACTERS and len(value) > _MAX_CHARACTERS[name])
