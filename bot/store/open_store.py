"""Open the store that the settings configure."""

from bot.settings import Settings
from bot.store.keys.open_key_store import open_key_store, resolve_peppers
from bot.store.store import Store


def open_store(settings: Settings) -> Store:
    """Open the database and the key store of *settings*; a missing pepper is generated.

    Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError` if the key store cannot be
    read, and the driver's error for an unusable SQLite file.
    """
    key_store = open_key_store(settings.keys_location)
    peppers = resolve_peppers(settings.peppers, key_store)
    return Store.open(settings.database_url.get_secret_value(), peppers, key_store)
