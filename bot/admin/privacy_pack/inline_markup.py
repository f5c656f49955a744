"""Inline markup of the pack's texts: code, strong, emphasis, links and references to sections."""

import re
from collections.abc import Mapping
from html import escape

_REFERENCE = re.compile(r"\{section:([\w-]+)\}")
_CODE = re.compile(r"(`[^`]+`)")
_STRONG = re.compile(r"\*\*(.+?)\*\*")
_EMPHASIS = re.compile(r"\*([^*]+)\*")
_LINK = re.compile(r"\[([^\[\]]+)\]\((https://[^\s()\[\]]+)\)")


def render_html(text: str, numbers: Mapping[str, str]) -> str:
    """Return *text* as HTML; *numbers* are those of the sections by id."""
    return "".join(
        f"<code>{escape(part[1:-1])}</code>"
        if part.startswith("`")
        else _render_plain(part, numbers)
        for part in _CODE.split(text)
        if part
    )


def _render_plain(text: str, numbers: Mapping[str, str]) -> str:
    html = escape(text, quote=False)
    html = _LINK.sub(r'<a href="\2">\1</a>', html)
    html = _STRONG.sub(r"<strong>\1</strong>", html)
    html = _EMPHASIS.sub(r"<em>\1</em>", html)
    return _REFERENCE.sub(lambda match: f'<a href="#{match[1]}">{numbers[match[1]]}</a>', html)


def render_markdown(text: str, numbers: Mapping[str, str]) -> str:
    """Return *text* as Markdown, in which only its references change."""
    return _REFERENCE.sub(lambda match: f"[{numbers[match[1]]}](#{match[1]})", text)


def render_literal_markdown(text: str) -> str:
    """Return *text* as Markdown that shows it as it is."""
    return re.sub(r"([\\`*_\[\]<>#])", r"\\\1", text)
