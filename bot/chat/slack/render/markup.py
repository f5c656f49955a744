"""The inline markup of texts, written as Slack writes it; everything else stays literal."""

import re

MAX_TEXT_LENGTH = 3000
"""Characters that Slack takes in one text."""

_LETTER_PATTERN = r"(?![\u2e80-\u9fff])\w"
"""A letter of a script that parts its words by spaces; Chinese characters need none."""

_MARK_PATTERN = re.compile(
    r"\*\*(?P<strong>.+?)\*\*"
    rf"|(?<!{_LETTER_PATTERN})_(?P<emphasis>\S(?:.*?\S)?)_(?!{_LETTER_PATTERN})"
    r"|\[(?P<label>[^\]]+)\]\((?P<url>https?://[^)\s]+)\)"
    r"|@\{(?P<person>\w+)\}"
    r"|#\{(?P<channel>\w+)\}",
    re.DOTALL,
)

_PADDING = "\N{ZERO WIDTH SPACE}"
"""Slack reads its signs at the edge of a word only, and Chinese shows it none: this does."""

_ADJACENT_PATTERN = re.compile(r"\w|[^\x00-\x7f\s]")
"""A letter, or a full-width sign, that would keep Slack from reading a mark beside it."""


def escape_text(text: str) -> str:
    """Return a literal text that Slack will not read any markup of its own from."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def to_mrkdwn(text: str) -> str:
    """Return a text with inline markup in Slack's notation."""
    written, done = "", 0
    for mark in _MARK_PATTERN.finditer(text):
        written += escape_text(text[done : mark.start()]) + _convert_mark(mark)
        done = mark.end()
    return written + escape_text(text[done:])


def split_into_mrkdwn_parts(text: str) -> list[str]:
    """Return a text in Slack's notation, in as many pieces as Slack's limit makes of it.

    It is cut at the end of a line, or where it must be between words, nearest the middle.
    """
    written = to_mrkdwn(text)
    if len(written) <= MAX_TEXT_LENGTH:
        return [written]
    middle = len(text) // 2
    ends = [text.rfind(end, 1, middle) for end in ("\n", " ")]
    cut = next((at for at in ends if at > 0), middle)
    return [*split_into_mrkdwn_parts(text[:cut]), *split_into_mrkdwn_parts(text[cut:].lstrip())]


def _convert_mark(mark: re.Match[str]) -> str:
    match mark.lastgroup:
        case "strong":
            return _pad_mark(mark, f"*{to_mrkdwn(mark['strong'])}*")
        case "emphasis":
            return _pad_mark(mark, f"_{to_mrkdwn(mark['emphasis'])}_")
        case "url":
            return f"<{escape_text(mark['url']).replace('|', '%7C')}|{escape_text(mark['label'])}>"
        case "person":
            return f"<@{mark['person']}>"
        case _:
            return f"<#{mark['channel']}>"


def _pad_mark(mark: re.Match[str], converted: str) -> str:
    """Return *written* with a gap on each side on which text stands close to the mark."""
    before, after = mark.string[: mark.start()][-1:], mark.string[mark.end() :][:1]
    gaps = (_PADDING if _ADJACENT_PATTERN.match(beside) else "" for beside in (before, after))
    return converted.join(gaps)
