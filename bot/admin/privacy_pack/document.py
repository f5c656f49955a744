"""A document of numbered sections, independent of the format in which it is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; its text has inline markup and references to sections."""

    text: str


@dataclass(frozen=True)
class ItemList:
    """A list of items, below a heading of its own if it has one."""

    items: tuple[str, ...]
    heading: str = ""


@dataclass(frozen=True)
class FactTable:
    """A table with column headings; every row has as many cells as there are headings.

    ``language`` is the BCP 47 tag of its cells. ``is_literal`` is True for cells that are quoted,
    so that nothing in them is markup.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    language: str = "en"
    is_literal: bool = False


Block = Paragraph | ItemList | FactTable


@dataclass(frozen=True)
class Section:
    """A section with an id by which others refer to it, its blocks and its subsections."""

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple["Section", ...] = ()


@dataclass(frozen=True)
class Document:
    """A document: its title, what comes before the contents, and its sections."""

    title: str
    contents_title: str
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]


def iter_numbered(sections: Sequence[Section], prefix: str = "") -> Iterator[tuple[str, Section]]:
    """Yield every section with its number, such as ``3.2``, in reading order."""
    for position, section in enumerate(sections, 1):
        number = f"{prefix}{position}"
        yield number, section
        yield from iter_numbered(section.sections, f"{number}.")


def number_sections(document: Document) -> Mapping[str, str]:
    """Return the number of each section by its id."""
    return {section.id: number for number, section in iter_numbered(document.sections)}


def build_reference(section_id: str) -> str:
    """Return the markup of a reference to a section."""
    return f"{{section:{section_id}}}"
