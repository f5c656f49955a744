"""Argument parser of ``python -m bot``: subcommands, options and their help texts."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.content import catalogue
from bot.content.catalogue import LanguagePack
from bot.version import VERSION

CommandHandler = Callable[[argparse.Namespace, LanguagePack], int]
"""Handler of one subcommand: receives the parsed arguments, returns the process's exit status."""

_TEAM_COMMANDS = (
    "apply",
    "list",
    "show",
    "move",
    "remove",
    "export",
    "history",
    "rename-people",
)
"""Subcommands of ``team``, in the order of the help text."""


_PERSON_COMMANDS = ("export", "erase")
"""Subcommands of ``person``, in the order of the help text."""


def build_parser(
    words: LanguagePack, handlers: Mapping[str, CommandHandler]
) -> argparse.ArgumentParser:
    """Build the :mod:`argparse` parser of the subcommands in *handlers*, with help from *words*.

    The parsed namespace has the subcommand's name in the attribute ``verb`` and its handler in
    ``run``; the name of a nested subcommand is in ``do``.
    """
    parser = argparse.ArgumentParser("bot", description=words.translate("operator.verbs.about"))
    version_help = words.translate("operator.verbs.version")
    parser.add_argument(
        "--version", action="version", version=f"Attune {VERSION}", help=version_help
    )
    subparsers = parser.add_subparsers(dest="verb", required=True)
    parsers: dict[str, argparse.ArgumentParser] = {}
    for name, handler in handlers.items():
        help_text = words.translate(f"operator.verbs.{name.replace('-', '_')}")
        parsers[name] = subparsers.add_parser(name, help=help_text, description=help_text)
        parsers[name].set_defaults(run=handler)
    for verb in ("web", "worker"):
        _add_flag(parsers[verb], "--without-keys", words.translate("operator.verbs.without_keys"))
    _add_manifest_options(parsers["manifest"], words)
    for verb in ("print", "privacy-pack"):
        _add_print_options(parsers[verb], words, verb.replace("-", "_"))
    _add_team_commands(parsers["team"], words)
    _add_person_commands(parsers["person"], words)
    _add_workspace_commands(parsers["workspace"], words)
    _add_secret_commands(parsers["secret"], words)
    audit_help = words.translate("operator.verbs.audit_workspace")
    parsers["audit"].add_argument("workspace", metavar="WORKSPACE", nargs="?", help=audit_help)
    _add_backup_options(parsers, words)
    _add_move_options(parsers["move-to"], words)
    export_help = words.translate("operator.verbs.export_file")
    parsers["export-tables"].add_argument("file", type=Path, help=export_help)
    _add_sandbox_options(parsers["try"], words)
    return parser


def _add_sandbox_options(parser: argparse.ArgumentParser, words: LanguagePack) -> None:
    """Add the options of the sandbox: its surface, the reset, the response timeout in seconds."""
    _add_flag(parser, "--terminal", words.translate("operator.verbs.terminal"))
    _add_flag(parser, "--reset", words.translate("operator.verbs.reset"))
    _add_flag(parser, "--teams", words.translate("operator.verbs.in_teams"))
    timeout_help = words.translate("operator.verbs.timeout")
    parser.add_argument("--timeout", type=float, default=3.0, help=timeout_help)


def _add_backup_options(
    parsers: Mapping[str, argparse.ArgumentParser], words: LanguagePack
) -> None:
    """Add the argument ``file`` and the options of the subcommands on backups."""
    names = {"backup": "backup_target", "check-backup": "backup_file", "restore": "backup_file"}
    for verb, name in names.items():
        file_help = words.translate(f"operator.verbs.{name}")
        parsers[verb].add_argument("file", type=Path, help=file_help)
    keep_help = words.translate("operator.verbs.backup_keep")
    parsers["backup"].add_argument("--keep", type=_parse_count, metavar="N", help=keep_help)
    _add_flag(parsers["restore"], "--dry-run", words.translate("operator.verbs.restore_dry_run"))


def _add_move_options(parser: argparse.ArgumentParser, words: LanguagePack) -> None:
    """Add the arguments of ``move-to``: the URL of the new database, and of a new key database."""
    target_help = words.translate("operator.verbs.move_target")
    parser.add_argument("target", metavar="URL", help=target_help)
    keys_help = words.translate("operator.verbs.move_keys")
    parser.add_argument("--keys", metavar="URL", help=keys_help)


def _parse_count(text: str) -> int:
    """Parse an integer from 1; argparse reports the :class:`ValueError` that any other raises."""
    count = int(text)
    if count < 1:
        raise ValueError
    return count


def _add_manifest_options(parser: argparse.ArgumentParser, words: LanguagePack) -> None:
    """Add the required endpoint (a base URL or Socket Mode), and options of the Teams package."""
    endpoint = parser.add_mutually_exclusive_group(required=True)
    endpoint.add_argument("--base-url", help=words.translate("operator.verbs.base_url"))
    endpoint.add_argument(
        "--socket-mode", action="store_true", help=words.translate("operator.verbs.socket_mode")
    )
    _add_flag(parser, "--install-link", words.translate("operator.verbs.install_link"))
    parser.add_argument(
        "--teams",
        type=Path,
        nargs="?",
        const=Path("attune-teams.zip"),
        help=words.translate("operator.verbs.teams"),
    )
    parser.add_argument("--client-id", default="", help=words.translate("operator.verbs.client_id"))
    parser.add_argument("--about", default="", help=words.translate("operator.verbs.about_page"))


def _add_team_commands(parser: argparse.ArgumentParser, words: LanguagePack) -> None:
    """Add the nested subcommands of ``team`` with their arguments."""
    subparsers = parser.add_subparsers(dest="do", required=True)
    parsers: dict[str, argparse.ArgumentParser] = {}
    for name in _TEAM_COMMANDS:
        help_text = words.translate(f"operator.verbs.team_{name.replace('-', '_')}")
        parsers[name] = subparsers.add_parser(name, help=help_text, description=help_text)
    parsers["apply"].add_argument(
        "file", type=Path, help=words.translate("operator.verbs.team_file")
    )
    _add_flag(parsers["apply"], "--unseen", words.translate("operator.verbs.team_unseen"))
    parsers["export"].add_argument(
        "file", type=Path, nargs="?", help=words.translate("operator.verbs.team_export_file")
    )
    for name in ("show", "move", "remove"):
        channel_help = words.translate("operator.verbs.team_channel")
        parsers[name].add_argument("channel", metavar="CHANNEL", help=channel_help)
    parsers["history"].add_argument(
        "channel",
        metavar="CHANNEL",
        nargs="?",
        help=words.translate("operator.verbs.team_channel"),
    )
    parsers["history"].add_argument(
        "--erase", metavar="WORKSPACE/PERSON", help=words.translate("operator.verbs.team_erase")
    )
    new_channel_help = words.translate("operator.verbs.team_new_channel")
    parsers["move"].add_argument("new_channel", metavar="NEW_CHANNEL", help=new_channel_help)
    _add_flag(parsers["remove"], "--dry-run", words.translate("operator.verbs.team_dry_run"))
    _add_rename_options(parsers["rename-people"], words)


def _add_person_commands(parser: argparse.ArgumentParser, words: LanguagePack) -> None:
    """Add the nested subcommands of ``person``, with the arguments ``WORKSPACE`` and ``PERSON``."""
    subparsers = parser.add_subparsers(dest="do", required=True)
    for name in _PERSON_COMMANDS:
        help_text = words.translate(f"operator.verbs.person_{name}")
        command = subparsers.add_parser(name, help=help_text, description=help_text)
        workspace_help = words.translate("operator.verbs.team_workspace")
        command.add_argument("workspace", metavar="WORKSPACE", help=workspace_help)
        person_help = words.translate("operator.verbs.person_id")
        command.add_argument("person", metavar="PERSON", help=person_help)
        if name == "erase":
            _add_flag(command, "--dry-run", words.translate("operator.verbs.person_dry_run"))


def _add_workspace_commands(parser: argparse.ArgumentParser, words: LanguagePack) -> None:
    """Add the nested subcommands of ``workspace`` with their arguments."""
    subparsers = parser.add_subparsers(dest="do", required=True)
    parsers: dict[str, argparse.ArgumentParser] = {}
    for name in ("list", "purge", "rotate-keys"):
        help_text = words.translate(f"operator.verbs.workspace_{name.replace('-', '_')}")
        parsers[name] = subparsers.add_parser(name, help=help_text, description=help_text)
    workspace_help = words.translate("operator.verbs.team_workspace")
    for name in ("purge", "rotate-keys"):
        parsers[name].add_argument("workspace", metavar="WORKSPACE", help=workspace_help)
    for name in ("dry_run", "yes"):
        flag_help = words.translate(f"operator.verbs.workspace_{name}")
        _add_flag(parsers["purge"], f"--{name.replace('_', '-')}", flag_help)


def _add_secret_commands(parser: argparse.ArgumentParser, words: LanguagePack) -> None:
    """Add the nested subcommand of ``secret``, which rotates the operator's secret."""
    subparsers = parser.add_subparsers(dest="do", required=True)
    help_text = words.translate("operator.verbs.secret_rotate")
    rotation = subparsers.add_parser("rotate", help=help_text, description=help_text)
    _add_flag(rotation, "--dry-run", words.translate("operator.verbs.secret_dry_run"))


def _add_rename_options(parser: argparse.ArgumentParser, words: LanguagePack) -> None:
    """Add the arguments ``WORKSPACE`` and the CSV file of pairs, and the option ``--dry-run``."""
    workspace_help = words.translate("operator.verbs.team_workspace")
    parser.add_argument("workspace", metavar="WORKSPACE", help=workspace_help)
    parser.add_argument("file", type=Path, help=words.translate("operator.verbs.team_pairs_file"))
    _add_flag(parser, "--dry-run", words.translate("operator.verbs.team_rename_dry_run"))


def _add_print_options(parser: argparse.ArgumentParser, words: LanguagePack, name: str) -> None:
    """Add the arguments of a subcommand that writes pages: folder, language and workspace.

    *name* is the subcommand's in the keys of the help texts.
    """
    folder_help = words.translate(f"operator.verbs.{name}_folder")
    parser.add_argument("folder", type=Path, help=folder_help)
    parser.add_argument(
        "--language",
        choices=catalogue.load_catalogue().languages,
        help=words.translate(f"operator.verbs.{name}_language"),
    )
    workspace_help = words.translate(f"operator.verbs.{name}_workspace")
    parser.add_argument("--workspace", metavar="WORKSPACE", default="", help=workspace_help)


def _add_flag(parser: argparse.ArgumentParser, name: str, help_text: str) -> None:
    parser.add_argument(name, action="store_true", help=help_text)
