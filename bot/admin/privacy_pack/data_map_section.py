"""Section with the data map: every database table and column, its purpose, retention and readers.

What a column contains and why is in ``tables.toml``. Which columns are personal or encrypted, and
which rows are erased or purged, is read from the dicts that the store's own deletions use.
"""

from bot.admin.privacy_pack.document import FactTable, Paragraph, Section
from bot.admin.privacy_pack.section_texts import build_named_lines, build_section
from bot.content.pack_texts import PackTexts
from bot.store.data_map import DATA_MAP, Remainder, TableFacts
from bot.store.workspace_rows import TABLES_WITHOUT_WORKSPACE

_WORDS_BY_LOCATION_FACT = {
    "what": "contents",
    "why": "why",
    "kept": "kept",
    "seen": "seen",
    "backup": "backup",
}
"""Key of the word that introduces each fact about a location outside the tables, by fact."""


def build_data_map(texts: PackTexts) -> Section:
    """Build the section with a subsection per database table, and one for other locations.

    Raises :class:`KeyError` that names the file and key of a missing text.
    """
    tables = [_build_table_section(facts, texts) for facts in DATA_MAP.values()]
    return build_section(texts, "data", sections=[*tables, _build_location_section(texts)])


def _build_table_section(facts: TableFacts, texts: PackTexts) -> Section:
    declared = texts.get_fact("tables", facts.table.name)
    table = FactTable(
        texts.get_headings("columns"),
        tuple(
            (
                f"`{column.name}`",
                *map(
                    texts.fill, texts.get_fact("tables", facts.table.name, "columns", column.name)
                ),
                _describe_column_subject(facts, column.name, texts),
                texts.files["prose"]["backup"][_classify_backup_form(facts, column.name)],
            )
            for column in facts.table.columns
        ),
    )
    lines = build_named_lines(
        texts,
        ("about", str(facts.table.comment)),
        ("why", texts.fill(declared["why"])),
        ("kept", texts.fill(declared["kept"])),
        ("seen", texts.fill(declared["seen"])),
        ("after_erasure", _describe_erasure(facts, texts)),
        ("after_purge", _describe_purge(facts, texts)),
    )
    title = texts.get_word("row_unit", name=f"`{facts.table.name}`", title=declared["title"])
    return Section(f"data-{facts.table.name}", title, (lines, table))


def _describe_column_subject(facts: TableFacts, column_name: str, texts: PackTexts) -> str:
    """Return the text on whether a column can be about a person, by its group in the data map."""
    kinds = {
        "sealed": column_name in facts.sealed,
        "account": column_name in {person for _, person in facts.accounts},
        "workspace": column_name in {workspace for workspace, _ in facts.accounts},
        "text": column_name in facts.texts,
        "field": facts.is_personal,
        "impersonal": True,
    }
    kind = next(name for name, applies in kinds.items() if applies)
    return str(texts.files["prose"]["about_person"][kind])


def _classify_backup_form(facts: TableFacts, column_name: str) -> str:
    return "sealed" if column_name in facts.sealed else "plain"


def _describe_erasure(facts: TableFacts, texts: PackTexts) -> str:
    """Return the text on what an erasure leaves in a table; in a sealed record it clears a slot."""
    is_record = bool(facts.sealed) and facts.table.name.endswith("record")
    kind = "sealed" if is_record else "impersonal"
    if facts.is_personal:
        kind = Remainder(facts.remainder).value
    return texts.fill(texts.files["prose"]["erasure"][kind])


def _describe_purge(facts: TableFacts, texts: PackTexts) -> str:
    reason = TABLES_WITHOUT_WORKSPACE.get(facts.table.name)
    return texts.get_word("not_purged", reason=reason) if reason else texts.get_word("purged")


def _build_location_section(texts: PackTexts) -> Section:
    """Build the section with one list per location outside the tables: files, logs, key store."""
    lines = [
        block
        for location in texts.files["stores"].values()
        for block in (
            Paragraph(f"**{location['title']}**"),
            build_named_lines(
                texts,
                *(
                    (word, texts.fill(location[fact]))
                    for fact, word in _WORDS_BY_LOCATION_FACT.items()
                ),
            ),
        )
    ]
    return build_section(texts, "data-elsewhere", *lines)
