"""Handler of the subcommand ``doctor``: check settings, database, key store and products' APIs."""

import argparse
import asyncio
from functools import partial

from bot import adapter_checks, logs, settings
from bot.admin import doctor
from bot.command_output import EXIT_UNHEALTHY, print_sentence
from bot.content.catalogue import LanguagePack
from bot.content_report import print_content_report
from bot.version import VERSION


def print_checkup(_options: argparse.Namespace, words: LanguagePack) -> int:
    """Run every check and print a sentence for each finding; return 1 if one is unhealthy, else 0.

    Checks request the products' APIs and the metrics endpoint of the local web process, but send no
    message. Raises :class:`bot.errors.FaultyInputError` for settings that cannot be loaded.
    """
    config = settings.load_settings("web")
    logs.configure_logging("CRITICAL")  # what a failed call would log is among the findings
    print_sentence(words.translate("operator.doctor.version", version=VERSION))
    print_content_report(config, words)
    findings = asyncio.run(
        doctor.run_checkup(
            config,
            adapter_checks.build_slack_queries(config),
            lambda: adapter_checks.check_microsoft(config),
            check_teams_channels=partial(adapter_checks.check_teams_channels, config),
        )
    )
    for finding in findings:
        print_sentence(finding.render_sentence(words))
    return 0 if all(finding.is_healthy for finding in findings) else EXIT_UNHEALTHY
