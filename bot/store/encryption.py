"""Encryption at rest for secrets that must outlive the process, with keys from the peppers."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection, bindparam, select

from bot.store.schema import encrypted_secrets
from bot.store.upsert import upsert_row

_KEY_CONTEXT = b"attune seal 1\0"
"""Domain separation: the derived keys differ from all other keys derived from a pepper."""

_SIGN_KEY_CONTEXT = b"attune sign 1\0"

_MARK_NAME = "pepper"
"""Name of the constant that only the peppers of the running bot decrypt."""

_SELECT_BODY = select(encrypted_secrets.c.body).where(
    encrypted_secrets.c.name == bindparam("secret_name")
)


class SecretCipher:
    """Encrypted storage for secrets that the bot rotates itself, such as OAuth token pairs.

    Values are serialized to JSON and encrypted with Fernet (AES-128-CBC with HMAC-SHA256,
    authenticated). The keys are derived from the peppers, which are in the environment and
    never in the database: a copy of the database alone decrypts nothing. With several
    peppers the newest encrypts and each decrypts, which is how keys are rotated.
    """

    def __init__(self, connection: Connection, peppers: tuple[bytes, ...]) -> None:
        """Use the transaction of *connection*; *peppers* are newest first."""
        self._connection = connection
        self._peppers = peppers

    def decrypt(self, name: str) -> dict[str, Any] | None:
        """Load and decrypt the row of *name*; ``None`` if it is absent or no pepper decrypts it."""
        ciphertext = self._connection.scalar(_SELECT_BODY, {"secret_name": name})
        if ciphertext is None or not self._peppers:
            return None
        try:
            return dict(json.loads(self._build_fernet().decrypt(ciphertext)))
        except InvalidToken:
            return None

    def has_wrong_pepper(self) -> bool:
        """Return whether the peppers are not those of the running bot.

        The row of :meth:`mark_pepper` decides; without it, whether any of the secrets is decrypted.
        ``False`` in a database without any.
        """
        names = set(self._connection.scalars(select(encrypted_secrets.c.name)))
        names = names & {_MARK_NAME} or names
        return bool(names) and not any(self.decrypt(name) is not None for name in names)

    def mark_pepper(self) -> bool:
        """Encrypt a constant with the newest pepper, so that another one is recognized.

        Nothing is written, and ``False`` returned, where that pepper decrypts the stored one: so a
        running bot writes again after a rotation alone.
        """
        newest = SecretCipher(self._connection, self._peppers[:1])
        if not self._peppers or newest.decrypt(_MARK_NAME) is not None:
            return False
        self.encrypt(_MARK_NAME, {})
        return True

    def encrypt(self, name: str, value: dict[str, Any]) -> None:
        """Encrypt *value* and upsert the row of *name*; requires at least one pepper."""
        ciphertext = self._build_fernet().encrypt(json.dumps(value).encode())
        upsert_row(self._connection, encrypted_secrets, {"name": name, "body": ciphertext})

    def _build_fernet(self) -> MultiFernet:
        return MultiFernet([Fernet(_derive_key(pepper)) for pepper in self._peppers])


def _derive_key(pepper: bytes) -> bytes:
    return urlsafe_b64encode(sha256(_KEY_CONTEXT + pepper).digest())


def derive_sign_key(peppers: tuple[bytes, ...]) -> bytes:
    """Return the 32-byte key by which the signs of check-ins are dealt, from the newest pepper.

    After a change of the pepper, signs that no message has yet are dealt anew. Without a pepper,
    as for the operator's commands, it is a constant.
    """
    return sha256(_SIGN_KEY_CONTEXT + b"".join(peppers[:1])).digest()
