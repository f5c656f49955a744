"""Handler of ``secret``: rotate the pepper, the key material of the stored tokens."""

import argparse
import asyncio

from bot import operator_jobs, progress
from bot.admin import secret_verbs
from bot.admin.secret_verbs import RotationReport
from bot.command_output import EXIT_UNHEALTHY, print_sentence
from bot.content.catalogue import LanguagePack
from bot.context import Context
from bot.team_commands import load_settings_and_migrate


def run_secret_command(options: argparse.Namespace, words: LanguagePack) -> int:
    """Encrypt every stored token with the newest pepper; return the process's exit status.

    1 while a row, or a process that was not restarted with ``PEPPER``, may need an earlier pepper.
    A dry run only counts the rows. See :func:`bot.admin.secret_verbs.rotate_secret`.
    """
    config = load_settings_and_migrate()
    pepper_count = len(config.peppers)
    on_step = progress.build_step_callback(words.translate("operator.progress.secrets"))

    async def rotate(context: Context) -> RotationReport:
        """Warn about processes with an earlier pepper, then rotate."""
        if await secret_verbs.has_earlier_secret(context, pepper_count):
            print_sentence(words.translate("operator.secret.restart_first"))
        return await secret_verbs.rotate_secret(
            context, pepper_count, on_step, is_dry_run=options.dry_run
        )

    report = asyncio.run(operator_jobs.run_operator_job(config, rotate))
    for line in report.render_lines(words):
        print_sentence(line)
    return 0 if report.is_complete or options.dry_run else EXIT_UNHEALTHY
