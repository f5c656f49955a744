"""Serialize a document to one HTML page for screen and print, without scripts or external requests.

On a narrow screen the stylesheet stacks the cells of a row, each with its heading from the
attribute ``data-heading``. Printed pages have a number if the browser supports margin boxes.
"""

from collections.abc import Mapping
from html import escape

from bot.admin.privacy_pack.document import (
    Block,
    Document,
    FactTable,
    ItemList,
    Paragraph,
    Section,
    iter_numbered,
    number_sections,
)
from bot.admin.privacy_pack.inline_markup import render_html

Numbers = Mapping[str, str]


def render_document(document: Document, stylesheet: str) -> str:
    """Return the HTML page of *document* as a string, with *stylesheet* inline; text is escaped.

    Raises :class:`KeyError` for a reference to a section that does not exist.
    """
    numbers = number_sections(document)
    title = escape(document.title)
    body = "".join(_render_section(section, numbers) for section in document.sections)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{stylesheet}</style>\n</head>\n<body>\n"
        f"<header>\n<h1>{title}</h1>\n{_render_blocks(document.blocks, numbers)}</header>\n"
        f"{_render_contents(document)}<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _render_contents(document: Document) -> str:
    items = "".join(
        f'<li class="level{number.count(".") + 1}"><a href="#{section.id}">'
        f"<span>{number}</span> {render_html(section.title, {})}</a></li>\n"
        for number, section in iter_numbered(document.sections)
    )
    title = escape(document.contents_title)
    return f'<nav aria-label="{title}">\n<h2>{title}</h2>\n<ul>\n{items}</ul>\n</nav>\n'


def _render_section(section: Section, numbers: Numbers, level: int = 2) -> str:
    heading = f"<span>{numbers[section.id]}</span> {render_html(section.title, numbers)}"
    inner = "".join(_render_section(part, numbers, level + 1) for part in section.sections)
    return (
        f'<section id="{section.id}">\n<h{level}>{heading}</h{level}>\n'
        f"{_render_blocks(section.blocks, numbers)}{inner}</section>\n"
    )


def _render_blocks(blocks: tuple[Block, ...], numbers: Numbers) -> str:
    return "".join(_render_block(block, numbers) for block in blocks)


def _render_block(block: Block, numbers: Numbers) -> str:
    match block:
        case Paragraph(text):
            return f"<p>{render_html(text, numbers)}</p>\n"
        case ItemList(items, heading):
            title = f'<p class="heading">{render_html(heading, numbers)}</p>\n' if heading else ""
            lines = "".join(f"<li>{render_html(item, numbers)}</li>\n" for item in items)
            return f"{title}<ul>\n{lines}</ul>\n"
        case FactTable():
            return _render_table(block, numbers)


def _render_table(table: FactTable, numbers: Numbers) -> str:
    titles = [render_html(heading, numbers) for heading in table.headings]
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    rows = "".join(_render_row(row, table, numbers) for row in table.rows)
    language = "" if table.language == "en" else f' lang="{escape(table.language)}"'
    return (
        f'<div class="table">\n<table class="columns{len(titles)}">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody{language}>\n{rows}</tbody>\n</table>\n</div>\n"
    )


def _render_row(row: tuple[str, ...], table: FactTable, numbers: Numbers) -> str:
    cells = "".join(
        f'<td data-heading="{escape(heading)}">{_render_cell(text, table, numbers)}</td>'
        for heading, text in zip(table.headings, row, strict=True)
    )
    return f"<tr>{cells}</tr>\n"


def _render_cell(text: str, table: FactTable, numbers: Numbers) -> str:
    html = escape(text, quote=False) if table.is_literal else render_html(text, numbers)
    return html.replace("\n", "<br>")
