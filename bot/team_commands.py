"""Handlers of ``team``: apply a file, list, show, move, remove, export, history and new ids.

Handlers that may write migrate the schema first.
"""

import argparse
import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from bot import adapter_checks, operator_jobs, progress, settings
from bot.admin import (
    doctor,
    person_renaming,
    start_checks,
    table_file,
    team_export,
    team_file,
    team_history,
    team_verbs,
)
from bot.admin.channel_access_check import check_channel_access
from bot.admin.command_line import CommandHandler
from bot.admin.finding import Finding
from bot.command_output import EXIT_FAULTY_INPUT, print_sentence
from bot.content.catalogue import LanguagePack
from bot.domain.teams.team_removal import RemovalEffects
from bot.errors import Fault, FaultyInputError
from bot.settings import Settings
from bot.store.open_store import open_store
from bot.store.repositories import Repositories
from bot.store.repositories.person_renames import RenameStatus
from bot.workflows.team_changes import load_removal_effects

T = TypeVar("T")


def run_team_command(options: argparse.Namespace, words: LanguagePack) -> int:
    """Dispatch to the handler of the subcommand ``do``; return the process's exit status."""
    return _HANDLERS[options.do](options, words)


def _apply_team_file(options: argparse.Namespace, words: LanguagePack) -> int:
    """Apply the team file, then print what each product's API reports about its channels.

    Idempotent, see :func:`bot.admin.apply_teams.apply_teams`.
    """
    config = load_settings_and_migrate()
    _require_channel_access(config, options, words)
    track_progress = partial(
        progress.track_progress, label=words.translate("operator.progress.teams")
    )
    result = asyncio.run(operator_jobs.apply_teams(config, options.file, track_progress))
    print_sentence(
        words.translate(
            "operator.team.applied", count=result.team_count, changed=result.changed_count
        )
    )
    for name in result.team_names_in_quiet_hours:
        print_sentence(words.translate("operator.team.quiet", team=name))
    _print_unlisted_count(config, words)
    if config.uses_slack:
        queries = adapter_checks.build_slack_queries(config)
        _print_faults(asyncio.run(doctor.check_slack_teams(config, queries)), words)
    if config.uses_teams:
        check = partial(adapter_checks.check_teams_channels, config)
        _print_faults(asyncio.run(doctor.check_microsoft_teams(config, check)), words)
    return 0


def _print_faults(findings: Iterable[Finding], words: LanguagePack) -> None:
    """Print the sentence of each unhealthy finding."""
    for finding in findings:
        if not finding.is_healthy:
            print_sentence(finding.render_sentence(words))


def _list_teams(_options: argparse.Namespace, words: LanguagePack) -> int:
    """Print a line per team: the reference that other subcommands accept, and its list's size."""
    config = settings.load_settings("team")
    overviews = read_store(config, team_verbs.load_overviews)
    for overview in overviews:
        line = words.translate(
            "operator.team.list_line",
            team=overview.team.name,
            clinicians=overview.clinician_count,
            supervisors=overview.supervisor_count,
        )
        print(f"{overview.reference}  {line}")  # noqa: T201 - the command's output
    if not overviews:
        print_sentence(words.translate("operator.team.no_team"))
    _print_unlisted_count(config, words)
    return 0


def _show_team(options: argparse.Namespace, words: LanguagePack) -> int:
    """Print a team as its file declares it, its open periods and its number of tables."""

    def load_team(repos: Repositories) -> tuple[str, RemovalEffects]:
        team = team_verbs.find_team(repos, options.channel)
        stored = team_export.load_stored_team(repos, team)
        return team_export.render_team(stored), load_removal_effects(repos, team)

    text, effects = read_store(settings.load_settings("team"), load_team)
    print(text, end="")  # noqa: T201 - the command's output
    if effects.team.unreachable_reason:
        print_sentence(words.translate("operator.team.channel_unreachable"))
    print_sentence(_render_period(effects, words))
    print_sentence(words.translate("operator.team.tables", count=effects.table_count))
    return 0


def _move_team(options: argparse.Namespace, words: LanguagePack) -> int:
    """Update the channel of a team in one transaction; its id, and so its rows, do not change."""
    team = asyncio.run(
        operator_jobs.run_operator_job(
            load_settings_and_migrate(),
            lambda context: team_verbs.move_team(context, options.channel, options.new_channel),
        )
    )
    facts = {"team": team.name, "channel": options.new_channel}
    print_sentence(words.translate("operator.team.moved", **facts))
    return 0


def _remove_team(options: argparse.Namespace, words: LanguagePack) -> int:
    """Mark a team as removed in one transaction, and print the effects; a dry run prints alone."""
    config = load_settings_and_migrate()
    effects = asyncio.run(
        operator_jobs.run_operator_job(
            config,
            lambda context: team_verbs.remove_team(
                context, options.channel, is_dry_run=options.dry_run
            ),
        )
    )
    key = "remove_dry_run" if options.dry_run else "removed"
    print_sentence(words.translate(f"operator.team.{key}", team=effects.team.name))
    print_sentence(words.translate("operator.team.list_ends", count=effects.clinician_count))
    print_sentence(_render_period(effects, words))
    print_sentence(words.translate("operator.team.tables", count=effects.table_count))
    if not options.dry_run:
        _print_unlisted_count(config, words)
    return 0


def _export_teams(options: argparse.Namespace, words: LanguagePack) -> int:
    """Write the stored teams as a team file to standard output or to a new file."""
    text = read_store(settings.load_settings("team"), team_export.export_team_file)
    if options.file is None:
        print(text, end="")  # noqa: T201 - the command's output
        return 0
    path: Path = options.file
    try:
        table_file.write_text(path, text)
    except OSError:
        print_sentence(words.translate("operator.team.export_failed", path=str(path)))
        return EXIT_FAULTY_INPUT
    print_sentence(words.translate("operator.team.exported", path=str(path)))
    return 0


def _print_or_erase_history(options: argparse.Namespace, words: LanguagePack) -> int:
    """Print the audit trail of set-ups and roles, newest row first, or erase a person from it."""
    if options.erase is not None:
        count = asyncio.run(
            operator_jobs.run_operator_job(
                load_settings_and_migrate(),
                lambda context: team_history.erase_from_history(context, options.erase),
            )
        )
        print_sentence(words.translate("operator.team.erased", count=count))
        return 0
    entries = read_store(
        settings.load_settings("team"),
        lambda repos: team_history.load_entries(repos, options.channel),
    )
    for line in team_history.render_lines(entries, words):
        print(line)  # noqa: T201 - the command's output
    if not entries:
        print_sentence(words.translate("setups.trail.none"))
    return 0


def _rename_people(options: argparse.Namespace, words: LanguagePack) -> int:
    """Replace person ids by those of a file of pairs, one transaction per pair; idempotent.

    See :func:`bot.admin.person_renaming.rename_people`.
    """
    counts = asyncio.run(
        operator_jobs.run_operator_job(
            load_settings_and_migrate(),
            lambda context: person_renaming.rename_people(
                context, options.workspace, options.file, is_dry_run=options.dry_run
            ),
        )
    )
    key = "rename_dry_run" if options.dry_run else "renamed"
    print_sentence(
        words.translate(f"operator.team.{key}", count=counts.get(RenameStatus.POSSIBLE, 0))
    )
    if unused_count := counts.get(RenameStatus.NOTHING_STORED, 0):
        print_sentence(words.translate("operator.team.rename_unused", count=unused_count))
    return 0


def _render_period(effects: RemovalEffects, words: LanguagePack) -> str:
    if effects.last_close is None:
        return words.translate("operator.team.no_period")
    return words.translate("operator.team.period", day=words.format_day(effects.last_close))


def _print_unlisted_count(config: Settings, words: LanguagePack) -> None:
    """Print how many people count in an open period and are on no list; nothing for 0."""
    unlisted_count = read_store(config, team_verbs.count_unlisted)
    if unlisted_count:
        key = "operator.doctor.clinicians_without_team"
        print_sentence(words.translate(key, count=unlisted_count))


def _require_channel_access(
    config: Settings, options: argparse.Namespace, words: LanguagePack
) -> None:
    """Raise :class:`FaultyInputError` for workspaces and channels that the bot cannot access.

    Also for a malformed file. With ``--unseen`` it is only parsed. Where workspaces install the app
    from a link, each has its own token, and Slack is not called.
    """
    declared = team_file.read_teams(options.file, test_mode=config.test_mode)
    if options.unseen:
        return
    checks_slack = config.uses_slack and not config.installs_from_link
    queries = adapter_checks.build_slack_queries(config) if checks_slack else None
    tenants = config.allowed_tenants if config.uses_teams else ()
    check = asyncio.run(check_channel_access(declared, options.file, queries, tenants))
    if check.faults:
        raise FaultyInputError(check.faults)
    if not check.is_complete:
        print_sentence(words.translate("operator.team.unchecked"))


def load_settings_and_migrate() -> Settings:
    """Load the settings, validate key store and pepper against the database, and migrate it.

    Raises :class:`FaultyInputError`, before the migration, for a pepper that is not the bot's, and
    as :func:`bot.admin.start_checks.verify_key_store_claim`.
    """
    config = settings.load_settings("team")
    start_checks.verify_key_store_claim(config, accepts_lost_keys=False, is_server=False)
    store = open_store(config)
    try:
        if store.is_schema_current() and store.read_sync(
            lambda repos: repos.secret_cipher.has_wrong_pepper()
        ):
            raise FaultyInputError((Fault("PEPPER", "operator.settings.pepper_wrong"),))
        store.migrate()
    finally:
        store.close_sync()
    return config


def read_store(config: Settings, job: Callable[[Repositories], T]) -> T:
    """Open the store, run *job* in a read-only transaction, and return its result.

    Raises :class:`bot.store.database_faults.UnusableDatabaseError` for another release's schema.
    """
    store = open_store(config)
    try:
        store.database_check.require_current_schema()
        return store.read_sync(job)
    finally:
        store.close_sync()


_HANDLERS: Mapping[str, CommandHandler] = {
    "apply": _apply_team_file,
    "list": _list_teams,
    "show": _show_team,
    "move": _move_team,
    "remove": _remove_team,
    "export": _export_teams,
    "history": _print_or_erase_history,
    "rename-people": _rename_people,
}
"""Handlers of the subcommands of ``team`` by name."""
