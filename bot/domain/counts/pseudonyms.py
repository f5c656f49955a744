"""Pseudonyms: keyed hashes that identify contributors only while a period is open.

Every key includes the pepper, which is an environment variable and never in the database.
"""

import hashlib
import hmac
from collections.abc import Iterable

from bot.conversation import Person

_FINGERPRINT_BYTES = 8
"""Bytes of a fingerprint: enough to distinguish peppers, too few to recover one."""


def derive_contributor_token(pepper: bytes, salt: bytes, person: Person) -> bytes:
    """Return the 32-byte token by which slips of *person* are capped and withdrawn.

    Once the period's *salt* is deleted, the token cannot be derived again, even with the *pepper*.
    """
    return _hmac_digest(pepper, b"contributor", salt, person.workspace.encode(), person.id.encode())


def derive_noise_key(pepper: bytes, salt: bytes, slips: Iterable[tuple[bytes, str]]) -> bytes:
    """Return the 32-byte key of a period's noise, derived from all its slips.

    Equal slips give equal noise, whenever and wherever the period is closed. Any other slips give
    independent noise, so that two tables over nearly the same slips cannot be subtracted. *slips*
    are (token, code), in any order.
    """
    digest = hashlib.sha256()
    for token, code in sorted(slips):
        digest.update(token + code.encode() + b"\0")
    return _hmac_digest(pepper, b"dice", salt, digest.digest())


def pepper_fingerprint(pepper: bytes) -> str:
    """Return a non-reversible fingerprint of *pepper*: 16 characters, stored with a period."""
    return _hmac_digest(pepper, b"fingerprint")[:_FINGERPRINT_BYTES].hex()


def derive_idempotency_key(pepper: bytes, kind: str, key: str) -> bytes:
    """Return the 32-byte hash that marks an event as processed, without disclosing its person."""
    return _hmac_digest(pepper, b"inbox", kind.encode(), key.encode())


def _hmac_digest(pepper: bytes, purpose: bytes, *parts: bytes) -> bytes:
    # Each part has a length prefix, so that no two lists of parts have the same encoding.
    message = b"".join([len(part).to_bytes(4, "big") + part for part in (purpose, *parts)])
    return hmac.new(pepper, message, hashlib.sha256).digest()
