"""Parse the inline markup of the catalogue's texts and convert it to mrkdwn, with escaping."""

import re
from functools import lru_cache

MAX_TEXT_LENGTH = 3000
"""Maximum characters of one text object; Slack rejects a longer string."""

_LETTER_PATTERN = r"(?![\u2e80-\u9fff])\w"
"""Matches a letter of a script with spaces between words, which excludes Chinese characters."""

_MAX_MARK_LENGTH = 500
"""Maximum characters of an emphasis or a URL: the bound keeps the regular expression linear."""

# Each alternative begins with a literal character, so that the regex search skips all others.
_MARK_PATTERN = re.compile(
    r"\*\*(?P<strong>.+?)\*\*"
    rf"|_(?<!{_LETTER_PATTERN}_)(?P<emphasis>\S(?:.{{0,{_MAX_MARK_LENGTH}}}?\S)?)_"
    rf"(?!{_LETTER_PATTERN})"
    rf"|\[(?P<label>[^\[\]]+)\]\((?P<url>https?://[^)\s]{{1,{_MAX_MARK_LENGTH}}})\)"
    r"|@\{(?P<person>\w+)\}"
    r"|#\{(?P<channel>\w+)\}",
    re.DOTALL,
)

_PADDING = "\N{ZERO WIDTH SPACE}"
"""Inserted as a word boundary: Slack parses marks only at one, and Chinese text has no spaces."""

_ADJACENT_PATTERN = re.compile(r"\w|[^\x00-\x7f\s]")
"""Matches a letter or full-width character; Slack does not parse a mark next to one."""


_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def escape_text(text: str) -> str:
    """Return *text* with Slack's control characters ``&``, ``<`` and ``>`` escaped as entities."""
    return text.translate(_ESCAPES)


def to_mrkdwn(text: str) -> str:
    """Return *text* with its inline markup converted to mrkdwn and everything else escaped."""
    converted, position = "", 0
    for mark in _MARK_PATTERN.finditer(text):
        converted += text[position : mark.start()].translate(_ESCAPES) + _convert_mark(mark)
        position = mark.end()
    return converted + text[position:].translate(_ESCAPES)


@lru_cache(maxsize=1024)
def split_into_mrkdwn_parts(text: str) -> tuple[str, ...]:
    """Return a text converted to mrkdwn, split into parts of at most :data:`MAX_TEXT_LENGTH`.

    It is split recursively: at the last line break before the middle, else at the last space
    before it, else in the middle. Cached by the string: most are texts of the catalogue.
    """
    converted = to_mrkdwn(text)
    if len(converted) <= MAX_TEXT_LENGTH:
        return (converted,)
    middle = len(text) // 2
    candidates = [text.rfind(separator, 1, middle) for separator in ("\n", " ")]
    index = next((position for position in candidates if position > 0), middle)
    return (
        *split_into_mrkdwn_parts(text[:index]),
        *split_into_mrkdwn_parts(text[index:].lstrip()),
    )


def _convert_mark(mark: re.Match[str]) -> str:
    """Return a regex match as mrkdwn, with a zero width space on each side next to a letter."""
    match mark.lastgroup:
        case "strong":
            converted = f"*{to_mrkdwn(mark['strong'])}*"
        case "emphasis":
            converted = f"_{to_mrkdwn(mark['emphasis'])}_"
        case "url":
            return f"<{escape_text(mark['url']).replace('|', '%7C')}|{escape_text(mark['label'])}>"
        case "person":
            return f"<@{mark['person']}>"
        case _:
            return f"<#{mark['channel']}>"
    before, after = mark.string[: mark.start()][-1:], mark.string[mark.end() :][:1]
    left_padding = _PADDING if _ADJACENT_PATTERN.match(before) else ""
    right_padding = _PADDING if _ADJACENT_PATTERN.match(after) else ""
    return f"{left_padding}{converted}{right_padding}"
