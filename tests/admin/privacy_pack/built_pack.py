"""The privacy pack of made-up settings, built once, and the cells of its tables."""

from datetime import date
from functools import cache

from bot.admin.privacy_pack import pack
from bot.admin.privacy_pack.document import Document, FactTable, Section, iter_numbered
from bot.content.catalogue import load_catalogue
from bot.settings import Settings

DAY = date(2026, 11, 30)


@cache
def build_sample_pack() -> Document:
    """Return the pack of the default settings, in every language."""
    content = load_catalogue()
    config = Settings(_env_file=None)
    return pack.build_document(config, content, content.languages, DAY)


def get_section(section_id: str) -> Section:
    """Return a section of the sample pack; KeyError if there is none."""
    return {s.id: s for _, s in iter_numbered(build_sample_pack().sections)}[section_id]


def list_rows(section_id: str) -> list[tuple[str, ...]]:
    """Return the rows of all tables of a section of the sample pack."""
    blocks = get_section(section_id).blocks
    return [row for block in blocks if isinstance(block, FactTable) for row in block.rows]


def list_names(section_id: str) -> set[str]:
    """Return the first cells of a section's rows, without the marks of code."""
    return {row[0].strip("`") for row in list_rows(section_id)}
