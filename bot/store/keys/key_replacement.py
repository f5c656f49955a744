"""Key replacement: a random key takes the place of another, in steps that a crash may interrupt.

1. The next key is created beside the present one; from then on it seals, and both open.
2. Everything is sealed again with the next key, in any number of transactions.
3. The present key is destroyed, the next one is stored under its name, and its first name is freed.

Repeating the steps from the beginning completes what a crash interrupted: it creates no third key.
"""

from typing import Protocol

from bot.store.keys.key_id import InstallationKeyId, PepperKeyId
from bot.store.keys.key_store import KeyStore

ReplaceableKeyId = InstallationKeyId | PepperKeyId


class KeyReader(Protocol):
    """Reads keys; raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`."""

    def get(self, key_id: ReplaceableKeyId) -> bytes | None:
        """Return a key; ``None`` if it is missing."""


def read_newest_key(key_store: KeyReader, key_id: ReplaceableKeyId) -> bytes | None:
    """Return the key that seals; ``None`` if there is none.

    To be called in a transaction with the writer lock, which :func:`finish_replacement` waits for.
    """
    return key_store.get(key_id.next_id) or key_store.get(key_id)


def read_both_keys(key_store: KeyReader, key_id: ReplaceableKeyId) -> tuple[bytes, ...]:
    """Return the keys that open, newest first: one, or two while a replacement is not finished.

    The present key is read after the next one, as its name gets the next one's content before that
    is deleted; and before it, as it is deleted before its name gets that content.
    """
    before = key_store.get(key_id)
    next_key = key_store.get(key_id.next_id)
    keys = (next_key, key_store.get(key_id), before)
    return tuple(dict.fromkeys(key for key in keys if key is not None))


def finish_replacement(key_store: KeyStore, key_id: ReplaceableKeyId) -> bool:
    """Destroy the present key, and store the next one in its place; return whether there was one.

    Only after everything is sealed with the next key, and in a transaction of its own with the
    writer lock. Idempotent: what a crash interrupted is completed by the next call.
    """
    next_key = key_store.get(key_id.next_id)
    if next_key is None:
        return False
    if key_store.get(key_id) != next_key:
        key_store.delete(key_id)
        key_store.put(key_id, next_key)
    key_store.delete(key_id.next_id)
    return True
