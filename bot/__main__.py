"""Entry point of ``python -m bot``: parse the command line and dispatch to a subcommand's handler.

Modules of a subcommand are imported when its handler is called, so that a process does not load
those of the others (lazy import).
"""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from bot.admin.command_line import CommandHandler, build_parser
from bot.content import catalogue
from bot.content.catalogue import LanguagePack
from bot.errors import Fault, FaultyInputError

if TYPE_CHECKING:
    from bot.worker_options import WorkerOptions

_MAX_PORT = 65535
"""Maximum of a TCP port. 0, any free port, is accepted, too."""

_VERBS_WITH_SETTINGS = frozenset(
    {
        *("web", "worker", "migrate", "deliveries", "backup", "restore", "move-to"),
        *("export-tables", "team", "person", "workspace", "secret", "audit", "print"),
        "privacy-pack",
    }
)
"""Subcommands for which :func:`main` warns of misspelt settings; ``doctor`` does so itself."""


def main(
    arguments: Sequence[str] | None = None, worker_options: "WorkerOptions | None" = None
) -> int:
    """Parse *arguments*, dispatch to the subcommand's handler and return the process's exit status.

    *arguments* are ``sys.argv[1:]`` by default; *worker_options* replace those of production. The
    exit status is that of :func:`bot.command_runner.run_command`. The argument parser raises
    ``SystemExit``, with status 2 for invalid arguments and 0 after ``--help`` or ``--version``.
    With ``LOG_LEVEL=DEBUG`` in the environment, an unexpected exception is printed with its stack.
    """
    words = catalogue.load_catalogue().get_pack(_operator_language())
    handlers = {**HANDLERS}
    if worker_options is not None:
        handlers["worker"] = _build_lazy_handler(_WORKER_LOCATION, worker_options=worker_options)
    options = build_parser(words, handlers).parse_args(arguments)
    if options.verb in _VERBS_WITH_SETTINGS:
        _import_object("bot.command_runner:print_misspelt_settings")(words)
    run_command: Callable[..., int] = _import_object("bot.command_runner:run_command")
    shows_stack = os.environ.get("LOG_LEVEL", "").upper() == "DEBUG"
    return run_command(options.run, options, words, shows_stack=shows_stack)


def _operator_language() -> str:
    """Return the locale in the environment, such as ``fr_CA.UTF-8``; ``""`` if none is set.

    The precedence of the variables is that of POSIX for messages.
    """
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return next((tag for name in names if (tag := os.environ.get(name))), "")


def _run_sandbox(options: argparse.Namespace, words: LanguagePack) -> int:
    """Run the handler of ``try``: start the sandbox of Slack, or of Teams with ``--teams``.

    The environment variables ``PORT``, ``RESET`` and ``WHO`` configure it; ``WHO`` selects the
    persona and is read only with ``--teams``. Raises :class:`bot.errors.FaultyInputError` for an
    invalid ``PORT``.
    """
    from bot.sandbox.process import run as slack_sandbox  # noqa: PLC0415 - not imported in production
    from bot.sandbox.teams import run as teams_sandbox  # noqa: PLC0415 - not imported in production

    if options.teams:
        return teams_sandbox.run_teams_sandbox(
            words,
            folder=Path("var/try-teams"),
            port=_read_port("try-teams", teams_sandbox.DEFAULT_PORT),
            persona_query=os.environ.get("WHO", ""),
            must_reset=options.reset or bool(os.environ.get("RESET")),
        )
    return slack_sandbox.run_sandbox(
        slack_sandbox.SandboxOptions(
            words,
            folder=Path("var/try"),
            port=_read_port("try", slack_sandbox.DEFAULT_PORT),
            must_reset=options.reset or bool(os.environ.get("RESET")),
            use_terminal=options.terminal,
            response_timeout_seconds=options.timeout,
        )
    )


def _read_port(verb: str, default_port: int) -> int:
    """Parse the environment variable ``PORT``; return *default_port* if it is unset or blank.

    *verb* is the target of ``make`` that the error message names. Raises
    :class:`bot.errors.FaultyInputError` for anything but an integer from 0 to 65535.
    """
    text = os.environ.get("PORT", "").strip() or str(default_port)
    if not (text.isascii() and text.isdigit() and int(text) <= _MAX_PORT):
        facts = {
            "verb": verb,
            "example": str(default_port + 10),
            "address": f"http://127.0.0.1:{default_port}",
        }
        raise FaultyInputError((Fault("PORT", "operator.settings.try_port", facts),))
    return int(text)


def _build_lazy_handler(location: str, **keyword_arguments: Any) -> CommandHandler:  # noqa: ANN401 - the handler's own
    """Return a handler that imports the function at *location* when called, and delegates to it.

    *location* is ``module:function``.
    """

    def run_imported(options: argparse.Namespace, words: LanguagePack) -> int:
        handler: CommandHandler = _import_object(location)
        return handler(options, words, **keyword_arguments)

    return run_imported


def _import_object(location: str) -> Any:  # noqa: ANN401 - any object of a module
    """Import the object at *location*, ``module:name``, with the garbage collector disabled.

    Imports create many objects and next to no garbage, yet the collector would scan these objects
    again and again while they are created. If a module was imported, ``gc.freeze`` then moves all
    tracked objects to the permanent generation, which later collections do not scan.
    """
    module_count = len(sys.modules)
    gc.disable()
    try:
        return resolve_name(location)
    finally:
        if len(sys.modules) > module_count:
            gc.freeze()
        gc.enable()


_WORKER_LOCATION = "bot.process_commands:run_worker"

HANDLER_LOCATIONS: Mapping[str, str] = {
    "web": "bot.process_commands:run_web",
    "worker": _WORKER_LOCATION,
    "migrate": "bot.migrate_command:migrate_store",
    "doctor": "bot.checkup_command:print_checkup",
    "deliveries": "bot.operator_commands:print_deliveries",
    "backup": "bot.backup_commands:back_up_database",
    "check-backup": "bot.backup_commands:check_backup",
    "restore": "bot.backup_commands:restore_database",
    "move-to": "bot.move_commands:move_database",
    "export-tables": "bot.operator_commands:export_tables",
    "manifest": "bot.printed_output:print_manifest",
    "team": "bot.team_commands:run_team_command",
    "person": "bot.person_commands:run_person_command",
    "workspace": "bot.workspace_commands:run_workspace_command",
    "secret": "bot.secret_commands:run_secret_command",
    "audit": "bot.workspace_commands:print_audit_trail",
    "print": "bot.printed_output:write_printables",
    "privacy-pack": "bot.printed_output:write_privacy_pack",
}
"""Import location (``module:function``) of each handler, in the order of the help text."""

HANDLERS: Mapping[str, CommandHandler] = {
    **{name: _build_lazy_handler(location) for name, location in HANDLER_LOCATIONS.items()},
    "try": _run_sandbox,
}
"""Dispatch table: the handler of each subcommand, keyed by name."""


if __name__ == "__main__":
    sys.exit(main())
