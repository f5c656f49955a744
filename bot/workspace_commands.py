"""Handlers of ``workspace`` and ``audit``: list, purge, rotate a key, and print the audit trail."""

import argparse
import asyncio
from collections.abc import Mapping

from bot import operator_jobs, settings
from bot.admin import audit_verbs, secret_verbs, workspace_verbs
from bot.admin.command_line import CommandHandler
from bot.command_output import EXIT_UNHEALTHY, print_sentence
from bot.content.catalogue import LanguagePack
from bot.team_commands import load_settings_and_migrate, read_store


def run_workspace_command(options: argparse.Namespace, words: LanguagePack) -> int:
    """Dispatch to the handler of the subcommand ``do``; return the process's exit status."""
    return _HANDLERS[options.do](options, words)


def _list_workspaces(_options: argparse.Namespace, words: LanguagePack) -> int:
    """Print a line per workspace with its id and state, from one read-only transaction."""
    config = settings.load_settings("team")
    states = read_store(config, workspace_verbs.load_workspaces)
    for state in states:
        print(workspace_verbs.render_workspace(state, words))  # noqa: T201 - the command's output
    if not states:
        print_sentence(words.translate("operator.workspace.none"))
    return 0


def _purge_workspace(options: argparse.Namespace, words: LanguagePack) -> int:
    """Delete all rows of a workspace, and print the row count of each table before and after.

    Returns the exit status: 1 if the purge is incomplete; a periodic job of the running bot then
    continues it. See :func:`bot.admin.workspace_verbs.purge_workspace`.
    """
    config = load_settings_and_migrate()
    report = asyncio.run(
        operator_jobs.run_operator_job(
            config,
            lambda context: workspace_verbs.purge_workspace(
                context,
                options.workspace,
                config.archive_folder,
                is_dry_run=options.dry_run,
                is_confirmed=options.yes,
            ),
        )
    )
    for line in report.render_lines(words):
        print(line)  # noqa: T201 - the command's output
    name = "dry_run" if options.dry_run else "purged" if report.is_complete else "incomplete"
    print_sentence(words.translate(f"operator.workspace.{name}"))
    return 0 if report.is_complete or options.dry_run else EXIT_UNHEALTHY


def print_audit_trail(options: argparse.Namespace, words: LanguagePack) -> int:
    """Print the audit trail's rows of installations, purges and rotations, newest first; return 0.

    With the option ``workspace`` only those of one workspace.
    """
    config = settings.load_settings("team")
    entries = read_store(config, lambda repos: audit_verbs.load_entries(repos, options.workspace))
    for line in audit_verbs.render_lines(entries, words, options.workspace):
        print(line)  # noqa: T201 - the command's output
    if not entries:
        print_sentence(words.translate("operator.audit.none"))
    return 0


def _rotate_keys(options: argparse.Namespace, words: LanguagePack) -> int:
    """Replace the key that encrypts a workspace's tokens, and destroy the earlier one.

    See :func:`bot.admin.secret_verbs.rotate_installation_key`.
    """
    asyncio.run(
        operator_jobs.run_operator_job(
            load_settings_and_migrate(),
            lambda context: secret_verbs.rotate_installation_key(context, options.workspace),
        )
    )
    print_sentence(words.translate("operator.workspace.key_rotated"))
    return 0


_HANDLERS: Mapping[str, CommandHandler] = {
    "list": _list_workspaces,
    "purge": _purge_workspace,
    "rotate-keys": _rotate_keys,
}
"""Handlers of the subcommands of ``workspace`` by name."""
