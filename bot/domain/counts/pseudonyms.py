"""Keyed digests that keep people apart while a period is open, and tell nothing afterwards.

Every key has the pepper in it, which is in the environment and never in the database.
"""

import hashlib
import hmac
from collections.abc import Iterable

from bot.conversation import Person

_FINGERPRINT_BYTES = 8
"""Bytes of a fingerprint: enough to tell peppers apart, useless for finding one."""


def derive_contributor_token(pepper: bytes, salt: bytes, person: Person) -> bytes:
    """The 32-byte token by which *person* can be capped, and can take back what they filed.

    With the period's *salt* gone, nobody can make it again, not even with the *pepper*.
    """
    return _hmac_digest(pepper, b"contributor", salt, person.workspace.encode(), person.id.encode())


def derive_noise_key(pepper: bytes, salt: bytes, slips: Iterable[tuple[bytes, str]]) -> bytes:
    """The 32-byte key of a period's noise, out of everything that was filed in it.

    The same slips give the same noise, however often and wherever the period is closed;
    other slips give noise that has nothing to do with it, so that two tables over nearly
    the same slips cannot be subtracted. *slips* are (token, code), in any order.
    """
    digest = hashlib.sha256()
    for token, code in sorted(slips):
        digest.update(token + code.encode() + b"\0")
    return _hmac_digest(pepper, b"dice", salt, digest.digest())


def pepper_fingerprint(pepper: bytes) -> str:
    """Name a pepper without telling it: 16 characters that a period keeps of its own."""
    return _hmac_digest(pepper, b"fingerprint")[:_FINGERPRINT_BYTES].hex()


def derive_idempotency_key(pepper: bytes, kind: str, key: str) -> bytes:
    """The 32-byte digest by which an act is known to be done; it does not tell whose it was."""
    return _hmac_digest(pepper, b"inbox", kind.encode(), key.encode())


def _hmac_digest(pepper: bytes, purpose: bytes, *parts: bytes) -> bytes:
    # Each part is preceded by its length, so that no two lists of parts read alike.
    message = b"".join(len(part).to_bytes(4, "big") + part for part in (purpose, *parts))
    return hmac.new(pepper, message, hashlib.sha256).digest()
