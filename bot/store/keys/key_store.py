"""The protocol of key stores: durable creation and durable destruction of random keys."""

import secrets
from dataclasses import dataclass
from typing import Protocol

from bot.store.keys.key_id import KeyId, StoredKey

KEY_BYTES = 32
"""Length of every key."""


class KeyStoreUnavailableError(Exception):
    """The key store cannot be read or written; the key may exist.

    It is raised in the place of a new key wherever an existing key may be unreadable: with two
    keys for one period, what the first one sealed would be lost.
    """


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

    def get(self, key_id: KeyId) -> bytes | None:
        """Return the key; ``None`` if it was never created or is deleted."""

    def get_or_create(self, key_id: KeyId) -> bytes:
        """Return the key, created if missing. It is durable before this method returns.

        Processes that race receive the same key.
        """

    def delete(self, key_id: KeyId | StoredKey) -> None:
        """Destroy the key durably; a missing key is no error."""

    def list_ids(self) -> tuple[StoredKey, ...]:
        """Return the keys of periods and teams, sorted by name; never the pepper."""

    def is_empty(self) -> bool:
        """Whether the store contains no key of a period and of a team."""

    def read_mark(self) -> int | None:
        """Return the instant up to which the database is known to have been, in Unix seconds."""

    def write_mark(self, mark: int) -> None:
        """Replace the mark durably; it has no secret."""

    def check_health(self) -> KeyStoreHealth:
        """Return whether keys can be created and deleted, and whether they are private."""

    def close(self) -> None:
        """Close connections; a later call opens new ones."""


def generate_key() -> bytes:
    """Return a new random key."""
    return secrets.token_bytes(KEY_BYTES)


def parse_mark(content: bytes) -> int:
    """Return the decimal number; raise :class:`KeyStoreUnavailableError` for anything else."""
    try:
        return int(content)
    except ValueError as error:
        raise KeyStoreUnavailableError("the stored mark is not a number") from error


def validate_key(content: bytes) -> bytes:
    """Return *content* if it has a key's length; raise :class:`KeyStoreUnavailableError` if not."""
    if len(content) != KEY_BYTES:
        raise KeyStoreUnavailableError("a stored key has a wrong length")
    return content
