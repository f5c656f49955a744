"""Conversion of inline markup to the subset of Markdown that Teams renders in cards."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

_LETTER_PATTERN = r"(?![\u2e80-\u9fff])\w"
"""A letter of a script that separates words by spaces; Chinese characters need none."""

_MAX_MARK_LENGTH = 500
"""Characters of one emphasis or address: the bound keeps the search for their end linear."""

# Each alternative begins with a character of its own: the search then skips all others.
_MARK_PATTERN = re.compile(
    r"\*\*(?P<strong>.+?)\*\*"
    rf"|_(?<!{_LETTER_PATTERN}_)(?P<emphasis>\S(?:.{{0,{_MAX_MARK_LENGTH}}}?\S)?)_"
    rf"(?!{_LETTER_PATTERN})"
    rf"|\[(?P<label>[^\[\]]+)\]\((?P<url>https?://[^)\s]{{1,{_MAX_MARK_LENGTH}}})\)"
    r"|@\{(?P<person>[^{}\s]+)\}"
    r"|#\{(?P<channel>[^{}\s]+)\}",
    re.DOTALL,
)

_SPECIAL_CHARACTERS = re.compile(r"([\\`*_\[\]<>&~])")
_LINE_START_PATTERN = re.compile(r"^(\s*)([#+-]|\d+(?=[.)]))")

_PADDING = "\N{HAIR SPACE}"
"""Markdown parses its delimiters only at a word boundary; Chinese has none, so this adds one."""

_ADJACENT_PATTERN = re.compile(r"\w|[^\x00-\x7f\s]")
"""A letter or full-width character next to a delimiter, which would prevent its parsing."""


@dataclass(frozen=True)
class DisplayNames:
    """Display names of people and channels by id; the texts contain only ids.

    ``unknown_person`` and ``unknown_channel`` are the defaults for an id without a name.
    """

    unknown_person: str
    unknown_channel: str
    person_names: Mapping[str, str] = field(default_factory=dict)
    channel_names: Mapping[str, str] = field(default_factory=dict)

    def mention_name(self, person_id: str) -> str:
        """Return the name with which a person can be mentioned, or ``""``.

        Teams identifies mentions by their text, so of two people with the same full name
        neither is mentioned.
        """
        name = self.person_names.get(person_id, "")
        is_unique = list(self.person_names.values()).count(name) == 1
        return name if is_unique and "<" not in name else ""


def escape_text(text: str) -> str:
    """Escape a literal line, so that Teams parses no markup, list or heading in it."""
    return _escape_line_start(_escape_inline(text))


def to_markdown(text: str, names: DisplayNames) -> str:
    """Convert one line with inline markup to Teams' Markdown."""
    if "@{" in text or "#{" in text:
        return _escape_line_start(_convert_marks(text, names))
    return _convert_without_names(text)


def find_mentions(text: str) -> Iterator[str]:
    """Return the ids of the people mentioned in a text, in order."""
    return (mark["person"] for mark in _MARK_PATTERN.finditer(text) if mark["person"])


def find_channels(text: str) -> Iterator[str]:
    """Return the ids of the channels named in a text, in order."""
    return (mark["channel"] for mark in _MARK_PATTERN.finditer(text) if mark["channel"])


def mention_tag(name: str) -> str:
    """Return the tag that represents a mention of the person *name* in a text."""
    return f"<at>{name}</at>"


@lru_cache(maxsize=4096)
def _convert_without_names(text: str) -> str:
    """Convert a line that names nobody: most are of the content, and come again and again."""
    return _escape_line_start(_convert_marks(text, DisplayNames("", "")))


def _escape_inline(text: str) -> str:
    return _SPECIAL_CHARACTERS.sub(r"\\\1", text)


def _escape_line_start(line: str) -> str:
    """Escape a character at the start of a line that Markdown would parse as a heading or list.

    In a numbered item the dot is escaped, since Markdown has no escape for digits.
    """
    match = _LINE_START_PATTERN.match(line)
    if match is None:
        return line
    position = match.end(2) if match[2].isdigit() else match.start(2)
    return f"{line[:position]}\\{line[position:]}"


def _convert_marks(text: str, names: DisplayNames) -> str:
    converted, position = "", 0
    for mark in _MARK_PATTERN.finditer(text):
        converted += _escape_inline(text[position : mark.start()]) + _convert_mark(mark, names)
        position = mark.end()
    return converted + _escape_inline(text[position:])


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
            name = names.channel_names.get(mark["channel"])
            return _escape_inline(name or names.unknown_channel)


def _render_mention(person_id: str, names: DisplayNames) -> str:
    mentioned = names.mention_name(person_id)
    return (
        mention_tag(mentioned)
        if mentioned
        else _escape_inline(names.person_names.get(person_id, names.unknown_person))
    )


def _pad_mark(mark: re.Match[str], converted: str) -> str:
    """Return *converted* with padding on each side where text is adjacent to the mark."""
    before, after = mark.string[: mark.start()][-1:], mark.string[mark.end() :][:1]
    paddings = (
        _PADDING if _ADJACENT_PATTERN.match(neighbour) else "" for neighbour in (before, after)
    )
    return converted.join(paddings)
