"""Operator's commands on copies of the database: make one, check one, and put one back."""

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
    """Copy the SQLite database to a new file; on PostgreSQL print the command that does so.

    In a folder the file's name has the date, and older copies may be deleted.
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
    """Delete all but the newest copies beside *file*, unless that one is damaged."""
    if not backup.check_backup(file).is_intact:
        print_sentence(words.translate("operator.backup.damaged"))
        return EXIT_UNHEALTHY
    count = backup_folder.delete_older_backups(file.parent, kept_count)
    print_sentence(words.translate("operator.backup.older_deleted", count=count))
    return 0


def check_backup(options: argparse.Namespace, words: LanguagePack) -> int:
    """Check a copy of an SQLite database, and print what it contains."""
    if postgresql_tools.is_dump(options.file):
        command = postgresql_tools.build_list_command(options.file)
        _print_command("operator.backup.postgresql_check", command, words)
        return EXIT_FAULTY_INPUT
    report = backup.check_backup(options.file)
    if not report.is_complete:
        refusal = restore.find_incompleteness(options.file)
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
    """Put a checked backup in the place of the SQLite database, and print what that undoes."""
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
    """Return the sentence for *refusal*, with the command that copies *file* with its log.

    Its journal is undone by the same command.
    """
    suffix = "journal" if refusal is RestoreRefusal.ROLLBACK_JOURNAL else "wal"
    address = shlex.quote(f"DATABASE_URL=sqlite:///{file.resolve()}")
    command = f"env {address} python -m bot backup {shlex.quote(f'{file}.complete')}"
    facts = {"path": str(file), "log": f"{file.resolve()}-{suffix}", "command": command}
    return words.translate(f"operator.restore.refused.{refusal}", **facts)


def _print_report(
    report: RestoreReport, database: Path, words: LanguagePack, *, is_dry_run: bool
) -> None:
    """Print what was put in place and what that undoes, or would."""
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
    """Print the sentence *key* with a shell's form of *command*, which has no password."""
    print_sentence(words.translate(key, command=shlex.join(command)))


def _read_url(config: Settings) -> str:
    return config.database_url.get_secret_value()
