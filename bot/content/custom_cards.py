"""Parser and validator of a practice's custom cards, in the TOML format of the shipped ones.

Every ``[[card]]`` table is parsed on its own, so that a fault costs one card and never the
whole folder. A fault records its file, its line and the catalogue key of its remedy.
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

CARDS_LOCATION = "CARDS_FOLDER"
"""The location of faults of the whole folder: the setting that names it."""

_CARD_HEADING_PATTERN = re.compile(r"\s*\[\[\s*card\s*\]\]\s*(#.*)?$")
_CARD_ID_PATTERN = re.compile(r"[a-z0-9-]{1,60}")
_TOPIC_PATTERN = re.compile(r"[a-z0-9-]{1,20}")
_REQUIRED_KEYS = ("id", "title", "point", "try_this")
_CARD_KEYS = {*_REQUIRED_KEYS, "say", "reference", "kind", "atom"}
_HEADER_KEYS = {"topic", "title", "language", "retire"}
_MAX_CHARACTERS = {"title": 60, "point": 600, "try_this": 300, "say": 120}
"""In characters per key; the shipped cards have the same limits."""
_MAX_WORDS = {"point": 60, "try_this": 30}
"""In words per key; see :func:`bot.content.word_count.count_words`."""


@dataclass(frozen=True)
class ShippedContent:
    """Ids, topics, references and languages of the shipped content, which custom cards refer to."""

    cards: Collection[str]
    topics: Collection[str]
    references: Collection[str]
    languages: Sequence[str]


@dataclass
class CustomCards:
    """The result of loading a folder: cards and topics by language, retired ids and faults.

    The language ``""`` is that of files without one, which apply to every language.
    """

    cards: dict[str, dict[str, Tip]] = field(default_factory=dict)
    topics: dict[str, dict[str, str]] = field(default_factory=dict)
    retired_ids: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def card_ids(self) -> tuple[str, ...]:
        """Return the id of every custom card in any language, in the files' order."""
        return tuple(dict.fromkeys(name for cards in self.cards.values() for name in cards))

    def get_card(self, card_id: str, language: str) -> Tip:
        """Return a card in *language*, else the language-neutral one, else any translation."""
        return next(
            cards[card_id]
            for cards in _ordered_by_preference(self.cards, language)
            if card_id in cards
        )

    def topic_titles(self, language: str) -> dict[str, str]:
        """Return the titles of custom topics for *language*, with the same fallbacks."""
        by_preference = [*_ordered_by_preference(self.topics, language)]
        return {
            topic: title for titles in reversed(by_preference) for topic, title in titles.items()
        }


def _ordered_by_preference(
    by_language: Mapping[str, dict[str, T]], language: str
) -> Iterator[dict[str, T]]:
    """Yield the values of *by_language*: of *language*, of ``""``, then of the others."""
    preferred = [tag for tag in (language, "") if tag in by_language]
    yield from (by_language[tag] for tag in dict.fromkeys((*preferred, *by_language)))


def read_cards(folder: Path, shipped: ShippedContent) -> CustomCards:
    """Parse every ``.toml`` file of *folder*; an invalid part is skipped and its fault recorded."""
    custom = CustomCards()
    try:
        files = sorted(folder.glob("*.toml")) if folder.is_dir() else None
    except (OSError, ValueError):  # a path that is too long, or has a null character
        files = None
    if files is None:
        custom.faults.append(Fault(CARDS_LOCATION, "operator.cards.folder"))
    for file in files or ():
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            custom.faults.append(Fault(str(file), "operator.cards.unreadable"))
        else:
            _parse_file(file, text, custom, shipped)
    if custom.retired_ids >= set(shipped.cards) and not custom.card_ids():
        custom.retired_ids.clear()
        custom.faults.append(Fault(CARDS_LOCATION, "operator.cards.nothing_left"))
    return custom


@dataclass(frozen=True)
class _FileSection:
    """The header of a file or one of its cards: its values, and a callback to record a fault."""

    values: Mapping[str, Any]
    add_fault: Callable[..., None]


def _parse_file(file: Path, text: str, custom: CustomCards, shipped: ShippedContent) -> None:
    """Add the valid cards of a file's *text* to *custom*; an invalid header skips all of them."""
    lines = text.splitlines()
    card_starts = [number for number, line in enumerate(lines) if _CARD_HEADING_PATTERN.match(line)]
    header, *cards = (
        _parse_section(file, lines[start:end], start, custom)
        for start, end in zip([0, *card_starts], [*card_starts, len(lines)], strict=True)
    )
    if header is None or not _validate_header(header, custom, shipped, has_cards=bool(card_starts)):
        return
    custom.retired_ids.update(header.values.get("retire", ()))
    language, topic = header.values.get("language", ""), header.values.get("topic", "")
    if "title" in header.values and topic not in shipped.topics:
        custom.topics.setdefault(language, {})[topic] = header.values["title"]
    language_cards = custom.cards.setdefault(language, {})
    for card in cards:
        if card and _validate_card(card, {*shipped.cards, *language_cards}, shipped.references):
            language_cards[card.values["id"]] = loader.parse_tip(card.values, topic)


def _parse_section(
    file: Path, lines: Sequence[str], start: int, custom: CustomCards
) -> _FileSection | None:
    """Parse *lines*, which begin at index *start* of the file; ``None`` if they are no TOML."""

    def add_fault(key: str, toml_key: str = "", **facts: str) -> None:
        matches = (
            number
            for number, line in enumerate(lines)
            if toml_key and re.match(rf"\s*{toml_key}\s*=", line)
        )
        location = f"{file}:{start + next(matches, 0) + 1}"
        custom.faults.append(Fault(location, f"operator.cards.{key}", facts))

    try:
        document = tomllib.loads("\n".join(lines) + "\n")
    except (ValueError, RecursionError) as error:  # also integers too long, arrays nested too deep
        line = re.search(r"line (\d+)", str(error))
        end = len(lines) if isinstance(error, tomllib.TOMLDecodeError) else 1
        location = f"{file}:{start + (int(line[1]) if line else end)}"
        custom.faults.append(Fault(location, "operator.cards.not_toml"))
        return None
    return _FileSection(
        document["card"][0] if start and "card" in document else document, add_fault
    )


def _validate_header(
    header: _FileSection, custom: CustomCards, shipped: ShippedContent, *, has_cards: bool
) -> bool:
    """Record every fault of a file's header; return whether it has none."""
    fault_count = len(custom.faults)
    _report_unknown_keys(header, _HEADER_KEYS)
    values, topic = header.values, header.values.get("topic", "")
    if (has_cards or topic) and not (isinstance(topic, str) and _TOPIC_PATTERN.fullmatch(topic)):
        header.add_fault("topic", toml_key="topic")
    elif has_cards and not _has_topic_title(topic, values, custom, shipped):
        header.add_fault("title_of_topic", toml_key="topic", field=topic)
    if values.get("language", "") not in ("", *shipped.languages):
        header.add_fault("language", toml_key="language", field=", ".join(shipped.languages))
    retire = values.get("retire", [])
    if not isinstance(retire, list) or not all(isinstance(card_id, str) for card_id in retire):
        header.add_fault("retire", toml_key="retire")
    else:
        for card_id in [card_id for card_id in retire if card_id not in shipped.cards]:
            header.add_fault("retire_unknown", toml_key="retire", field=card_id)
    return len(custom.faults) == fault_count


def _has_topic_title(
    topic: str, values: Mapping[str, Any], custom: CustomCards, shipped: ShippedContent
) -> bool:
    """Whether the header has a valid title, or has none and its topic already has one."""
    is_known_topic = topic in shipped.topics or any(
        topic in titles for titles in custom.topics.values()
    )
    title = values.get("title")
    is_valid_title = isinstance(title, str) and 0 < len(title.strip()) <= _MAX_CHARACTERS["title"]
    return is_valid_title or (is_known_topic and title is None)


def _report_unknown_keys(section: _FileSection, keys: Collection[str]) -> None:
    for name in [name for name in section.values if name not in keys]:
        section.add_fault("unknown_key", toml_key=re.escape(name), field=name)


def _validate_card(
    card: _FileSection, existing_ids: Collection[str], references: Collection[str]
) -> bool:
    """Record every fault of a card; return whether it has none."""
    faults = [
        (key, name)
        for name in _CARD_KEYS
        for key in _find_card_faults(card.values, name, existing_ids, references)
    ]
    unknown = [name for name in card.values if name not in _CARD_KEYS]
    _report_unknown_keys(card, _CARD_KEYS)
    for key, name in sorted(faults):
        value = card.values.get(name, "")
        detail = value if key in {"taken", "reference"} else name
        card.add_fault(key, toml_key=name, field=detail)
    return not faults and not unknown


def _find_card_faults(
    card: Mapping[str, Any], name: str, existing_ids: Collection[str], references: Collection[str]
) -> Iterator[str]:
    """Yield the remedy's catalogue key for each fault of the key *name* in a card's table."""
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
    has_too_many_words = name in _MAX_WORDS and count_words(value) > _MAX_WORDS[name]
    return has_too_many_words or (name in _MAX_CHARACTERS and len(value) > _MAX_CHARACTERS[name])
