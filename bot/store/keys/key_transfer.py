"""Transfer of all keys from a folder to a key database: first copied, at the end destroyed."""

from bot.store.keys.database_key_store import DatabaseKeyStore
from bot.store.keys.key_id import IdempotencyKeyId, KeyId, PepperKeyId, StoredKey
from bot.store.keys.key_store import KeyStore

_SINGLE_KEYS = (PepperKeyId(), PepperKeyId().next_id, IdempotencyKeyId())
"""The keys of which a deployment has one, and which no key store lists."""


class KeysDifferError(Exception):
    """The key database has another key of the same name: it belongs to another installation."""


def copy_keys(source: KeyStore, target: DatabaseKeyStore) -> int:
    """Copy the keys of *source* that *target* lacks, and compare all; return how many there are.

    The claim of the source is created in the target as well. Raises
    :class:`KeysDifferError`, and :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
    """
    if claim := source.read_claim():
        stored_claim = target.create_claim(claim)
        if stored_claim.database_id != claim.database_id:
            raise KeysDifferError
    count = 0
    for key_id in _list_keys(source):
        key = source.get(key_id)
        if key is None:
            continue
        target.put(key_id, key)
        if target.get(key_id) != key:
            raise KeysDifferError
        count += 1
    return count


def destroy_keys(source: KeyStore) -> None:
    """Destroy every key of *source*, those of periods first; its claim stays."""
    for key_id in _list_keys(source):
        source.delete(key_id)
    source.finish_deletions()


def _list_keys(source: KeyStore) -> tuple[KeyId | StoredKey, ...]:
    return (*source.list_ids(), *_SINGLE_KEYS)
