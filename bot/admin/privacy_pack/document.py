"""Document model of numbered sections, an immutable tree that both writers serialize."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; its string has the markup of :mod:`bot.admin.privacy_pack.inline_markup`."""

    text: str


@dataclass(frozen=True)
class ItemList:
    """A list of strings with inline markup, below ``heading`` unless it is ``""``."""

    items: tuple[str, ...]
    heading: str = ""


@dataclass(frozen=True)
class FactTable:
    """A table with column headings; every row is a tuple with one cell per column.

    ``language`` is the BCP 47 tag of the cells. With ``is_literal`` their text is escaped: it is
    quoted, and nothing in it is parsed as markup. A line feed in a cell is a line break.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    language: str = "en"
    is_literal: bool = False


Block = Paragraph | ItemList | FactTable


@dataclass(frozen=True)
class Section:
    """A section with its blocks and subsections; ``id`` is unique, the key of references to it."""

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple["Section", ...] = ()


@dataclass(frozen=True)
class Document:
    """A document: its title, the blocks before the table of contents, and its sections."""

    title: str
    contents_title: str
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]


def iter_numbered(sections: Sequence[Section], prefix: str = "") -> Iterator[tuple[str, Section]]:
    """Yield a tuple of number, such as ``3.2``, and section for the whole tree, in preorder."""
    for position, section in enumerate(sections, 1):
        number = f"{prefix}{position}"
        yield number, section
        yield from iter_numbered(section.sections, f"{number}.")


def number_sections(document: Document) -> Mapping[str, str]:
    """Return a dict of the sections' numbers by their ids."""
    return {section.id: number for number, section in iter_numbered(document.sections)}


def build_reference(section_id: str) -> str:
    """Return the markup of a reference to a section, which a writer replaces by a link."""
    return f"{{section:{section_id}}}"
