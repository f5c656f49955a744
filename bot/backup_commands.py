"""Handlers of ``backup``, ``check-backup`` and ``restore``: copies of an SQLite database file.

For PostgreSQL each prints a command line of ``pg_dump`` or ``pg_restore``, executes nothing, and
returns exit status 2.
"""

import argparse
import shlex
from datetime import datetime
from pathlib import Path

from bot import settings
from bot.clock import Clock
from bot.command_output import EXIT_FAULTY_INPUT, EXIT_UNHEALTHY, print_sentence
from bot.content.catalogue import LanguagePack
from bot.settings import Settings
from bot.store import backup, backup_folder, postgresql_tools, restore
from bot.store.keys.open_key_store import open_key_store
from bot.store.restore import RestoreRefusal, RestoreRefusedError, RestoreReport


def back_up_database(options: argparse.Namespace, words: LanguagePack) -> int:
    """Handle ``backup``: write a copy of the SQLite database to the new file ``options.file``.

    See :func:`bot.store.backup.back_up_database`. In a folder the file is named by the UTC time,
    and with ``options.keep`` all but the newest backups there are deleted. Returns the exit status:
    2 if nothing was written, 1 if the new backup is damaged; then none is deleted.
    """
    config = settings.load_settings("backup")
    if not config.uses_sqlite:
        command = postgresql_tools.build_dump_command(_read_url(config), options.file)
        _print_command("operator.backup.postgresql", command, words)
        return EXIT_FAULTY_INPUT
    is_folder = options.file.is_dir()
    if options.keep is not None and not is_folder:
        print_sentence(words.translate("operator.backup.no_folder", path=str(options.file)))
        return EXIT_FAULTY_INPUT
    file = options.file
    if is_folder:
        file = backup_folder.name_backup(options.file, Clock(config.test_clock)())
    try:
        backup.back_up_database(_read_url(config), file)
    except backup.BackupFailedError:
        print_sentence(words.translate("operator.backup.failed", path=str(file)))
        return EXIT_FAULTY_INPUT
    print_sentence(words.translate("operator.backup.written", path=str(file)))
    return _delete_older_backups(file, options.keep, words) if options.keep else 0


def _delete_older_backups(file: Path, kept_count: int, words: LanguagePack) -> int:
    """Delete all but the newest backups beside *file*, unless that one is damaged."""
    if not backup.check_backup(file).is_intact:
        print_sentence(words.translate("operator.backup.damaged"))
        return EXIT_UNHEALTHY
    count = backup_folder.delete_older_backups(file.parent, kept_count)
    print_sentence(words.translate("operator.backup.older_deleted", count=count))
    return 0


def check_backup(options: argparse.Namespace, words: LanguagePack) -> int:
    """Handle ``check-backup``: run SQLite's integrity check, and print schema revision and counts.

    Nothing is written or locked. Returns the exit status: 1 for a file that is damaged, no
    database, or incomplete, because a write-ahead log or a rollback journal is beside it.
    """
    if postgresql_tools.is_dump(options.file):
        command = postgresql_tools.build_list_command(options.file)
        _print_command("operator.backup.postgresql_check", command, words)
        return EXIT_FAULTY_INPUT
    report = backup.check_backup(options.file)
    if not report.is_complete:
        refusal = restore.classify_incomplete_backup(options.file)
        print_sentence(_explain_refusal(refusal, options.file, words))
        return EXIT_UNHEALTHY
    if not report.is_readable:
        print_sentence(words.translate("operator.backup.unreadable", path=str(options.file)))
        return EXIT_UNHEALTHY
    state = "intact" if report.is_intact else "damaged"
    print_sentence(words.translate(f"operator.backup.{state}"))
    schema = "current" if report.is_current else "older"
    print_sentence(words.translate(f"operator.backup.{schema}", revision=report.revision))
    for name, count in report.counts.items():
        print_sentence(words.translate(f"operator.backup.{name}", count=count))
    return 0 if report.is_intact else EXIT_UNHEALTHY


def restore_database(options: argparse.Namespace, words: LanguagePack) -> int:
    """Handle ``restore``: replace the SQLite database by a checked backup, and print the effects.

    The replaced file is renamed, not deleted; see :func:`bot.store.restore.restore_database`. With
    ``options.dry_run`` only the checks run. Returns the exit status: 2 if the restore was refused,
    with nothing changed, or a folder cannot be written.
    """
    config = settings.load_settings("restore")
    if config.database_file is None:
        command = postgresql_tools.build_restore_command(_read_url(config), options.file)
        _print_command("operator.restore.postgresql", command, words)
        return EXIT_FAULTY_INPUT
    key_store = open_key_store(config.keys_location)
    try:
        report = restore.restore_database(
            config.database_file,
            options.file,
            key_store,
            Clock(config.test_clock)(),
            is_dry_run=options.dry_run,
        )
    except RestoreRefusedError as error:
        print_sentence(_explain_refusal(error.refusal, options.file, words))
        return EXIT_FAULTY_INPUT
    except OSError as error:
        facts = {"path": str(options.file), "reason": error.strerror or type(error).__name__}
        print_sentence(words.translate("operator.restore.failed", **facts))
        return EXIT_FAULTY_INPUT
    finally:
        key_store.close()
    _print_report(report, config.database_file, words, is_dry_run=options.dry_run)
    return 0


def _explain_refusal(refusal: RestoreRefusal, file: Path, words: LanguagePack) -> str:
    """Return the message for *refusal*, with the command that makes a complete copy of *file*.

    SQLite then reads the write-ahead log, or rolls the transaction of the journal back.
    """
    suffix = "journal" if refusal is RestoreRefusal.ROLLBACK_JOURNAL else "wal"
    address = shlex.quote(f"DATABASE_URL=sqlite:///{file.resolve()}")
    command = f"env {address} python -m bot backup {shlex.quote(f'{file}.complete')}"
    facts = {"path": str(file), "log": f"{file.resolve()}-{suffix}", "command": command}
    return words.translate(f"operator.restore.refused.{refusal}", **facts)


def _print_report(
    report: RestoreReport, database: Path, words: LanguagePack, *, is_dry_run: bool
) -> None:
    """Print what a restore has done, or would, and its effects on rows, messages and keys."""
    name = "dry_run" if is_dry_run else "restored"
    facts = {"path": str(database), "moment": _format_moment(report.made_at)}
    print_sentence(words.translate(f"operator.restore.{name}", **facts))
    if report.set_aside is not None:
        key = "operator.restore.aside_dry_run" if is_dry_run else "operator.restore.aside"
        print_sentence(words.translate(key, path=str(report.set_aside)))
    if report.is_older_schema:
        print_sentence(words.translate("operator.restore.older_schema"))
    for effect in ("undone", "messages", "tokens", "deleted", "keys"):
        print_sentence(words.translate(f"operator.restore.{effect}"))
    if not is_dry_run:
        print_sentence(words.translate("operator.restore.next_step"))


def _format_moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _print_command(key: str, command: tuple[str, ...], words: LanguagePack) -> None:
    """Print the sentence *key* with *command*, quoted for a shell; its URL has no password."""
    print_sentence(words.translate(key, command=shlex.join(command)))


def _read_url(config: Settings) -> str:
    return config.database_url.get_secret_value()
