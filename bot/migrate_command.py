"""The operator's command that upgrades the database schema."""

import argparse

from bot import progress, settings
from bot.admin import start_checks
from bot.command_output import print_sentence
from bot.content.catalogue import LanguagePack
from bot.schema_upgrade import upgrade_schema


def migrate_store(_options: argparse.Namespace, words: LanguagePack) -> int:
    """Upgrade the database schema, with a progress bar."""
    config = settings.load_settings("migrate")
    start_checks.check_claim(config, accepts_lost_keys=False, is_server=False)
    upgrade_schema(
        config, progress.build_step_callback(words.translate("operator.progress.tables"))
    )
    print_sentence(words.translate("operator.migrated"))
    return 0
