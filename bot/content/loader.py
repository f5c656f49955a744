"""Parse the content's TOML files into immutable cards, questions and sentences."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.content.model import (
    Drill,
    Exercise,
    Lens,
    Phrase,
    Question,
    Reference,
    RehearsedReply,
    Sign,
    Tip,
)
from bot.elements import Option

Sentence = str | Mapping[str, str]
"""A sentence, or its plural forms keyed by CLDR category."""

Read = Callable[[Path], Mapping[str, Any]]
"""Returns the parsed document of a file; :func:`read_toml`, or one that has parsed it before."""

PLURAL_FORMS = frozenset({"zero", "one", "two", "few", "many", "other"})
"""CLDR's plural categories."""


def read_toml(file: Path) -> dict[str, Any]:
    """Return the parsed document; raises :class:`tomllib.TOMLDecodeError` with the line."""
    return tomllib.loads(file.read_text(encoding="utf-8"))


def load_sentences(folder: Path, read: Read = read_toml) -> Mapping[str, Sentence]:
    """Return every sentence of a ``words`` folder, keyed by file name and dotted path."""
    sentences: dict[str, Sentence] = {}
    for file in sorted(folder.glob("*.toml")):
        sentences.update(_flatten_table(read(file), f"{file.stem}."))
    return MappingProxyType(sentences)


def load_guide_lines(file: Path, read: Read = read_toml) -> Mapping[str, str]:
    """Return the plain strings of one file by dotted path."""
    sentences = dict(_flatten_table(read(file), ""))
    return MappingProxyType({key: line for key, line in sentences.items() if isinstance(line, str)})


def _flatten_table(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Sentence]]:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, str):
            yield key, value
        elif "other" in value and value.keys() <= PLURAL_FORMS:
            yield key, MappingProxyType(value)
        else:
            yield from _flatten_table(value, f"{key}.")


def load_tips(folder: Path, read: Read = read_toml) -> tuple[tuple[Tip, ...], Mapping[str, str]]:
    """Return all cards, and topic titles by topic, both in the files' order.

    Several files may contain cards of one topic; the first of them sets its title.
    """
    paths = sorted(folder.glob("*.toml"), key=lambda file: file.stem)
    files = [read(file) for file in paths]
    cards = tuple(parse_tip(card, topic["topic"]) for topic in files for card in topic["card"])
    titles = {topic["topic"]: topic["title"] for topic in files if "title" in topic}
    return cards, MappingProxyType(titles)


def parse_tip(card: Mapping[str, Any], topic: str) -> Tip:
    """Return the card of *topic* that a ``[[card]]`` table describes."""
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


def load_questions(*files: Path, read: Read = read_toml) -> Mapping[str, Question]:
    """Return the codebook's questions by id, with the options in the files' order."""
    questions = {
        name: _parse_question(name, table) for file in files for name, table in read(file).items()
    }
    return MappingProxyType(questions)


def _parse_question(name: str, table: Mapping[str, Any]) -> Question:
    answers = table["option"]
    return Question(
        id=name,
        text=table["text"],
        options=tuple(Option(answer["code"], answer["label"]) for answer in answers),
        required=table["required"],
        max_selected=table["at_most"],
        hint=table.get("hint", ""),
        short_labels=MappingProxyType(
            {answer["code"]: answer.get("brief", answer["label"]) for answer in answers}
        ),
    )


def load_references(file: Path, read: Read = read_toml) -> Mapping[str, Reference]:
    """Return the cited sources by id."""
    return MappingProxyType({name: Reference(id=name, **row) for name, row in read(file).items()})


def load_phrases(file: Path, read: Read = read_toml) -> Mapping[str, Phrase]:
    """Return the phrases that a clinician may adapt, by id."""
    return MappingProxyType({name: Phrase(id=name, **row) for name, row in read(file).items()})


def load_rehearsals(file: Path, read: Read = read_toml) -> Mapping[str, tuple[RehearsedReply, ...]]:
    """Return the replies of each rehearsal, by the marker that its first sentence speaks to."""
    return MappingProxyType(
        {
            marker: tuple(RehearsedReply(code=code, **texts) for code, texts in replies.items())
            for marker, replies in read(file).items()
        }
    )


def load_glyphs(file: Path, read: Read = read_toml) -> Mapping[str, str]:
    """Return the glyph of each sign by code; glyphs are independent of the language."""
    return MappingProxyType(read(file))


def load_signs(file: Path, glyphs: Mapping[str, str], read: Read = read_toml) -> tuple[Sign, ...]:
    """Return the signs with their names in one language, in the order of *glyphs*."""
    names = read(file)
    return tuple(Sign(code, glyph, names[code]) for code, glyph in glyphs.items())


def load_lenses(file: Path, read: Read = read_toml) -> tuple[Lens, ...]:
    """Return the lenses (prompts to review one week), in the order of their rotation."""
    return tuple(Lens(name, text) for name, text in read(file).items())


def load_exercises(file: Path, traits_file: Path, read: Read = read_toml) -> tuple[Exercise, ...]:
    """Return the exercises in the order of *traits_file*, which is independent of the language.

    The traits are the strains that an exercise suits and the minutes of each step.
    """
    texts = read(file)
    return tuple(
        _parse_exercise(name, texts[name], traits) for name, traits in read(traits_file).items()
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


def load_drills(file: Path, traits_file: Path, read: Read = read_toml) -> tuple[Drill, ...]:
    """Return the drills in the order of *traits_file*, which has the group of each.

    Raises :class:`ValueError` for a drill without exactly three lines.
    """
    texts = read(file)
    return tuple(
        _parse_drill(name, texts[name], traits) for name, traits in read(traits_file).items()
    )


def _parse_drill(name: str, texts: Mapping[str, Any], traits: Mapping[str, Any]) -> Drill:
    easy, middle, hard = texts["lines"]
    return Drill(
        id=name,
        group=traits["group"],
        title=texts["title"],
        setting=texts["setting"],
        lines=(easy, middle, hard),
        criteria=tuple(texts["criteria"]),
    )
