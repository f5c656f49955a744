"""Reads the content's files: plain TOML in, frozen cards, questions and sentences out."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.content.model import Exercise, Lens, Phrase, Question, Reference, Sign, Tip
from bot.elements import Option

Sentence = str | Mapping[str, str]
"""A sentence, or its plural forms by the names that CLDR gives them."""

PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})


def read(file: Path) -> dict[str, Any]:
    """Return one file's tables; the parser's own error names the line."""
    return tomllib.loads(file.read_text(encoding="utf-8"))


def sentences(folder: Path) -> Mapping[str, Sentence]:
    """Return every sentence of a ``words`` folder, keyed by file and path."""
    found: dict[str, Sentence] = {}
    for file in sorted(folder.glob("*.toml")):
        found.update(_leaves(read(file), f"{file.stem}."))
    return MappingProxyType(found)


def lines(file: Path) -> Mapping[str, str]:
    """Return the plain lines of one file by their dotted path."""
    found = dict(_leaves(read(file), ""))
    return MappingProxyType({key: line for key, line in found.items() if isinstance(line, str)})


def _leaves(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Sentence]]:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, str):
            yield key, value
        elif "other" in value and value.keys() <= PLURALS:
            yield key, MappingProxyType(value)
        else:
            yield from _leaves(value, f"{key}.")


def tips(folder: Path) -> tuple[tuple[Tip, ...], Mapping[str, str]]:
    """Return all cards, and the topics' titles, both in the order of the files.

    Several files may hold cards of one topic; the first of them names its title.
    """
    paths = sorted(folder.glob("*.toml"), key=lambda file: file.stem)
    files = [read(file) for file in paths]
    cards = tuple(tip(card, topic["topic"]) for topic in files for card in topic["card"])
    titles = {topic["topic"]: topic["title"] for topic in files if "title" in topic}
    return cards, MappingProxyType(titles)


def tip(card: Mapping[str, Any], topic: str) -> Tip:
    """Return one card of *topic* as its table in a file describes it."""
    return Tip(
        id=card["id"],
        atom=card.get("atom", ""),
        topic=topic,
        title=card["title"],
        point=card["point"],
        try_this=card["try_this"],
        say=card.get("say", ""),
        reference=card.get("reference", ""),
        kind=card.get("kind", "point"),
    )


def questions(*files: Path) -> Mapping[str, Question]:
    """Return the codebook's questions by id; the order of answers is the files' own."""
    found = {name: _question(name, table) for file in files for name, table in read(file).items()}
    return MappingProxyType(found)


def _question(name: str, table: Mapping[str, Any]) -> Question:
    answers = table["option"]
    return Question(
        id=name,
        text=table["text"],
        options=tuple(Option(answer["code"], answer["label"]) for answer in answers),
        required=table["required"],
        at_most=table["at_most"],
        hint=table.get("hint", ""),
        brief=MappingProxyType({a["code"]: a.get("brief", a["label"]) for a in answers}),
    )


def references(file: Path) -> Mapping[str, Reference]:
    """Return the sources of claims by id."""
    return MappingProxyType({name: Reference(id=name, **row) for name, row in read(file).items()})


def phrases(file: Path) -> Mapping[str, Phrase]:
    """Return the sentences that a clinician may adapt, by id."""
    return MappingProxyType({name: Phrase(id=name, **row) for name, row in read(file).items()})


def pictures(file: Path) -> Mapping[str, str]:
    """Return the glyph of each sign's code; glyphs have no language."""
    return MappingProxyType(read(file))


def signs(file: Path, glyphs: Mapping[str, str]) -> tuple[Sign, ...]:
    """Return the signs with their names in one language, in the order of the glyphs."""
    names = read(file)
    return tuple(Sign(code, picture, names[code]) for code, picture in glyphs.items())


def lenses(file: Path) -> tuple[Lens, ...]:
    """Return the ways of looking at one's week, in the order in which they take turns."""
    return tuple(Lens(name, text) for name, text in read(file).items())


def exercises(file: Path, suited: Path) -> tuple[Exercise, ...]:
    """Return the exercises in the order of *suited*, which knows no language: who, and how long."""
    told = read(file)
    return tuple(_exercise(name, told[name], fits) for name, fits in read(suited).items())


def _exercise(name: str, told: Mapping[str, Any], fits: Mapping[str, Any]) -> Exercise:
    return Exercise(
        id=name,
        title=told["title"],
        aim=told["aim"],
        steps=tuple(zip(fits["minutes"], told["steps"], strict=True)),
        forms=frozenset(fits["forms"]),
        statuses=frozenset(fits["statuses"]),
    )
