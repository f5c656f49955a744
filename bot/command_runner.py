"""Run a command of the operator; report faults of the environment in one sentence each."""

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
from bot.errors import Fault, FaultyInputError
from bot.store.database_faults import classify_database_error
from bot.store.key_removal import KeyStoreInUseError
from bot.store.keys.key_store import KeyStoreUnavailableError

_VERBS_THAT_START_WITHOUT_KEYS = frozenset({"web", "worker"})
_VERBS_THAT_APPLY = frozenset({"team", "person", "workspace", "restore", "move-to"})
_EXIT_INTERRUPTED = 130


def print_misspelt_settings(words: LanguagePack) -> None:
    """Print a sentence for each variable that looks like a misspelt setting."""
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
    """Call *handler* and return the process's exit status.

    2 for a fault of the input or the environment, each printed with a remedy; 1 for an unknown
    error, a defect, with its stack if *shows_stack*. Neither prints an exception's message, which
    may contain a secret.
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
        name = "not_applied" if options.verb in _VERBS_THAT_APPLY else "heading"
        print_sentence(words.translate(f"operator.faults.{name}"))
        print_faults(faults, words)
        return EXIT_FAULTY_INPUT


def find_faults(error: Exception, verb: str) -> tuple[Fault, ...]:
    """Return the faults of the input or the environment that *error* shows; none for a defect."""
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
    """Return the fault for an error of the operating system, which names the file if it has one."""
    location = str(error.filename) if isinstance(error.filename, str | Path) else "system"
    return Fault(location, "environment.system", {"reason": error.strerror or type(error).__name__})


def _print_unknown_error(error: Exception, words: LanguagePack, *, shows_stack: bool) -> None:
    """Print the type and location of a defect, and its stack if *shows_stack*.

    The stack consists of lines of code; messages of exceptions are omitted.
    """
    frames = traceback.extract_tb(error.__traceback__)
    location = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    print_sentence(
        words.translate("environment.defect", error=type(error).__name__, where=location)
    )
    if shows_stack:
        print_sentence("".join(traceback.format_list(frames)))
