"""Apply pending schema migrations with a store of their own, at the start or as a command."""

from bot.settings import Settings
from bot.store.migrate import StepCallback
from bot.store.open_store import open_store


def upgrade_schema(config: Settings, on_step: StepCallback = lambda _done, _total: None) -> None:
    """Open the store, apply Alembic's pending migrations in one transaction, and close the store.

    *on_step* is called after each with the number applied and the total. Idempotent. Raises as
    :func:`bot.store.open_store.open_store` and :func:`bot.store.migrate.upgrade_schema`.
    """
    store = open_store(config)
    try:
        store.migrate(on_step)
    finally:
        store.close_sync()
