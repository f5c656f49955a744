"""Encryption at rest for secrets that must outlive the process, with keys from the peppers."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any, NamedTuple

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection, bindparam, select

from bot.store.pepper_source import PepperSource
from bot.store.schema import encrypted_secrets
from bot.store.upsert import upsert_row

_KEY_CONTEXT = b"attune seal 1\0"
"""Domain separation: the derived keys differ from all other keys derived from a pepper."""

_CHECKIN_SIGN_CONTEXT = b"attune sign 1\0"

_MARK_NAME = "pepper"
"""Name of the constant that only the peppers of the running bot decrypt."""

_SELECT_BODY = select(encrypted_secrets.c.body).where(
    encrypted_secrets.c.name == bindparam("secret_name")
)


class SealState(NamedTuple):
    """Which pepper a sealed row needs.

    ``is_newest``: the newest one alone decrypts it. ``is_decryptable``: that or an earlier one
    does; if not, the row's key, or its pepper, is lost.
    """

    name: str
    is_newest: bool
    is_decryptable: bool

    @property
    def is_outdated(self) -> bool:
        """Whether the row needs an earlier pepper."""
        return self.is_decryptable and not self.is_newest


class SecretCipher:
    """Encrypted storage for secrets that the bot rotates itself, such as OAuth token pairs.

    Values are serialized to JSON and encrypted with Fernet (AES-128-CBC with HMAC-SHA256,
    authenticated). The keys are derived from the peppers, which are in the environment and
    never in the database: a copy of the database alone decrypts nothing. With several
    peppers the newest encrypts and each decrypts, which is how keys are rotated.
    """

    def __init__(self, connection: Connection, peppers: PepperSource) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection
        self._peppers = peppers

    def decrypt(self, name: str) -> dict[str, Any] | None:
        """Load and decrypt the row of *name*; ``None`` if it is absent or no pepper decrypts it."""
        ciphertext = self._connection.scalar(_SELECT_BODY, {"secret_name": name})
        if ciphertext is None:
            return None
        known_peppers = self._peppers.known_peppers
        value = _decrypt(ciphertext, known_peppers)
        if value is None and self._peppers.reload() != known_peppers:
            value = _decrypt(ciphertext, self._peppers.known_peppers)
        return value

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
        if not self._peppers.reload() or self.is_marked():
            return False
        self.encrypt(_MARK_NAME, {})
        return True

    def is_marked(self) -> bool:
        """Whether the newest pepper is that of the stored mark, which is written last of all."""
        ciphertext = self._connection.scalar(_SELECT_BODY, {"secret_name": _MARK_NAME})
        newest = self._peppers.reload()[:1]
        return ciphertext is not None and _decrypt(ciphertext, newest) is not None

    def encrypt(self, name: str, value: dict[str, Any]) -> None:
        """Encrypt *value* and upsert the row of *name*; requires at least one pepper."""
        fernet = _build_fernet((self._peppers.read_newest(),))
        ciphertext = fernet.encrypt(json.dumps(value).encode())
        upsert_row(self._connection, encrypted_secrets, {"name": name, "body": ciphertext})

    def list_seals(self) -> tuple[SealState, ...]:
        """Return which pepper each row needs, by name; the mark is one of them."""
        peppers = self._peppers.reload()
        query = select(encrypted_secrets).order_by(encrypted_secrets.c.name)
        return tuple(
            SealState(
                row.name,
                is_newest=_decrypt(row.body, peppers[:1]) is not None,
                is_decryptable=_decrypt(row.body, peppers) is not None,
            )
            for row in self._connection.execute(query)
        )

    def reseal(self, name: str) -> bool:
        """Encrypt the row of *name* with the newest pepper; ``False`` if no pepper decrypts it."""
        value = self.decrypt(name)
        if value is None:
            return False
        self.encrypt(name, value)
        return True


def _decrypt(ciphertext: bytes, peppers: tuple[bytes, ...]) -> dict[str, Any] | None:
    """Return the value; ``None`` if none of *peppers* decrypts it."""
    if not peppers:
        return None
    try:
        return dict(json.loads(_build_fernet(peppers).decrypt(ciphertext)))
    except InvalidToken:
        return None


def _build_fernet(peppers: tuple[bytes, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derive_key(pepper)) for pepper in peppers])


def _derive_key(pepper: bytes) -> bytes:
    return urlsafe_b64encode(sha256(_KEY_CONTEXT + pepper).digest())


def derive_checkin_sign_key(peppers: tuple[bytes, ...]) -> bytes:
    """Return the 32-byte key by which the signs of check-ins are dealt, from the newest pepper.

    After a change of the pepper, signs that no message has yet are dealt anew. Without a pepper,
    as for the operator's commands, it is a constant.
    """
    return sha256(_CHECKIN_SIGN_CONTEXT + b"".join(peppers[:1])).digest()
