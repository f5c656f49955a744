"""Serialize a document to one Markdown file, with tables in GitHub's syntax."""

from collections.abc import Mapping

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
from bot.admin.privacy_pack.inline_markup import render_literal_markdown, render_markdown

Numbers = Mapping[str, str]


def render_document(document: Document) -> str:
    """Return *document* as a Markdown string; raises :class:`KeyError` for an unknown reference."""
    numbers = number_sections(document)
    contents = "\n".join(
        f"{'  ' * number.count('.')}- [{number} {section.title}](#{section.id})"
        for number, section in iter_numbered(document.sections)
    )
    parts = (
        f"# {document.title}",
        *(_render_block(block, numbers) for block in document.blocks),
        f"## {document.contents_title}",
        contents,
        *(_render_section(section, numbers) for section in document.sections),
    )
    return "\n\n".join(parts) + "\n"


def _render_section(section: Section, numbers: Numbers, level: int = 2) -> str:
    """Render a section and its subsections below an HTML anchor with its id.

    The default anchor of a heading depends on its words, and on the renderer.
    """
    parts = (
        f'<a id="{section.id}"></a>',
        f"{'#' * level} {numbers[section.id]} {section.title}",
        *(_render_block(block, numbers) for block in section.blocks),
        *(_render_section(part, numbers, level + 1) for part in section.sections),
    )
    return "\n\n".join(parts)


def _render_block(block: Block, numbers: Numbers) -> str:
    match block:
        case Paragraph(text):
            return render_markdown(text, numbers)
        case ItemList(items, heading):
            title = f"{render_markdown(heading, numbers)}\n\n" if heading else ""
            return title + "\n".join(f"- {render_markdown(item, numbers)}" for item in items)
        case FactTable():
            return _render_table(block, numbers)


def _render_table(table: FactTable, numbers: Numbers) -> str:
    lines = [
        _render_row(table.headings),
        _render_row(("---",) * len(table.headings)),
        *(
            _render_row(tuple(_render_cell(cell, table, numbers) for cell in row))
            for row in table.rows
        ),
    ]
    return "\n".join(lines)


def _render_row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _render_cell(text: str, table: FactTable, numbers: Numbers) -> str:
    markdown = render_literal_markdown(text) if table.is_literal else render_markdown(text, numbers)
    return markdown.replace("|", "\\|").replace("\n", "<br>")
