"""Pseudonyms: keyed hashes that identify contributors only while a period is open."""

import hashlib
import hmac
from collections.abc import Iterable

from bot.conversation import Person
from bot.domain.counts.slots import TOKEN_BYTES


def derive_contributor_token(token_key: bytes, person: Person) -> bytes:
    """Return the token by which the debriefs of *person* are capped and withdrawn in one period.

    *token_key* belongs to one unit, ledger and period; once it is destroyed, the token cannot be
    derived again.
    """
    digest = _hmac_digest(token_key, b"contributor", person.workspace.encode(), person.id.encode())
    return digest[:TOKEN_BYTES]


def derive_noise_key(period_key: bytes, token_codes: Iterable[tuple[bytes, str]]) -> bytes:
    """Return the 32-byte key of a period's noise, derived from everything that it counts.

    Equal contents give equal noise, whenever and wherever the period is closed. Any other contents
    give independent noise, so that two tables over nearly the same debriefs cannot be subtracted.
    *token_codes* are in any order; once *period_key* is destroyed, the noise cannot be drawn again.
    """
    digest = hashlib.sha256()
    for token, code in sorted(token_codes):
        digest.update(token + code.encode() + b"\0")
    return _hmac_digest(period_key, b"noise", digest.digest())


def derive_idempotency_key(secret_key: bytes, kind: str, key: str) -> bytes:
    """Return the 32-byte hash that marks a request of *kind* as processed.

    Even a *key* that can be guessed, such as a person and a week, cannot be recognized in it
    without *secret_key*.
    """
    return _hmac_digest(secret_key, b"inbox", kind.encode(), key.encode())


def derive_workspace_digest(secret_key: bytes, workspace: str) -> bytes:
    """Return the 32-byte hash that stands for a *workspace* after its deletion.

    Ids of workspaces can be guessed: without *secret_key* none is recognized in it.
    """
    return _hmac_digest(secret_key, b"deleted workspace", workspace.encode())


def _hmac_digest(key: bytes, purpose: bytes, *parts: bytes) -> bytes:
    # Each part has a length prefix, so that no two lists of parts have the same encoding.
    message = b"".join([len(part).to_bytes(4, "big") + part for part in (purpose, *parts)])
    return hmac.new(key, message, hashlib.sha256).digest()
