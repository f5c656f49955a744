"""Open the store that the settings configure."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.settings import Settings
from bot.store.key_claims import raise_if_unusable
from bot.store.keys.key_id import PepperKeyId
from bot.store.keys.key_replacement import read_both_keys
from bot.store.keys.key_store import KeyStore, KeyStoreUnavailableError
from bot.store.keys.open_key_store import open_key_store, resolve_peppers
from bot.store.pepper_source import PepperSource
from bot.store.store import Store
from bot.store.store_scope import OPERATOR_WRITE_TIMEOUT_SECONDS, WRITE_TIMEOUT_SECONDS


class MissingDatabaseError(KeyStoreUnavailableError):
    """The SQLite file at ``path`` is missing, although the key store belongs to a database.

    Opening it would create an empty database in its place.
    """

    def __init__(self, path: Path) -> None:
        """Store the path, which contains no secret."""
        super().__init__(str(path))
        self.path = path


def open_store(settings: Settings, *, serves_requests: bool = True) -> Store:
    """Open the database and the key store of *settings*; a missing pepper is generated.

    Writes of a process that *serves_requests* have the short timeout of a form. Those of another
    have an operator's: on a busy database a worker would otherwise give up the messages of a
    workspace for a minute.

    Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError` if the key store cannot be
    read or is not that of the database, :class:`MissingDatabaseError` for a missing file that it
    belongs to, and the driver's error for an unusable SQLite file.
    """
    _require_database_file(settings)
    key_store = open_key_store(settings.keys_location)
    if not settings.peppers and not read_both_keys(key_store, PepperKeyId()):
        _require_claim(settings)
    peppers = resolve_peppers(settings.peppers, key_store)
    source = PepperSource(peppers, None if settings.peppers else key_store)
    return Store.open(
        settings.database_url.get_secret_value(),
        source,
        key_store,
        write_timeout_seconds=(
            WRITE_TIMEOUT_SECONDS if serves_requests else OPERATOR_WRITE_TIMEOUT_SECONDS
        ),
    )


def open_store_without_pepper(settings: Settings) -> Store:
    """Open the database and the key store of *settings*, to look at the keys; creates no key.

    A missing SQLite file is created all the same, unless :class:`MissingDatabaseError` is raised.
    The store can neither encrypt secrets nor process requests.
    """
    _require_database_file(settings)
    url = settings.database_url.get_secret_value()
    return Store.open(url, (), open_key_store(settings.keys_location))


def find_missing_database(settings: Settings) -> Path | None:
    """Return the path of an SQLite file that is missing although a key store belongs to it.

    ``None`` for a file that is there, for a new installation, and while the key store cannot be
    read, which is reported for itself. Nothing is created.
    """
    path = settings.database_file
    if path is None or path.exists():
        return None
    key_store = open_key_store(settings.keys_location)
    try:
        has_keys = belongs_to_database(key_store)
    except KeyStoreUnavailableError:
        return None
    finally:
        key_store.close()
    return path if has_keys else None


def belongs_to_database(key_store: KeyStore) -> bool:
    """Return whether a database has claimed *key_store* or has keys in it.

    Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError` if it cannot be read.
    """
    return key_store.read_claim() is not None or not key_store.is_empty()


def _require_database_file(settings: Settings) -> None:
    if missing_file := find_missing_database(settings):
        raise MissingDatabaseError(missing_file)


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
