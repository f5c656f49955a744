"""Build sections from the titles and texts in the table ``section`` of ``prose.toml``."""

from collections.abc import Iterable

from bot.admin.privacy_pack.document import Block, ItemList, Paragraph, Section
from bot.content.pack_texts import PackTexts


def build_section(
    texts: PackTexts, section_id: str, *blocks: Block, sections: Iterable[Section] = ()
) -> Section:
    """Build the section with the paragraphs and the list of its text, then *blocks*.

    *section_id* is its key in ``prose.toml``; :class:`KeyError` is raised without a text.
    *sections* are its subsections.
    """
    prose = texts.files["prose"]["section"][section_id]
    paragraphs = [Paragraph(texts.fill(text)) for text in prose.get("text", ())]
    items = tuple(texts.fill(item) for item in prose.get("list", ()))
    lists = [ItemList(items)] if items else []
    return Section(section_id, prose["title"], (*paragraphs, *lists, *blocks), tuple(sections))


def build_named_lines(texts: PackTexts, *lines: tuple[str, str]) -> ItemList:
    """Build a list of *lines*, tuples of the key of a word of the pack and the text after it."""
    return ItemList(tuple(f"**{texts.get_word(name)}:** {text}" for name, text in lines))
