"""The protocol of key stores: durable creation and durable destruction of random keys."""

import secrets
from dataclasses import dataclass
from typing import Protocol

from bot.store.keys.claim import KeyStoreClaim
from bot.store.keys.key_id import KeyId, StoredKey
from bot.store.keys.key_store_error import KeyStoreUnavailableError

__all__ = ["KeyStore", "KeyStoreHealth", "KeyStoreUnavailableError", "generate_key", "validate_key"]

KEY_BYTES = 32
"""Length of every key."""


@dataclass(frozen=True)
class KeyStoreHealth:
    """Result of a check of a key store, for the operator.

    ``is_writable``: a file or row could be created durably and deleted again. ``is_private``:
    only the owner may read it, as far as its permissions can be checked.
    """

    is_writable: bool
    is_private: bool


class KeyStore(Protocol):
    """Random keys of 32 bytes by identifier, shared by all processes of a deployment.

    Every method blocks briefly, may be called from any thread, and raises
    :class:`KeyStoreUnavailableError` when the storage fails; ``check_health`` never raises.
    """

    def get(self, key_id: KeyId | StoredKey) -> bytes | None:
        """Return the key; ``None`` if it was never created or is deleted."""

    def get_or_create(self, key_id: KeyId) -> bytes:
        """Return the key, created if missing. It is durable before this method returns.

        Processes that race receive the same key.
        """

    def put(self, key_id: KeyId | StoredKey, key: bytes) -> None:
        """Store *key* durably, unless there is one under this name already."""

    def delete(self, key_id: KeyId | StoredKey) -> None:
        """Destroy the key durably; a missing key is no error."""

    def list_ids(self) -> tuple[StoredKey, ...]:
        """Return the keys of periods and teams, sorted by name; never the pepper."""

    def finish_deletions(self) -> None:
        """Finish what interrupted deletions have left; raise an error if that is impossible."""

    def is_empty(self) -> bool:
        """Whether the store contains no key of a period and of a team."""

    def read_claim(self) -> KeyStoreClaim | None:
        """Return the claim of the database that the key store serves; ``None`` without one."""

    def create_claim(self, claim: KeyStoreClaim) -> KeyStoreClaim:
        """Store *claim* durably unless there is one, and return the one that is stored then."""

    def replace_claim(self, claim: KeyStoreClaim) -> None:
        """Replace the claim durably."""

    def check_health(self) -> KeyStoreHealth:
        """Return whether keys can be created and deleted, and whether they are private."""

    def close(self) -> None:
        """Close connections; a later call opens new ones."""


def generate_key() -> bytes:
    """Return a new random key."""
    return secrets.token_bytes(KEY_BYTES)


def validate_key(content: bytes) -> bytes:
    """Return *content* if it has a key's length; raise :class:`KeyStoreUnavailableError` if not."""
    if len(content) != KEY_BYTES:
        raise KeyStoreUnavailableError("a stored key has a wrong length")
    return content
