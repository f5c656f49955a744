"""Command line entry point: run the bot's processes, its sandbox and the operator's commands."""

import argparse
import asyncio
import os
import sys
from collections.abc import Coroutine, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from uvicorn.loops.auto import auto_loop_factory

from bot import (
    adapters,
    app,
    backup_commands,
    logs,
    move_commands,
    operator_commands,
    person_commands,
    printed_output,
    progress,
    secret_commands,
    settings,
    team_commands,
    workspace_commands,
)
from bot.admin import doctor, start_checks
from bot.admin.command_line import CommandHandler, build_parser
from bot.admin.key_location import read_machine
from bot.admin.workspaces_file import read_workspaces
from bot.command_runner import print_faults, run_command
from bot.content import catalogue
from bot.content.catalogue import LanguagePack
from bot.errors import Fault, FaultyInputError
from bot.operator_commands import EXIT_FAULTY_INPUT, EXIT_UNHEALTHY, print_sentence
from bot.served_content import list_card_faults, load_own_catalogues, load_served_content
from bot.server.web_server import ListenError
from bot.settings import Settings
from bot.store.open_store import open_store
from bot.version import VERSION
from bot.worker_options import PRODUCTION, WorkerOptions

_MAX_PORT = 65535
_VERBS_WITH_SETTINGS = frozenset(
    {
        *("web", "worker", "migrate", "deliveries", "backup", "restore", "move-to"),
        *("export-tables", "team", "person", "workspace", "secret", "audit", "print"),
        "privacy-pack",
    }
)
"""The subcommands that read settings; the doctor reports misspelt ones among its findings."""


def main(arguments: Sequence[str] | None = None, worker_options: WorkerOptions = PRODUCTION) -> int:
    """Parse *arguments*, run the subcommand and return the process's exit status.

    The subcommand ``worker`` runs with *worker_options*.
    0 for success, 1 when the check-up finds a fault, 2 for a fault of the input or the
    environment, which is printed with a remedy; see :func:`bot.command_runner.run_command`.
    """
    words = catalogue.load_catalogue().get_pack(_operator_language())
    run_worker = partial(_run_worker, worker_options=worker_options)
    options = build_parser(words, {**HANDLERS, "worker": run_worker}).parse_args(arguments)
    handler: CommandHandler = options.run
    if options.verb in _VERBS_WITH_SETTINGS:
        _print_misspelt_settings(words)
    shows_stack = os.environ.get("LOG_LEVEL", "").upper() == "DEBUG"
    return run_command(handler, options, words, shows_stack=shows_stack)


def _print_misspelt_settings(words: LanguagePack) -> None:
    for name, setting in settings.list_misspelt_settings().items():
        print_sentence(
            words.translate("environment.settings_file.misspelt", name=name, setting=setting)
        )


def _operator_language() -> str:
    """Return the locale of the operator's terminal, such as ``fr_CA.UTF-8``; ``""`` if unset."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return next((tag for name in names if (tag := os.environ.get(name))), "")


def _run_web(options: argparse.Namespace, words: LanguagePack) -> int:
    config = _prepare_process("web", words, accepts_lost_keys=options.without_keys)
    host = f"[{config.host}]" if ":" in config.host else config.host
    address = {"host": host, "port": str(config.port)}
    greet = partial(_print_greeting, words, "web", address)
    return _serve(app.run_web(config, greet), words, "PORT", config.host, config.port)


def _run_worker(
    options: argparse.Namespace, words: LanguagePack, worker_options: WorkerOptions = PRODUCTION
) -> int:
    """Run a worker process until SIGTERM or SIGINT."""
    greeting = "worker" if app.is_scale_extra_installed() else "worker_alone"
    config = _prepare_process("worker", words, accepts_lost_keys=options.without_keys)
    _print_greeting(words, greeting, {})
    return _serve(
        app.run_worker(config, worker_options),
        words,
        "WORKER_PORT",
        config.host,
        config.worker_port,
    )


def _serve(
    service: Coroutine[Any, Any, None], words: LanguagePack, setting: str, host: str, port: int
) -> int:
    """Run *service* until it ends; return its exit status. *setting* names its port."""
    try:
        _run_on_server_loop(service)
    except ListenError as error:
        key = f"{setting.lower()}_taken" if error.is_in_use else "cannot_listen"
        address = f"[{host}]" if ":" in host else host
        facts = {"reason": error.reason, "host": address, "port": str(port), "setting": setting}
        print_sentence(words.translate(f"operator.{key}", **facts))
        return EXIT_FAULTY_INPUT
    return 0


def _run_on_server_loop(service: Coroutine[Any, Any, None]) -> None:
    """Run *service* on the event loop type that uvicorn would select (uvloop where installed).

    Uvicorn selects its loop only when it starts one itself, not inside a running loop.
    """
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(service)


def _migrate_store(_options: argparse.Namespace, words: LanguagePack) -> int:
    config = settings.load_settings("migrate")
    start_checks.check_claim(config, accepts_lost_keys=False, is_server=False)
    _apply_migrations(
        config,
        progress.build_step_callback(words.translate("operator.progress.tables")),
    )
    print_sentence(words.translate("operator.migrated"))
    return 0


def _print_checkup(_options: argparse.Namespace, words: LanguagePack) -> int:
    config = settings.load_settings("web")
    logs.configure_logging("CRITICAL")  # what a failed call would log is among the findings
    print_sentence(words.translate("operator.doctor.version", version=VERSION))
    _print_content_report(config, words)
    findings = asyncio.run(
        doctor.run_checkup(
            config,
            adapters.build_slack_queries(config),
            lambda: adapters.check_microsoft(config),
            check_teams_channels=partial(adapters.check_teams_channels, config),
        )
    )
    for finding in findings:
        print_sentence(finding.render_sentence(words))
    return 0 if all(finding.is_healthy for finding in findings) else EXIT_UNHEALTHY


def _run_sandbox(options: argparse.Namespace, words: LanguagePack) -> int:
    """Start the sandbox; the environment variables ``PORT``, ``RESET`` and ``WHO`` configure it.

    ``WHO`` selects the persona and is read only with ``--teams``.
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
    """Return the port in the environment variable ``PORT``, *default_port* if it is not set.

    *verb* is the target of ``make`` that the message names. Raises
    :class:`bot.errors.FaultyInputError` for anything but a port.
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


def _prepare_process(verb: str, words: LanguagePack, *, accepts_lost_keys: bool) -> Settings:
    """Load the settings of *verb*, configure logging and migrate an embedded database.

    Then print where the keys are, and the report on custom cards. Raises
    :class:`bot.errors.FaultyInputError` for missing or malformed settings, a faulty workspaces
    file, and for lost keys unless *accepts_lost_keys*.
    """
    config = settings.load_settings(verb)
    if config.workspaces_file:
        read_workspaces(config.workspaces_file, config.retention)
    logs.configure_logging(config.log_level)
    start_checks.check_claim(config, accepts_lost_keys=accepts_lost_keys)
    if config.uses_sqlite:
        _apply_migrations(config)
    for finding in start_checks.check_key_store(
        config, read_machine(), accepts_lost_keys=accepts_lost_keys
    ):
        print_sentence(words.translate(finding.key, **finding.facts))
    _print_content_report(config, words)
    return config


def _print_greeting(words: LanguagePack, name: str, address: Mapping[str, str]) -> None:
    print_sentence(words.translate(f"operator.starting.{name}", **address))


def _print_content_report(config: Settings, words: LanguagePack) -> None:
    """Print the number of custom cards in use, of workspaces with their own, and every fault."""
    content = load_served_content(config)
    own = load_own_catalogues(config, content)
    if config.cards_folder:
        facts = {"own": content.own_card_count, "retired": content.retired_card_count}
        print_sentence(words.translate("operator.cards.in_use", **facts))
    if own:
        print_sentence(words.translate("operator.workspaces.in_use", count=len(own)))
    if faults := list_card_faults((content, *own.values())):
        print_sentence(words.translate("operator.cards.heading"))
        print_faults(faults, words)


def _apply_migrations(
    config: Settings, on_step: progress.StepCallback = lambda _done, _of: None
) -> None:
    """Upgrade the database schema with Alembic's migrations; *on_step* is called after each."""
    store = open_store(config)
    try:
        store.migrate(on_step)
    finally:
        store.close_sync()


HANDLERS: Mapping[str, CommandHandler] = {
    "web": _run_web,
    "worker": _run_worker,
    "migrate": _migrate_store,
    "doctor": _print_checkup,
    "deliveries": operator_commands.print_deliveries,
    "backup": backup_commands.back_up_database,
    "check-backup": backup_commands.check_backup,
    "restore": backup_commands.restore_database,
    "move-to": move_commands.move_database,
    "export-tables": operator_commands.export_tables,
    "manifest": printed_output.print_manifest,
    "team": team_commands.run_team_command,
    "person": person_commands.run_person_command,
    "workspace": workspace_commands.run_workspace_command,
    "secret": secret_commands.run_secret_command,
    "audit": workspace_commands.print_audit_trail,
    "print": printed_output.write_printables,
    "privacy-pack": printed_output.write_privacy_pack,
    "try": _run_sandbox,
}
"""Handlers of the subcommands by name, in the order of the help text."""


if __name__ == "__main__":
    sys.exit(main())
