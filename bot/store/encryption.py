"""What has to outlive the process and is nobody's to read: sealed with the pepper."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection, select

from bot.store.schema import encrypted_secrets
from bot.store.upsert import upsert_row

_KEY_CONTEXT = b"attune seal 1\0"
"""Keeps these keys apart from everything else that the pepper is used for."""


class SecretCipher:
    """Secrets that a product renews by itself, such as its tokens.

    A copy of the database without the pepper opens none. With several peppers the newest
    seals and each opens, as everywhere.
    """

    def __init__(self, connection: Connection, peppers: tuple[bytes, ...]) -> None:
        """Open the book on *connection*; *peppers* are newest first."""
        self._connection = connection
        self._peppers = peppers

    def decrypt(self, name: str) -> dict[str, Any] | None:
        """What was sealed under *name*; ``None`` when nothing was, or no pepper opens it."""
        sealed = self._connection.scalar(
            select(encrypted_secrets.c.body).where(encrypted_secrets.c.name == name)
        )
        if sealed is None or not self._peppers:
            return None
        try:
            return dict(json.loads(self._build_fernet().decrypt(sealed)))
        except InvalidToken:
            return None

    def encrypt(self, name: str, value: dict[str, Any]) -> None:
        """Keep *value* under *name*, in the place of an earlier one. Needs a pepper."""
        body = self._build_fernet().encrypt(json.dumps(value).encode())
        upsert_row(self._connection, encrypted_secrets, {"name": name, "body": body})

    def _build_fernet(self) -> MultiFernet:
        return MultiFernet([Fernet(_derive_key(pepper)) for pepper in self._peppers])


def _derive_key(pepper: bytes) -> bytes:
    return urlsafe_b64encode(sha256(_KEY_CONTEXT + pepper).digest())
