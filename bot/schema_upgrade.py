"""Upgrade the database of the settings, before a process serves or as a command."""

from bot.settings import Settings
from bot.store.migrate import StepCallback
from bot.store.open_store import open_store


def upgrade_schema(config: Settings, on_step: StepCallback = lambda _done, _total: None) -> None:
    """Upgrade the database schema with Alembic's migrations; *on_step* is called after each."""
    store = open_store(config)
    try:
        store.migrate(on_step)
    finally:
        store.close_sync()
