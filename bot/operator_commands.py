"""Handlers of ``deliveries`` and ``export-tables``, each in one read-only transaction.

Both raise :class:`bot.store.database_faults.UnusableDatabaseError` for another release's schema.
"""

import argparse

from bot import settings
from bot.admin import table_file
from bot.admin.delivery_status import summarize_delivery_counts
from bot.command_output import EXIT_FAULTY_INPUT, print_sentence
from bot.content.catalogue import LanguagePack
from bot.domain.counts import table_export
from bot.store.open_store import open_store
from bot.workflows.released_units import load_released_units


def print_deliveries(_options: argparse.Namespace, words: LanguagePack) -> int:
    """Print the number of delivery rows by day, kind, status and reason; return 0."""
    config = settings.load_settings("deliveries")
    store = open_store(config)
    try:
        store.database_check.require_current_schema()
        counts = summarize_delivery_counts(
            store.read_sync(lambda repos: repos.deliveries.count_by_state())
        )
    finally:
        store.close_sync()
    for day, kind, status, reason, count in counts:
        sentence = words.translate(f"operator.deliveries.{status}", count=count)
        line = f"{day}  {kind:<10} {sentence}" + (f"  {reason}" if reason else "")
        print(line)  # noqa: T201 - the command's output
    if not counts:
        print_sentence(words.translate("operator.deliveries.none"))
    return 0


def export_tables(options: argparse.Namespace, words: LanguagePack) -> int:
    """Write every published table, with its method, to a new CSV file; return the exit status.

    2 if the file exists or cannot be written: no file is overwritten.
    """
    store = open_store(settings.load_settings("export-tables"))
    try:
        store.database_check.require_current_schema()
        units = store.read_sync(load_released_units)
    finally:
        store.close_sync()
    rows = table_export.build_csv_rows(units, words)
    try:
        table_file.write_csv(options.file, rows)
    except OSError:
        print_sentence(words.translate("operator.tables.failed", path=str(options.file)))
        return EXIT_FAULTY_INPUT
    print_sentence(
        words.translate("operator.tables.written", path=str(options.file), count=len(rows) - 1)
    )
    return 0
