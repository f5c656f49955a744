"""Call a subcommand's handler; print faults of the environment as one sentence each.

They are those of the database, the key store and the operating system; each has a remedy.
"""

import argparse
import os
import sys
import traceback
from pathlib import Path

from bot import settings
from bot.admin import start_checks
from bot.admin.command_line import CommandHandler
from bot.command_output import (
    EXIT_FAULTY_INPUT,
    EXIT_UNHEALTHY,
    print_faults,
    print_sentence,
)
from bot.content.catalogue import LanguagePack
from bot.errors import Fault, FaultyInputError, PartlyAppliedError
from bot.store.database_faults import classify_database_error
from bot.store.key_removal import KeyStoreInUseError
from bot.store.keys.key_store import KeyStoreUnavailableError

_VERBS_THAT_START_WITHOUT_KEYS = frozenset({"web", "worker"})
"""Subcommands with the option ``--without-keys``, which the remedy for a lost key store names."""
_WRITING_VERBS = frozenset({"team", "person", "workspace", "secret", "restore", "move-to"})
"""Subcommands whose error report begins with what was applied, not with a failed start."""
_EXIT_INTERRUPTED = 130
"""Exit status after SIGINT, as of a shell: 128 plus the number of the signal."""


def print_misspelt_settings(words: LanguagePack) -> None:
    """Print a warning for each name in ``.env`` or the environment that resembles a setting."""
    for name, setting in settings.list_misspelt_settings().items():
        print_sentence(
            words.translate("environment.settings_file.misspelt", name=name, setting=setting)
        )


def run_command(
    handler: CommandHandler,
    options: argparse.Namespace,
    words: LanguagePack,
    *,
    shows_stack: bool = False,
) -> int:
    """Call *handler* with *options* and *words*; return its exit status, or that of its exception.

    The exit status is 2 for an exception that :func:`find_faults` recognizes, printed with a
    remedy, and for a closed pipe: standard output is then redirected to the null device, so that
    the interpreter's last flush raises nothing. It is 130 for ``KeyboardInterrupt``, and 1 for any
    other exception, a defect. No exception's message is printed: it may contain a secret.
    """
    try:
        return handler(options, words)
    except KeyboardInterrupt:
        return _EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAULTY_INPUT
    except Exception as error:  # noqa: BLE001 - the last resort of every command
        faults = find_faults(error, options.verb)
        if not faults:
            _print_unknown_error(error, words, shows_stack=shows_stack)
            return EXIT_UNHEALTHY
        heading = _select_heading(error, options.verb)
        print_sentence(words.translate(f"operator.faults.{heading}"))
        print_faults(faults, words)
        return EXIT_FAULTY_INPUT


def _select_heading(error: Exception, verb: str) -> str:
    """Return the key of the sentence above the faults.

    Input is validated before the first write. Any other exception may follow commits, since most
    commands that write do so in several transactions.
    """
    if verb not in _WRITING_VERBS:
        return "heading"
    is_rejected = isinstance(error, FaultyInputError) and not isinstance(error, PartlyAppliedError)
    return "not_applied" if is_rejected else "not_completed"


def find_faults(error: Exception, verb: str) -> tuple[Fault, ...]:
    """Classify *error*: return the faults of the input or environment, an empty tuple for a defect.

    The remedy for lost keys depends on *verb*, the subcommand.
    """
    if isinstance(error, FaultyInputError):
        return error.faults
    if isinstance(error, KeyStoreUnavailableError):
        may_start = verb in _VERBS_THAT_START_WITHOUT_KEYS
        return start_checks.build_key_fault(error, may_start_without_keys=may_start).faults
    if isinstance(error, KeyStoreInUseError):
        return (Fault("KEYS", "operator.missing.keys_in_use"),)
    if database_fault := classify_database_error(error):
        return (start_checks.build_database_fault(database_fault),)
    if isinstance(error, UnicodeEncodeError):
        return (Fault("PYTHONIOENCODING", "environment.output_encoding"),)
    return (_build_system_fault(error),) if isinstance(error, OSError) else ()


def _build_system_fault(error: OSError) -> Fault:
    """Return the fault for an ``OSError``, with its path and reason, if it has them."""
    location = str(error.filename) if isinstance(error.filename, str | Path) else "system"
    return Fault(location, "environment.system", {"reason": error.strerror or type(error).__name__})


def _print_unknown_error(error: Exception, words: LanguagePack, *, shows_stack: bool) -> None:
    """Print the type and location of a defect, with *shows_stack* its stack, as lines of code."""
    frames = traceback.extract_tb(error.__traceback__)
    location = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    print_sentence(
        words.translate("environment.defect", error=type(error).__name__, where=location)
    )
    if shows_stack:
        print_sentence("".join(traceback.format_list(frames)))
