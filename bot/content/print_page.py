"""HTML renderer of printable pages for A4 or Letter, without images or external resources.

No text is below 9 pt, which is read at arm's length. The debrief sheet, whose lists have tick
boxes, has to fit on one sheet, and is set closer; the guide may take two.
"""

import re
from collections.abc import Iterable
from html import escape

STYLESHEET = """
@page { margin: 9mm 12mm; }
*, ::before { box-sizing: border-box; }
body { font: 10pt/1.3 "Noto Sans", "Segoe UI", "Liberation Sans", Arial, sans-serif;
  color: #1c2430; margin: 0 auto; max-width: 188mm; }
:lang(zh) body { font-family: "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
body:has(ul.ticks) { font-size: 9pt; line-height: 1.13; }
body:has(ul.ticks) li { margin-bottom: .2mm; }
body:has(ul.ticks) section { margin-bottom: 1mm; }
h1 { font-size: 15pt; line-height: 1.2; margin: 0 0 1.5mm; }
h2 { font-size: 1.08em; margin: 0 0 .8mm; color: #17475a; }
h3 { font-size: 1em; margin: 1mm 0 .6mm; }
p { margin: 0 0 1mm; }
ul { list-style: none; margin: 0; padding: 0; }
li { margin: 0 0 .5mm; padding-left: 4.4mm; position: relative; }
ul.ticks li::before { content: ""; position: absolute; left: 0; top: .2mm; width: 2.9mm;
  height: 2.9mm; border: .3mm solid #1c2430; border-radius: .4mm; }
ul.lines li { padding-left: 0; }
blockquote { margin: 0 0 .7mm; padding-left: 2.4mm; border-left: .7mm solid #8fb3c0; }
section { margin: 0 0 1.6mm; }
h2, h3, .columns h2 + p { break-after: avoid; }
li, p, blockquote { break-inside: avoid; }
.ticks li:first-child, .ticks li:nth-last-child(2) { break-after: avoid; }
.columns { columns: 2; column-gap: 8mm; margin-top: 2mm; }
.columns + p { margin-top: 1.5mm; }
.banner { border: .4mm solid #1c2430; border-radius: 1mm; padding: 1.2mm 2mm; margin: 1.5mm 0; }
.hint, footer { color: #4a5563; font-size: 9pt; }
footer { border-top: .2mm solid #8a94a0; padding-top: 1.2mm; margin-top: 1mm; }
a { color: inherit; }
@media screen { body { padding: 11mm 0; } }
"""

_STRONG_PATTERN = re.compile(r"\*\*(.+?)\*\*")
_LINK_PATTERN = re.compile(r"\[([^\[\]\n]+)\]\((https://[^\s)]{1,500})\)")


def render_page(language: str, title: str, *parts: str) -> str:
    """Return an HTML document in *language*; *parts* are HTML fragments, not escaped again."""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLESHEET}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n{''.join(parts)}</body>\n</html>\n"
    )


def render_inline(text: str) -> str:
    """Return *text* as HTML: inline markup (see :mod:`bot.elements`) rendered, all else escaped."""
    with_strong = _STRONG_PATTERN.sub(r"<strong>\1</strong>", escape(text, quote=False))
    return _LINK_PATTERN.sub(r'<a href="\2">\1</a>', with_strong)


def render_paragraph(text: str, css_class: str = "") -> str:
    """Return a paragraph; *css_class* is '' or one of the stylesheet's classes."""
    class_attribute = f' class="{css_class}"' if css_class else ""
    return f"<p{class_attribute}>{render_inline(text)}</p>\n"


def render_banner(text: str) -> str:
    """Return a framed paragraph with a literal text."""
    return f'<p class="banner">{escape(text, quote=False)}</p>\n'


def render_quote(text: str) -> str:
    """Return a block quote with a sentence to use aloud."""
    return f"<blockquote>{render_inline(text)}</blockquote>\n"


def render_list(texts: Iterable[str], css_class: str = "lines") -> str:
    """Return a list; the class 'ticks' draws a checkbox before each item."""
    items = "".join(f"<li>{render_inline(text)}</li>\n" for text in texts)
    return f'<ul class="{css_class}">\n{items}</ul>\n'


def render_section(title: str, *parts: str) -> str:
    """Return a section with a heading; *parts* are HTML fragments."""
    return f"<section>\n<h2>{render_inline(title)}</h2>\n{''.join(parts)}</section>\n"


def render_subheading(text: str) -> str:
    """Return a heading of the third level."""
    return f"<h3>{render_inline(text)}</h3>\n"


def render_columns(*parts: str) -> str:
    """Return *parts* in two columns, filled one after the other."""
    return f'<div class="columns">\n{"".join(parts)}</div>\n'


def render_footer(*texts: str) -> str:
    """Return a footer with one paragraph per text."""
    return f"<footer>\n{''.join(render_paragraph(text) for text in texts)}</footer>\n"
