"""Transfer of all keys from a folder to a key database: first copied, at the end destroyed.

Until the source is retired its bot may run between two runs, and destroys and replaces keys there:
a key that was copied before is then destroyed or replaced in the target as well.
"""

from bot.store.keys.database_key_store import DatabaseKeyStore
from bot.store.keys.key_id import IdempotencyKeyId, KeyId, PepperKeyId, StoredKey
from bot.store.keys.key_store import KeyStore

_SINGLE_KEYS = (PepperKeyId(), PepperKeyId().next_id, IdempotencyKeyId())
"""The keys of which a deployment has one, and which no key store lists."""


class KeysDifferError(Exception):
    """The key database has other keys: it belongs to another installation, or to a moved copy."""


def copy_keys(source: KeyStore, target: DatabaseKeyStore, *, is_retired: bool) -> int:
    """Copy the keys of *source* that *target* lacks, and compare all; return how many there are.

    The claim of the source is created in the target as well, before any key: whatever keys a target
    without it has are foreign. With it an earlier run has copied keys: unless the source
    *is_retired*, and has begun to be destroyed, those that it lacks by now or has replaced are
    destroyed in the target first. Raises :class:`KeysDifferError`, and
    :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
    """
    claim, stored_claim = source.read_claim(), target.read_claim()
    if claim and stored_claim and stored_claim.database_id != claim.database_id:
        raise KeysDifferError
    if not is_retired:
        if claim and stored_claim and stored_claim.instance == claim.instance:
            _destroy_outdated_keys(source, target)
            target.replace_claim(claim)
        elif _list_outdated_keys(source, target):
            raise KeysDifferError
    if claim:
        target.create_claim(claim)
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


def _destroy_outdated_keys(source: KeyStore, target: DatabaseKeyStore) -> None:
    for key_id in _list_outdated_keys(source, target):
        target.delete(key_id)


def _list_outdated_keys(source: KeyStore, target: KeyStore) -> list[KeyId | StoredKey]:
    """Return the keys of *target* that *source* lacks, or has another key in the place of."""
    return [
        key_id
        for key_id in _list_keys(target)
        if (key := target.get(key_id)) is not None and key != source.get(key_id)
    ]


def _list_keys(source: KeyStore) -> tuple[KeyId | StoredKey, ...]:
    return (*source.list_ids(), *_SINGLE_KEYS)
