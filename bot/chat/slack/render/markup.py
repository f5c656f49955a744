"""The inline markup of texts, written as Slack writes it; everything else stays literal."""

import re

MOST_TEXT = 3000
"""Characters that Slack takes in one text."""

_LETTER = r"(?![\u2e80-\u9fff])\w"
"""A letter of a script that parts its words by spaces; Chinese characters need none."""

_MARK = re.compile(
    r"\*\*(?P<strong>.+?)\*\*"
    rf"|(?<!{_LETTER})_(?P<emphasis>\S(?:.*?\S)?)_(?!{_LETTER})"
    r"|\[(?P<label>[^\]]+)\]\((?P<url>https?://[^)\s]+)\)"
    r"|@\{(?P<person>\w+)\}"
    r"|#\{(?P<channel>\w+)\}",
    re.DOTALL,
)

_GAP = "\N{ZERO WIDTH SPACE}"
"""Slack reads its signs at the edge of a word only, and Chinese shows it none: this does."""

_BESIDE = re.compile(r"\w|[^\x00-\x7f\s]")
"""A letter, or a full-width sign, that would keep Slack from reading a mark beside it."""


def escape(text: str) -> str:
    """Return a literal text that Slack will not read any markup of its own from."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mrkdwn(text: str) -> str:
    """Return a text with inline markup in Slack's notation."""
    written, done = "", 0
    for mark in _MARK.finditer(text):
        written += escape(text[done : mark.start()]) + _marked(mark)
        done = mark.end()
    return written + escape(text[done:])


def parts(text: str) -> list[str]:
    """Return a text in Slack's notation, in as many pieces as Slack's limit makes of it.

    It is cut at the end of a line, or where it must be between words, nearest the middle.
    """
    written = mrkdwn(text)
    if len(written) <= MOST_TEXT:
        return [written]
    middle = len(text) // 2
    ends = [text.rfind(end, 1, middle) for end in ("\n", " ")]
    cut = next((at for at in ends if at > 0), middle)
    return [*parts(text[:cut]), *parts(text[cut:].lstrip())]


def _marked(mark: re.Match[str]) -> str:
    match mark.lastgroup:
        case "strong":
            return _apart(mark, f"*{mrkdwn(mark['strong'])}*")
        case "emphasis":
            return _apart(mark, f"_{mrkdwn(mark['emphasis'])}_")
        case "url":
            return f"<{escape(mark['url']).replace('|', '%7C')}|{escape(mark['label'])}>"
        case "person":
            return f"<@{mark['person']}>"
        case _:
            return f"<#{mark['channel']}>"


def _apart(mark: re.Match[str], written: str) -> str:
    """Return *written* with a gap on each side on which text stands close to the mark."""
    before, after = mark.string[: mark.start()][-1:], mark.string[mark.end() :][:1]
    gaps = (_GAP if _BESIDE.match(beside) else "" for beside in (before, after))
    return written.join(gaps)
