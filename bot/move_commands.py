"""Handler of ``move-to``: copy the SQLite database to PostgreSQL and retire the SQLite file."""

import argparse
from pathlib import Path

from bot import progress, settings
from bot.clock import Clock
from bot.command_output import EXIT_FAULTY_INPUT, print_sentence
from bot.content.catalogue import LanguagePack
from bot.settings import Settings
from bot.settings_validation import is_same_database, parse_server_url
from bot.store import database_move
from bot.store.keys.database_key_store import DatabaseKeyStore
from bot.store.keys.open_key_store import open_key_store
from bot.store.move_plan import (
    Move,
    MoveObserver,
    MovePhase,
    MoveRefusal,
    MoveRefusedError,
    MoveReport,
    UnusableTargetError,
)


def move_database(options: argparse.Namespace, words: LanguagePack) -> int:
    """Move the database and print the settings to change; return the process's exit status.

    2 for malformed URLs, a refused move and a target database that raises an error. Running
    the command again continues an interrupted move: each phase is committed before the next one.
    """
    config = settings.load_settings("move-to")
    if config.database_file is None:
        print_sentence(words.translate("operator.move.no_sqlite"))
        return EXIT_FAULTY_INPUT
    try:
        move = _plan_move(config, config.database_file, options)
    except ValueError:
        print_sentence(words.translate("operator.move.address"))
        return EXIT_FAULTY_INPUT
    try:
        report = database_move.move_database(
            move, Clock(config.test_clock)(), _build_observer(words)
        )
    except MoveRefusedError as error:
        _print_refusal(error.refusal, config.database_file, words)
        return EXIT_FAULTY_INPUT
    except UnusableTargetError as error:
        print_sentence(words.translate("operator.move.interrupted"))
        remedy = words.translate(f"environment.database.{error.fault}")
        print_sentence(words.translate("operator.faults.line", where="move-to", remedy=remedy))
        return EXIT_FAULTY_INPUT
    finally:
        move.source_key_store.close()
        if move.new_key_store is not None:
            move.new_key_store.close()
    _print_report(report, move, config, words)
    return 0


def _plan_move(config: Settings, database: Path, options: argparse.Namespace) -> Move:
    """Parse the arguments into a move; raise ``ValueError`` for an invalid PostgreSQL URL.

    Also for a key store in the target database, and for keys that are in a database already.
    """
    target_url = parse_server_url(options.target)
    keys = open_key_store(config.keys_location)
    if options.keys is None:
        return Move(database, target_url, keys)
    keys_url = parse_server_url(options.keys)
    if is_same_database(keys_url, target_url) or config.keys_folder is None:
        raise ValueError
    return Move(database, target_url, keys, DatabaseKeyStore(keys_url))


def _build_observer(words: LanguagePack) -> MoveObserver:
    """Return the callbacks that print each phase and draw a progress bar of the copied rows."""

    def print_phase(phase: MovePhase) -> None:
        print_sentence(words.translate(f"operator.move.phase.{phase}"))

    on_rows = progress.build_step_callback(words.translate("operator.progress.rows"))
    return MoveObserver(print_phase, on_rows)


def _print_refusal(refusal: MoveRefusal, database: Path, words: LanguagePack) -> None:
    """Print why nothing was moved, with the path of the SQLite file."""
    key = f"operator.move.refused.{refusal}"
    print_sentence(words.translate(key, path=str(database)))


def _print_report(report: MoveReport, move: Move, config: Settings, words: LanguagePack) -> None:
    """Print how many rows were copied, and the settings to change before the next start."""
    if report.was_complete:
        print_sentence(words.translate("operator.move.was_complete"))
    else:
        print_sentence(words.translate("operator.move.moved", count=report.row_count))
    if move.new_key_store is not None:
        facts = {"folder": str(config.archive_folder)}
        print_sentence(words.translate("operator.move.set_keys", **facts))
    else:
        print_sentence(
            words.translate("operator.move.set_database", keys=str(config.keys_folder or "KEYS"))
        )
    print_sentence(words.translate("operator.move.old_file", path=str(move.source)))
    print_sentence(words.translate("operator.move.next_step"))
