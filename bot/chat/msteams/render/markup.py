"""The inline markup of texts, in the part of Markdown that Teams shows in cards; pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_LETTER = r"(?![\u2e80-\u9fff])\w"
"""A letter of a script that parts its words by spaces; Chinese characters need none."""

_MARK = re.compile(
    r"\*\*(?P<strong>.+?)\*\*"
    rf"|(?<!{_LETTER})_(?P<emphasis>\S(?:.*?\S)?)_(?!{_LETTER})"
    r"|\[(?P<label>[^\]]+)\]\((?P<url>https?://[^)\s]+)\)"
    r"|@\{(?P<person>[^{}\s]+)\}"
    r"|#\{(?P<channel>[^{}\s]+)\}",
    re.DOTALL,
)

_SPECIAL = re.compile(r"([\\`*_\[\]<>&~])")
_BEGINNING = re.compile(r"^(\s*)([#+-]|\d+(?=[.)]))")

_GAP = "\N{HAIR SPACE}"
"""Markdown reads its signs at the edge of a word only, and Chinese shows it none: this does."""

_BESIDE = re.compile(r"\w|[^\x00-\x7f\s]")
"""A letter, or a full-width sign, that would keep Markdown from reading a mark beside it."""


@dataclass(frozen=True)
class Names:
    """What people and channels are called, by their ids; the texts hold ids alone.

    ``somebody`` and ``somewhere`` stand for those whose name is not known.
    """

    somebody: str
    somewhere: str
    people: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)

    def mentioned(self, person: str) -> str:
        """Return the name under which a person can be mentioned, ``""`` when there is none.

        Teams tells mentions apart by their text, so of two people who bear one name in
        full neither is mentioned.
        """
        name = self.people.get(person, "")
        alone = sum(other == name for other in self.people.values()) == 1
        return name if alone and "<" not in name else ""


def escape(text: str) -> str:
    """Return a literal line from which Teams reads no markup, list or heading of its own."""
    return _begun(_inner(text))


def markdown(text: str, names: Names) -> str:
    """Return one line of a text with inline markup in Teams' notation."""
    return _begun(_written(text, names))


def people(text: str) -> Iterator[str]:
    """The ids of the people whom a text mentions, in order."""
    return (mark["person"] for mark in _MARK.finditer(text) if mark["person"])


def tag(name: str) -> str:
    """Return what stands in a text for the mention of somebody called *name*."""
    return f"<at>{name}</at>"


def _inner(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _begun(line: str) -> str:
    """Keep a sign at the beginning of a line from making a heading or a list of it.

    A number is kept from it by its dot, which no letter may be escaped for.
    """
    begun = _BEGINNING.match(line)
    if begun is None:
        return line
    at = begun.end(2) if begun[2].isdigit() else begun.start(2)
    return f"{line[:at]}\\{line[at:]}"


def _written(text: str, names: Names) -> str:
    written, done = "", 0
    for mark in _MARK.finditer(text):
        written += _inner(text[done : mark.start()]) + _marked(mark, names)
        done = mark.end()
    return written + _inner(text[done:])


def _marked(mark: re.Match[str], names: Names) -> str:
    match mark.lastgroup:
        case "strong":
            return _apart(mark, f"**{_written(mark['strong'], names)}**")
        case "emphasis":
            return _apart(mark, f"_{_written(mark['emphasis'], names)}_")
        case "url":
            return f"[{_inner(mark['label'])}]({mark['url']})"
        case "person":
            return _person(mark["person"], names)
        case _:
            return _inner(names.channels.get(mark["channel"], names.somewhere))


def _person(person: str, names: Names) -> str:
    mentioned = names.mentioned(person)
    return tag(mentioned) if mentioned else _inner(names.people.get(person, names.somebody))


def _apart(mark: re.Match[str], written: str) -> str:
    """Return *written* with a gap on each side on which text stands close to the mark."""
    before, after = mark.string[: mark.start()][-1:], mark.string[mark.end() :][:1]
    gaps = (_GAP if _BESIDE.match(beside) else "" for beside in (before, after))
    return written.join(gaps)
