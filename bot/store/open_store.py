"""Open the store that the settings configure."""

from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.settings import Settings
from bot.store.key_claims import raise_if_unusable
from bot.store.keys.key_id import PepperKeyId
from bot.store.keys.open_key_store import open_key_store, resolve_peppers
from bot.store.store import Store


def open_store(settings: Settings) -> Store:
    """Open the database and the key store of *settings*; a missing pepper is generated.

    Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError` if the key store cannot be
    read or is not that of the database, and the driver's error for an unusable SQLite file.
    """
    key_store = open_key_store(settings.keys_location)
    if not settings.peppers and key_store.get(PepperKeyId()) is None:
        _require_claim(settings)
    peppers = resolve_peppers(settings.peppers, key_store)
    return Store.open(settings.database_url.get_secret_value(), peppers, key_store)


def open_store_without_pepper(settings: Settings) -> Store:
    """Open the database and the key store of *settings*, to look at the keys; creates no file.

    A missing SQLite file is created all the same. The store can neither encrypt secrets nor
    process requests.
    """
    url = settings.database_url.get_secret_value()
    return Store.open(url, (), open_key_store(settings.keys_location))


def _require_claim(settings: Settings) -> None:
    """Raise an error before a pepper is generated where the key store's volume is missing.

    Nothing is known while the database does not answer.
    """
    store = open_store_without_pepper(settings)
    try:
        raise_if_unusable(store.claimed_key_store.assess_claim(datetime.now(UTC)))
    except SQLAlchemyError:
        return
    finally:
        store.close_sync()
