"""Sections with the title and texts that the pack's prose has for them."""

from collections.abc import Iterable

from bot.admin.privacy_pack.document import Block, ItemList, Paragraph, Section
from bot.content.pack_texts import PackTexts


def build_section(
    texts: PackTexts, section_id: str, *blocks: Block, sections: Iterable[Section] = ()
) -> Section:
    """Return the section with its paragraphs and list, then *blocks* and subsections."""
    prose = texts.files["prose"]["section"][section_id]
    paragraphs = [Paragraph(texts.fill(text)) for text in prose.get("text", ())]
    items = tuple(texts.fill(item) for item in prose.get("list", ()))
    lists = [ItemList(items)] if items else []
    return Section(section_id, prose["title"], (*paragraphs, *lists, *blocks), tuple(sections))


def build_named_lines(texts: PackTexts, *lines: tuple[str, str]) -> ItemList:
    """Return a list whose items each begin with a word of the pack, by its name."""
    return ItemList(tuple(f"**{texts.get_word(name)}:** {text}" for name, text in lines))
