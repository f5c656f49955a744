"""Sections on operation: retention, processors, settings, metrics and log of this installation."""

from collections.abc import Iterator

from bot.admin import metrics
from bot.admin.privacy_pack.document import FactTable, ItemList, Section
from bot.admin.privacy_pack.section_texts import build_section
from bot.content import log_texts
from bot.content.pack_texts import PackTexts
from bot.settings import Settings


def build_retention(texts: PackTexts) -> Section:
    """Build the section: a table of the configured periods, and what deletes rows earlier."""
    rows = tuple(
        tuple(texts.fill(cell) for cell in row)
        for row in texts.files["prose"]["retention"].values()
    )
    table = FactTable(texts.get_headings("retention"), rows)
    return build_section(
        texts,
        "retention",
        sections=(
            build_section(texts, "retention-now", table),
            build_section(texts, "retention-erasure"),
            build_section(texts, "retention-uninstall"),
            build_section(texts, "retention-backups"),
        ),
    )


def build_processors(texts: PackTexts) -> Section:
    """Build the section, with a subsection of three lists per processor."""
    return build_section(
        texts,
        "processors",
        sections=[
            Section(
                f"processors-{processor['id']}",
                processor["title"],
                tuple(
                    ItemList(tuple(map(texts.fill, processor[name])), f"**{texts.get_word(name)}**")
                    for name in ("receives", "keeps", "check")
                ),
            )
            for processor in texts.files["processors"]["processor"]
        ],
    )


def build_settings(texts: PackTexts, config: Settings) -> Section:
    """Build the section with a row per setting; only numbers and booleans are printed as values.

    Strings are not, as they may be tokens or other secrets; of the database's URL, only the kind.
    """
    rows = tuple(
        (f"`{name}`", texts.fill(meaning), _describe_value(name.lower(), config, texts))
        for name, meaning in texts.files["settings"].items()
    )
    return build_section(texts, "settings", FactTable(texts.get_headings("settings"), rows))


def _describe_value(name: str, config: Settings, texts: PackTexts) -> str:
    """Return a number or boolean as text; of any other setting, whether it is set or a default."""
    if name == "database_url":
        return texts.get_word("sqlite" if config.uses_sqlite else "postgresql")
    value = getattr(config, name)
    if isinstance(value, bool):
        return texts.get_word("yes" if value else "no")
    if isinstance(value, int | float):
        return f"{value:g}"
    if value is None:
        return texts.get_word("unset")
    return texts.get_word("default" if value == Settings.model_fields[name].default else "set")


def build_metrics(texts: PackTexts) -> Section:
    """Build the section with a row per metric: its name, HELP line and labels; then the labels."""
    labels_by_metric = metrics.list_labels()
    rows = tuple(
        (
            f"`{name}`",
            log_texts.get_help(name),
            ", ".join(f"`{label}`" for label in labels) or texts.get_word("no_labels"),
        )
        for name, labels in labels_by_metric.items()
    )
    used_labels = sorted({label for labels in labels_by_metric.values() for label in labels})
    label_rows = tuple((f"`{label}`", texts.get_fact("labels", label)) for label in used_labels)
    return build_section(
        texts,
        "metrics",
        FactTable(texts.get_headings("metrics"), rows),
        FactTable(texts.get_headings("labels"), label_rows),
    )


def build_log(texts: PackTexts) -> Section:
    """Build the section with a row per field and per action of the log."""
    return build_section(
        texts,
        "log",
        sections=[
            build_section(
                texts,
                f"log-{part}",
                FactTable(texts.get_headings(part), tuple(_iter_log_rows(texts, part))),
            )
            for part in ("fields", "actions")
        ],
    )


def _iter_log_rows(texts: PackTexts, part: str) -> Iterator[tuple[str, str]]:
    for name, text in texts.files["log_actions"][part].items():
        yield f"`{name}`", texts.fill(text)
