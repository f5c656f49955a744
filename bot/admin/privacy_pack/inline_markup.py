"""Parse the inline markup of the pack's texts: code, strong, emphasis, links and references.

It is a subset of Markdown, parsed by regular expressions; a reference is ``{section:id}``.
"""

import re
from collections.abc import Mapping
from html import escape

_REFERENCE = re.compile(r"\{section:([\w-]+)\}")
_CODE = re.compile(r"(`[^`]+`)")
_STRONG = re.compile(r"\*\*(.+?)\*\*")
_EMPHASIS = re.compile(r"\*([^*]+)\*")
_LINK = re.compile(r"\[([^\[\]]+)\]\((https://[^\s()\[\]]+)\)")


def render_html(text: str, numbers: Mapping[str, str]) -> str:
    """Convert *text* to escaped HTML; *numbers* is a dict of section numbers by id.

    Markup in code is not parsed. Raises :class:`KeyError` for a reference to an unknown section.
    """
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
    """Replace the references in *text* by links; all other markup is Markdown already.

    Raises :class:`KeyError` for a reference to an unknown section.
    """
    return _REFERENCE.sub(lambda match: f"[{numbers[match[1]]}](#{match[1]})", text)


def render_literal_markdown(text: str) -> str:
    """Escape *text* so that Markdown parses nothing in it as markup."""
    return re.sub(r"([\\`*_\[\]<>#])", r"\\\1", text)
