"""The key store of a test's database: a folder next to its files."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bot.store.group_commit import WriterLimits
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import StoredKey
from bot.store.store import Store


def key_store_for(url: str) -> FolderKeyStore:
    """Return the key store that every store on the database at *url* shares."""
    return FolderKeyStore(find_key_folder(url))


def find_key_folder(url: str) -> Path:
    """Return the folder of the keys of the database at *url*.

    It is next to the SQLite file, or in the folder of the temporary PostgreSQL server's socket.
    """
    if url.startswith("sqlite:///"):
        return Path(url.removeprefix("sqlite:///")).with_suffix(".keys")
    parts = urlsplit(url)
    (socket_folder,) = parse_qs(parts.query)["host"]
    return Path(socket_folder) / f"{parts.path.strip('/')}.keys"


_DEFAULT_LIMITS = WriterLimits()

PATIENT_WRITE_SECONDS = 60.0
"""The write timeout of tests that are not about it: a busy machine must not fail them."""


def open_test_store(
    url: str,
    peppers: tuple[bytes, ...],
    *,
    limits: WriterLimits = _DEFAULT_LIMITS,
    write_timeout_seconds: float = PATIENT_WRITE_SECONDS,
) -> Store:
    """Open a store on the database at *url*, with the key store that belongs to it."""
    return Store.open(
        url,
        peppers,
        key_store_for(url),
        limits=limits,
        write_timeout_seconds=write_timeout_seconds,
    )


def list_period_keys(store: Store) -> list[StoredKey]:
    """Return the stored keys of periods, without those of teams."""
    return [key for key in store.key_store.list_ids() if key.kind == "period"]
