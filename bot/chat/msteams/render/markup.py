"""The inline markup of texts, in the part of Markdown that Teams shows in cards; pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_LETTER_PATTERN = r"(?![\u2e80-\u9fff])\w"
"""A letter of a script that parts its words by spaces; Chinese characters need none."""

_MARK_PATTERN = re.compile(
    r"\*\*(?P<strong>.+?)\*\*"
    rf"|(?<!{_LETTER_PATTERN})_(?P<emphasis>\S(?:.*?\S)?)_(?!{_LETTER_PATTERN})"
    r"|\[(?P<label>[^\]]+)\]\((?P<url>https?://[^)\s]+)\)"
    r"|@\{(?P<person>[^{}\s]+)\}"
    r"|#\{(?P<channel>[^{}\s]+)\}",
    re.DOTALL,
)

_SPECIAL_CHARACTERS = re.compile(r"([\\`*_\[\]<>&~])")
_LINE_START_PATTERN = re.compile(r"^(\s*)([#+-]|\d+(?=[.)]))")

_PADDING = "\N{HAIR SPACE}"
"""Markdown reads its signs at the edge of a word only, and Chinese shows it none: this does."""

_ADJACENT_PATTERN = re.compile(r"\w|[^\x00-\x7f\s]")
"""A letter, or a full-width sign, that would keep Markdown from reading a mark beside it."""


@dataclass(frozen=True)
class DisplayNames:
    """What people and channels are called, by their ids; the texts hold ids alone.

    ``somebody`` and ``somewhere`` stand for those whose name is not known.
    """

    unknown_person: str
    unknown_channel: str
    person_names: Mapping[str, str] = field(default_factory=dict)
    channel_names: Mapping[str, str] = field(default_factory=dict)

    def mention_name(self, person_id: str) -> str:
        """Return the name under which a person can be mentioned, ``""`` when there is none.

        Teams tells mentions apart by their text, so of two people who bear one name in
        full neither is mentioned.
        """
        name = self.person_names.get(person_id, "")
        alone = sum(other == name for other in self.person_names.values()) == 1
        return name if alone and "<" not in name else ""


def escape_text(text: str) -> str:
    """Return a literal line from which Teams reads no markup, list or heading of its own."""
    return _escape_line_start(_escape_inline(text))


def to_markdown(text: str, names: DisplayNames) -> str:
    """Return one line of a text with inline markup in Teams' notation."""
    return _escape_line_start(_convert_marks(text, names))


def find_mentions(text: str) -> Iterator[str]:
    """The ids of the people whom a text mentions, in order."""
    return (mark["person"] for mark in _MARK_PATTERN.finditer(text) if mark["person"])


def mention_tag(name: str) -> str:
    """Return what stands in a text for the mention of somebody called *name*."""
    return f"<at>{name}</at>"


def _escape_inline(text: str) -> str:
    return _SPECIAL_CHARACTERS.sub(r"\\\1", text)


def _escape_line_start(line: str) -> str:
    """Keep a sign at the beginning of a line from making a heading or a list of it.

    A number is kept from it by its dot, which no letter may be escaped for.
    """
    begun = _LINE_START_PATTERN.match(line)
    if begun is None:
        return line
    at = begun.end(2) if begun[2].isdigit() else begun.start(2)
    return f"{line[:at]}\\{line[at:]}"


def _convert_marks(text: str, names: DisplayNames) -> str:
    written, done = "", 0
    for mark in _MARK_PATTERN.finditer(text):
        written += _escape_inline(text[done : mark.start()]) + _convert_mark(mark, names)
        done = mark.end()
    return written + _escape_inline(text[done:])


def _convert_mark(mark: re.Match[str], names: DisplayNames) -> str:
    match mark.lastgroup:
        case "strong":
            return _pad_mark(mark, f"**{_convert_marks(mark['strong'], names)}**")
        case "emphasis":
            return _pad_mark(mark, f"_{_convert_marks(mark['emphasis'], names)}_")
        case "url":
            return f"[{_escape_inline(mark['label'])}]({mark['url']})"
        case "person":
            return _render_mention(mark["person"], names)
        case _:
            return _escape_inline(names.channel_names.get(mark["channel"], names.unknown_channel))


def _render_mention(person_id: str, names: DisplayNames) -> str:
    mentioned = names.mention_name(person_id)
    return (
        mention_tag(mentioned)
        if mentioned
        else _escape_inline(names.person_names.get(person_id, names.unknown_person))
    )


def _pad_mark(mark: re.Match[str], converted: str) -> str:
    """Return *written* with a gap on each side on which text stands close to the mark."""
    before, after = mark.string[: mark.start()][-1:], mark.string[mark.end() :][:1]
    gaps = (_PADDING if _ADJACENT_PATTERN.match(beside) else "" for beside in (before, after))
    return converted.join(gaps)
