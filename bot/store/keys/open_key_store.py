"""Select the implementation of the key store by its configured location."""

from pathlib import Path

from bot.store.keys.database_key_store import DatabaseKeyStore
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import PepperKeyId
from bot.store.keys.key_replacement import read_both_keys
from bot.store.keys.key_store import KeyStore

DATABASE_SCHEME = "postgresql+psycopg://"


def open_key_store(location: str) -> KeyStore:
    """Return the key store at *location*: a folder's path, or ``postgresql+psycopg://…``.

    Nothing is created or connected before the first access.
    """
    if location.startswith(DATABASE_SCHEME):
        return DatabaseKeyStore(location)
    return FolderKeyStore(Path(location))


def resolve_peppers(configured: tuple[bytes, ...], key_store: KeyStore) -> tuple[bytes, ...]:
    """Return the peppers in use, newest first: the configured ones, else the generated one.

    A pepper that was generated before one was configured stays the oldest, so that what it
    encrypted is still readable. There are two generated ones while the one replaces the other.
    Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
    """
    generated = read_both_keys(key_store, PepperKeyId())
    if configured or generated:
        return (*configured, *generated)
    return (key_store.get_or_create(PepperKeyId()),)
