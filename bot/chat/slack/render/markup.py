"""Convert the inline markup of texts to Slack's mrkdwn; all other characters are escaped."""

import re
from functools import lru_cache

MAX_TEXT_LENGTH = 3000
"""Maximum characters of one text object."""

_LETTER_PATTERN = r"(?![\u2e80-\u9fff])\w"
"""Matches a letter of a script with spaces between words, which excludes Chinese characters."""

_MAX_MARK_LENGTH = 500
"""Characters of one emphasis or address: the bound keeps the search for their end linear."""

# Each alternative begins with a character of its own: the search then skips all others.
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
"""Marks a word boundary: Slack parses its marks only there, and Chinese text has no spaces."""

_ADJACENT_PATTERN = re.compile(r"\w|[^\x00-\x7f\s]")
"""Matches a letter or full-width character beside which Slack does not parse a mark."""


_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def escape_text(text: str) -> str:
    """Return a literal text with Slack's three control characters escaped."""
    return text.translate(_ESCAPES)


def to_mrkdwn(text: str) -> str:
    """Return a text with its inline markup converted to mrkdwn."""
    converted, position = "", 0
    for mark in _MARK_PATTERN.finditer(text):
        converted += text[position : mark.start()].translate(_ESCAPES) + _convert_mark(mark)
        position = mark.end()
    return converted + text[position:].translate(_ESCAPES)


@lru_cache(maxsize=1024)
def split_into_mrkdwn_parts(text: str) -> tuple[str, ...]:
    """Return a text converted to mrkdwn, split into parts of at most :data:`MAX_TEXT_LENGTH`.

    It is split at the last line break before the middle, else at the last space before it,
    else in the middle. Most texts are of the content, and come again and again.
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
    """Return a mark in mrkdwn, with a zero width space on each side that touches a letter."""
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
