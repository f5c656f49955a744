"""Authenticated encryption of ledger records, and key derivation from a key that is destroyed."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

RECORD_LABEL, TOKEN_LABEL, NOISE_LABEL = b"attune record 1", b"attune token 1", b"attune noise 1"
"""Labels of subkeys, one per purpose; the number is the format."""

_SUBKEY_BYTES = 32
_NONCE_BYTES = 12

SEAL_BYTES = _NONCE_BYTES + 16
"""How much longer a sealed body is than its plaintext: the nonce and the tag."""


class SealBrokenError(Exception):
    """A sealed body was sealed with another key or for another record, or was changed."""


def derive_subkey(key: bytes, label: bytes, *context: bytes) -> bytes:
    """Derive a key of 32 bytes for the purpose *label* within *context*, by HKDF-SHA256.

    Once *key* is destroyed, none of its subkeys can be derived again.
    """
    info = _join_parts(label, *context)
    return HKDF(SHA256(), _SUBKEY_BYTES, salt=None, info=info).derive(key)


def seal(key: bytes, plaintext: bytes, *associated_data: bytes) -> bytes:
    """Encrypt *plaintext* with AES-256-GCM; *associated_data* is authenticated, not included.

    The nonce is random and the first 12 bytes of the result; the last 16 are the tag. A counter
    would repeat nonces after a restored backup.
    """
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, _join_parts(*associated_data))


def open_sealed(key: bytes, body: bytes, *associated_data: bytes) -> bytes:
    """Decrypt what :func:`seal` returned; raises :class:`SealBrokenError` on any difference."""
    nonce, ciphertext = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _join_parts(*associated_data))
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError from error


def _join_parts(*parts: bytes) -> bytes:
    # Each part has a length prefix, so that no two lists of parts have the same encoding.
    return b"".join([len(part).to_bytes(4, "big") + part for part in parts])
