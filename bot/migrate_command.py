"""Handler of ``migrate``: apply the pending migrations of the database schema."""

import argparse

from bot import progress, settings
from bot.admin import start_checks
from bot.command_output import print_sentence
from bot.content.catalogue import LanguagePack
from bot.schema_upgrade import upgrade_schema


def migrate_store(_options: argparse.Namespace, words: LanguagePack) -> int:
    """Apply the pending migrations in one transaction, with a progress bar; return the exit status.

    The claim of the key store is checked first, so that no other database is migrated. Idempotent.
    """
    config = settings.load_settings("migrate")
    start_checks.verify_key_store_claim(config, accepts_lost_keys=False, is_server=False)
    upgrade_schema(
        config, progress.build_step_callback(words.translate("operator.progress.tables"))
    )
    print_sentence(words.translate("operator.migrated"))
    return 0
