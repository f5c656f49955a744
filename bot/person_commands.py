"""Handlers of ``person``: export the rows about one person as JSON, and erase them."""

import argparse
import asyncio
from collections.abc import Mapping

from bot import operator_jobs, settings, team_commands
from bot.admin import person_verbs
from bot.admin.command_line import CommandHandler
from bot.clock import Clock
from bot.command_output import print_sentence
from bot.content.catalogue import LanguagePack
from bot.domain.person import data_copy, own_data
from bot.domain.person.privacy_notice import describe_periods
from bot.workflows.person_erasure import load_data_copy


def run_person_command(options: argparse.Namespace, words: LanguagePack) -> int:
    """Dispatch to the handler of the subcommand ``do``; return the process's exit status."""
    return _HANDLERS[options.do](options, words)


def _export_person(options: argparse.Namespace, words: LanguagePack) -> int:
    """Print the rows about a person as JSON to standard output, and as text to standard error."""
    person = person_verbs.parse_person(options.workspace, options.person)
    config = settings.load_settings("team")
    now = Clock(config.test_clock)()
    person_copy = team_commands.read_store(config, lambda repos: load_data_copy(repos, person, now))
    print(data_copy.encode_copy(person_copy))  # noqa: T201 - the command's output
    for sentence in own_data.describe_copy(person_copy, words):
        print_sentence(sentence)
    return 0


def _erase_person(options: argparse.Namespace, words: LanguagePack) -> int:
    """Erase a person in one write transaction, or with ``dry_run`` only count the rows.

    Prints how many rows were erased and how many remain until the end of their retention.
    """
    person = person_verbs.parse_person(options.workspace, options.person)
    if options.dry_run:
        count = team_commands.read_store(
            settings.load_settings("team"), lambda repos: person_verbs.count_rows(repos, person)
        )
        print_sentence(words.translate("operator.person.dry_run", count=count))
        return 0
    erased_count, remaining_count = asyncio.run(
        operator_jobs.run_operator_job(
            team_commands.load_settings_and_migrate(),
            lambda context: person_verbs.erase_person(context, person),
        )
    )
    if not erased_count and not remaining_count:
        print_sentence(words.translate("operator.person.nothing"))
    else:
        print_sentence(words.translate("operator.person.erased", count=erased_count))
    if remaining_count:
        periods = describe_periods(words.retention)
        print_sentence(words.translate("operator.person.remains", count=remaining_count, **periods))
    return 0


_HANDLERS: Mapping[str, CommandHandler] = {"export": _export_person, "erase": _erase_person}
"""Handlers of the subcommands of ``person`` by name."""
