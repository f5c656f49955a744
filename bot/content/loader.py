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

PLURAL_FORMS = frozenset({"zero", "one", "two", "few", "many", "other"})


def read_toml(file: Path) -> dict[str, Any]:
    """Return one file's tables; the parser's own error names the line."""
    return tomllib.loads(file.read_text(encoding="utf-8"))


def load_sentences(folder: Path) -> Mapping[str, Sentence]:
    """Return every sentence of a ``words`` folder, keyed by file and path."""
    found: dict[str, Sentence] = {}
    for file in sorted(folder.glob("*.toml")):
        found.update(_flatten_table(read_toml(file), f"{file.stem}."))
    return MappingProxyType(found)


def load_lines(file: Path) -> Mapping[str, str]:
    """Return the plain lines of one file by their dotted path."""
    found = dict(_flatten_table(read_toml(file), ""))
    return MappingProxyType({key: line for key, line in found.items() if isinstance(line, str)})


def _flatten_table(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Sentence]]:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, str):
            yield key, value
        elif "other" in value and value.keys() <= PLURAL_FORMS:
            yield key, MappingProxyType(value)
        else:
            yield from _flatten_table(value, f"{key}.")


def load_tips(folder: Path) -> tuple[tuple[Tip, ...], Mapping[str, str]]:
    """Return all cards, and the topics' titles, both in the order of the files.

    Several files may hold cards of one topic; the first of them names its title.
    """
    paths = sorted(folder.glob("*.toml"), key=lambda file: file.stem)
    files = [read_toml(file) for file in paths]
    cards = tuple(parse_tip(card, topic["topic"]) for topic in files for card in topic["card"])
    titles = {topic["topic"]: topic["title"] for topic in files if "title" in topic}
    return cards, MappingProxyType(titles)


def parse_tip(card: Mapping[str, Any], topic: str) -> Tip:
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


def load_questions(*files: Path) -> Mapping[str, Question]:
    """Return the codebook's questions by id; the order of answers is the files' own."""
    found = {
        name: _parse_question(name, table)
        for file in files
        for name, table in read_toml(file).items()
    }
    return MappingProxyType(found)


def _parse_question(name: str, table: Mapping[str, Any]) -> Question:
    answers = table["option"]
    return Question(
        id=name,
        text=table["text"],
        options=tuple(Option(answer["code"], answer["label"]) for answer in answers),
        required=table["required"],
        max_selected=table["at_most"],
        hint=table.get("hint", ""),
        short_labels=MappingProxyType({a["code"]: a.get("brief", a["label"]) for a in answers}),
    )


def load_references(file: Path) -> Mapping[str, Reference]:
    """Return the sources of claims by id."""
    return MappingProxyType(
        {name: Reference(id=name, **row) for name, row in read_toml(file).items()}
    )


def load_phrases(file: Path) -> Mapping[str, Phrase]:
    """Return the sentences that a clinician may adapt, by id."""
    return MappingProxyType({name: Phrase(id=name, **row) for name, row in read_toml(file).items()})


def load_glyphs(file: Path) -> Mapping[str, str]:
    """Return the glyph of each sign's code; glyphs have no language."""
    return MappingProxyType(read_toml(file))


def load_signs(file: Path, glyphs: Mapping[str, str]) -> tuple[Sign, ...]:
    """Return the signs with their names in one language, in the order of the glyphs."""
    names = read_toml(file)
    return tuple(Sign(code, picture, names[code]) for code, picture in glyphs.items())


def load_lenses(file: Path) -> tuple[Lens, ...]:
    """Return the ways of looking at one's week, in the order in which they take turns."""
    return tuple(Lens(name, text) for name, text in read_toml(file).items())


def load_exercises(file: Path, traits_file: Path) -> tuple[Exercise, ...]:
    """Return the exercises in the order of *suited*, which knows no language: who, and how long."""
    told = read_toml(file)
    return tuple(
        _parse_exercise(name, told[name], fits) for name, fits in read_toml(traits_file).items()
    )


def _parse_exercise(name: str, texts: Mapping[str, Any], traits: Mapping[str, Any]) -> Exercise:
    return Exercise(
        id=name,
        title=texts["title"],
        aim=texts["aim"],
        steps=tuple(zip(traits["minutes"], texts["steps"], strict=True)),
        forms=frozenset(traits["forms"]),
        statuses=frozenset(traits["statuses"]),
    )
