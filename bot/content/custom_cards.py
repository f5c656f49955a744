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
from bot.content.model import KINDS, Tip
from bot.content.word_count import words_in
from bot.errors import Fault

T = TypeVar("T")

_CARD = re.compile(r"\s*\[\[\s*card\s*\]\]\s*(#.*)?$")
_ID = re.compile(r"[a-z0-9-]{1,60}")
_WORD = re.compile(r"[a-z0-9-]{1,20}")
_NEEDED = ("id", "title", "point", "try_this")
_KEYS = {*_NEEDED, "say", "reference", "kind", "atom"}
_HEAD = {"topic", "title", "language", "retire"}
_LONGEST = {"title": 60, "point": 600, "try_this": 300, "say": 120}
"""In characters; a point has 60 words at most, its advice 30, as ours have."""
_WORDIEST = {"point": 60, "try_this": 30}


@dataclass(frozen=True)
class Shipped:
    """What the bot brings along and a practice's files refer to."""

    cards: Collection[str]
    topics: Collection[str]
    references: Collection[str]
    languages: Sequence[str]


@dataclass
class Own:
    """What a practice's folder holds: cards and topics by language, ids it retires, faults.

    The language ``""`` stands for files that everybody reads as they are.
    """

    cards: dict[str, dict[str, Tip]] = field(default_factory=dict)
    topics: dict[str, dict[str, str]] = field(default_factory=dict)
    retired: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def ids(self) -> tuple[str, ...]:
        """Every card of the practice's own, in whichever language, in the files' order."""
        return tuple(dict.fromkeys(name for cards in self.cards.values() for name in cards))

    def card(self, name: str, language: str) -> Tip:
        """Return a card as *language* reads it: written for it, for everybody, or at all."""
        return next(cards[name] for cards in _nearest(self.cards, language) if name in cards)

    def titles(self, language: str) -> dict[str, str]:
        """Return the titles of the practice's own topics as *language* reads them."""
        near = [*_nearest(self.topics, language)]
        return {topic: title for some in reversed(near) for topic, title in some.items()}


def _nearest(spoken: Mapping[str, dict[str, T]], language: str) -> Iterator[dict[str, T]]:
    first = [tag for tag in (language, "") if tag in spoken]
    yield from (spoken[tag] for tag in dict.fromkeys((*first, *spoken)))


def read(folder: Path, shipped: Shipped) -> Own:
    """Read every ``.toml`` file of *folder*; what is faulty is left out and told."""
    own = Own()
    if not folder.is_dir():
        own.faults.append(Fault("CARDS_FOLDER", "operator.cards.folder"))
    for file in sorted(folder.glob("*.toml")):
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            own.faults.append(Fault(str(file), "operator.cards.unreadable"))
        else:
            _file(file, text, own, shipped)
    if own.retired >= set(shipped.cards) and not own.ids():
        own.retired.clear()
        own.faults.append(Fault("CARDS_FOLDER", "operator.cards.nothing_left"))
    return own


@dataclass(frozen=True)
class _Part:
    """The head of a file, or one of its cards: its tables, and how to tell a fault in it."""

    said: Mapping[str, Any]
    fault: Callable[..., None]


def _file(file: Path, text: str, own: Own, shipped: Shipped) -> None:
    lines = text.splitlines()
    starts = [at for at, line in enumerate(lines) if _CARD.match(line)]
    head, *cards = (
        _part(file, lines[start:end], start, own)
        for start, end in zip([0, *starts], [*starts, len(lines)], strict=True)
    )
    if head is None or not _is_head_sound(head, own, shipped, bool(starts)):
        return
    own.retired.update(head.said.get("retire", ()))
    language, topic = head.said.get("language", ""), head.said.get("topic", "")
    if "title" in head.said and topic not in shipped.topics:
        own.topics.setdefault(language, {})[topic] = head.said["title"]
    kept = own.cards.setdefault(language, {})
    for card in cards:
        if card and _is_card_sound(card, {*shipped.cards, *kept}, shipped.references):
            kept[card.said["id"]] = loader.tip(card.said, topic)


def _part(file: Path, lines: Sequence[str], start: int, own: Own) -> _Part | None:
    def fault(key: str, at: str = "", **facts: str) -> None:
        found = (n for n, line in enumerate(lines) if at and re.match(rf"\s*{at}\s*=", line))
        where = f"{file}:{start + next(found, 0) + 1}"
        own.faults.append(Fault(where, f"operator.cards.{key}", facts))

    try:
        said = tomllib.loads("\n".join(lines) + "\n")
    except tomllib.TOMLDecodeError as torn:
        line = re.search(r"line (\d+)", str(torn))
        where = f"{file}:{start + (int(line[1]) if line else len(lines))}"
        own.faults.append(Fault(where, "operator.cards.not_toml"))
        return None
    return _Part(said["card"][0] if start and "card" in said else said, fault)


def _is_head_sound(head: _Part, own: Own, shipped: Shipped, has_cards: bool) -> bool:  # noqa: FBT001 - private
    before = len(own.faults)
    _unknown(head, _HEAD)
    said, topic = head.said, head.said.get("topic", "")
    if (has_cards or topic) and not (isinstance(topic, str) and _WORD.fullmatch(topic)):
        head.fault("topic", at="topic")
    elif has_cards and not _is_titled(topic, said, own, shipped):
        head.fault("title_of_topic", at="topic", field=topic)
    if said.get("language", "") not in ("", *shipped.languages):
        head.fault("language", at="language", field=", ".join(shipped.languages))
    retire = said.get("retire", [])
    if not isinstance(retire, list) or not all(isinstance(one, str) for one in retire):
        head.fault("retire", at="retire")
    else:
        for one in [one for one in retire if one not in shipped.cards]:
            head.fault("retire_unknown", at="retire", field=one)
    return len(own.faults) == before


def _is_titled(topic: str, said: Mapping[str, Any], own: Own, shipped: Shipped) -> bool:
    known = topic in shipped.topics or any(topic in titles for titles in own.topics.values())
    title = said.get("title")
    told = isinstance(title, str) and 0 < len(title.strip()) <= _LONGEST["title"]
    return told or (known and title is None)


def _unknown(part: _Part, keys: Collection[str]) -> None:
    for name in [name for name in part.said if name not in keys]:
        part.fault("unknown_key", at=re.escape(name), field=name)


def _is_card_sound(card: _Part, taken: Collection[str], references: Collection[str]) -> bool:
    found = [(key, name) for name in _KEYS for key in _wrong(card.said, name, taken, references)]
    unknown = [name for name in card.said if name not in _KEYS]
    _unknown(card, _KEYS)
    for key, name in sorted(found):
        value = card.said.get(name, "")
        told = value if key in {"taken", "reference"} else name
        card.fault(key, at=name, field=told)
    return not found and not unknown


def _wrong(
    card: Mapping[str, Any], name: str, taken: Collection[str], references: Collection[str]
) -> Iterator[str]:
    """What is wrong with one line of a card, by the key of what to do."""
    if name not in card:
        if name in _NEEDED:
            yield "missing_key"
    elif not isinstance(value := card[name], str):
        yield "not_text"
    elif not value.strip():
        yield "empty"
    elif name == "id" and not _ID.fullmatch(value):
        yield "id"
    elif name == "id" and value in taken:
        yield "taken"
    elif name == "kind" and value not in KINDS:
        yield "kind"
    elif name == "reference" and value not in references:
        yield "reference"
    elif _is_too_long(name, value):
        yield "too_long"


def _is_too_long(name: str, value: str) -> bool:
    wordy = name in _WORDIEST and words_in(value) > _WORDIEST[name]
    return wordy or (name in _LONGEST and len(value) > _LONGEST[name])
