"""Build the privacy pack of this installation as a document, and write it to a folder.

Its facts are read from code and settings; no database connection is opened.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from bot.admin.privacy_pack import html_writer, markdown_writer
from bot.admin.privacy_pack.access_section import build_access
from bot.admin.privacy_pack.assessment_section import build_assessment
from bot.admin.privacy_pack.count_sections import build_budget, build_threats
from bot.admin.privacy_pack.data_map_section import build_data_map
from bot.admin.privacy_pack.document import (
    Document,
    FactTable,
    Paragraph,
    Section,
    build_reference,
    iter_numbered,
)
from bot.admin.privacy_pack.operation_sections import (
    build_log,
    build_metrics,
    build_processors,
    build_retention,
    build_settings,
)
from bot.admin.privacy_pack.people_texts import build_people_texts, list_periods
from bot.admin.privacy_pack.scope_section import build_scopes
from bot.admin.privacy_pack.section_texts import build_section
from bot.chat.msteams.manifest import SCHEMA_VERSION
from bot.content.catalogue import Catalogue, LanguagePack
from bot.content.pack_texts import PackTexts, read_files, read_stylesheet
from bot.domain.counts.release_rule import LARGE_UNIT_SIZE, MIN_UNIT_SIZE
from bot.domain.uninstallation import PURGE_GRACE
from bot.retention_periods import CLASS_RETENTION, MIN_AUDIT_MONTHS, MIN_TABLE_MONTHS
from bot.settings import Settings
from bot.store.migrate import latest_revisions
from bot.version import VERSION

HTML_NAME, MARKDOWN_NAME = "privacy-pack.html", "privacy-pack.md"
"""Names of the files of a pack: one document in two formats."""


def write_pack(
    folder: Path, config: Settings, content: Catalogue, languages: Sequence[str], day: date
) -> tuple[Path, ...]:
    """Write the pack as HTML and as Markdown into *folder*; return the files' paths.

    The arguments are those of :func:`build_document`. Files of the same names are overwritten.
    Raises :class:`OSError`, and :class:`KeyError` for a missing text or reference.
    """
    document = build_document(config, content, languages, day)
    pages = {
        HTML_NAME: html_writer.render_document(document, read_stylesheet()),
        MARKDOWN_NAME: markdown_writer.render_document(document),
    }
    for name, page in pages.items():
        (folder / name).write_text(page, encoding="utf-8")
    return tuple(folder / name for name in pages)


def build_document(
    config: Settings, content: Catalogue, languages: Sequence[str], day: date
) -> Document:
    """Build the pack of an installation with the settings *config*, dated *day*.

    The texts that people see are included in *languages*, a sequence of tags; the retention periods
    are those of *content*. Raises :class:`KeyError` for a missing text.
    """
    packs = [content.get_pack(tag) for tag in languages]
    english = content.get_pack("en")
    texts = PackTexts(read_files(), _list_facts(english, packs, day))
    sections = (
        build_section(texts, "about"),
        build_section(texts, "flow"),
        build_data_map(texts),
        build_access(texts),
        build_scopes(texts, english),
        build_retention(texts),
        build_processors(texts),
        build_threats(texts),
        build_budget(texts),
        build_settings(texts, config),
        build_metrics(texts),
        build_log(texts),
        build_assessment(texts),
        build_people_texts(texts, packs),
    )
    prose = texts.files["prose"]["document"]
    return Document(
        prose["title"],
        prose["contents"],
        (Paragraph(texts.fill(prose["generated"])),),
        (_build_index(texts, sections), *sections),
    )


def _list_facts(english: LanguagePack, packs: Sequence[LanguagePack], day: date) -> dict[str, str]:
    """Return a dict of the values of the placeholders in the pack's texts."""
    numbers = {
        **list_periods(english),
        "class_days": CLASS_RETENTION.days,
        "purge_hours": PURGE_GRACE // timedelta(hours=1),
        "min_table_months": MIN_TABLE_MONTHS,
        "min_audit_months": MIN_AUDIT_MONTHS,
        "min_size": MIN_UNIT_SIZE,
        "large_size": LARGE_UNIT_SIZE,
    }
    return {
        **{name: str(number) for name, number in numbers.items()},
        "day": day.isoformat(),
        "revision": ", ".join(sorted(latest_revisions())),
        "languages": english.join_items(pack.display_name for pack in packs),
        "teams_schema": SCHEMA_VERSION,
        "version": VERSION,
    }


def _build_index(texts: PackTexts, sections: Sequence[Section]) -> Section:
    """Build the index: a table of a privacy officer's questions with references to sections."""
    prose = texts.files["prose"]["document"]
    titles = {section.id: section.title for _, section in iter_numbered(sections)}
    rows = tuple(
        (
            f"{number}. {question['text']}",
            "\n".join(f"{build_reference(name)} {titles[name]}" for name in question["sections"]),
        )
        for number, question in enumerate(texts.files["questions"]["question"], 1)
    )
    table = FactTable(texts.get_headings("find"), rows)
    return Section("find", prose["find"], (Paragraph(prose["find_text"]), table))
