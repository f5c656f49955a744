"""Seals of installations: their tokens, encrypted with two secrets.

The one is a random key of the installation in the key store, the other the pepper. Nothing about a
token can be derived from the pepper alone, so that destroying the key ends the row in every copy of
the database.
"""

import json
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select, update

from bot.store import sealing
from bot.store.encryption import SealState
from bot.store.keys.key_id import InstallationKeyId
from bot.store.keys.key_replacement import read_both_keys, read_newest_key
from bot.store.pepper_source import PepperSource
from bot.store.schema import installations
from bot.store.sealed_records import KeySource

_LABEL = b"attune installation 1"


class InstallationSeals:
    """Seals and opens the bodies of installations; at least one pepper is needed.

    Every method raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
    """

    def __init__(
        self, connection: Connection, peppers: PepperSource, key_source: KeySource
    ) -> None:
        """Use the transaction of *connection*; keys are read and created in *key_source*."""
        self._connection = connection
        self._peppers = peppers
        self._key_source = key_source

    def open(self, installed_as: str, body: bytes) -> dict[str, Any] | None:
        """Return what *body* contains; ``None`` if no key or no pepper opens it.

        Keys that are replaced at this moment are read again before that.
        """
        key_id = InstallationKeyId(installed_as)
        key = self._key_source.get(key_id)
        if key is not None:
            secret = _open_body(installed_as, body, (key,), self._peppers.known_peppers)
            if secret is not None:
                return secret
        keys = read_both_keys(self._key_source, key_id)
        return _open_body(installed_as, body, keys, self._peppers.reload())

    def seal(
        self, installed_as: str, secret: dict[str, Any], *, creates_key: bool = False
    ) -> bytes | None:
        """Return *secret*, sealed with the newest key and pepper, in a write transaction.

        ``None`` for an installation without a key, unless it *creates_key*.
        """
        key_id = InstallationKeyId(installed_as)
        key = read_newest_key(self._key_source, key_id)
        if key is None and creates_key:
            key = self._key_source.get_or_create(key_id)
        if key is None:
            return None
        seal_key = _derive_seal_key(key, self._peppers.read_newest(), installed_as)
        return sealing.seal(seal_key, json.dumps(secret).encode(), installed_as.encode())

    def find_state(self, installed_as: str) -> SealState | None:
        """Return which key and pepper the row of an installation needs; ``None`` without one."""
        query = select(installations.c.body).where(installations.c.workspace == installed_as)
        body = self._connection.scalar(query)
        return None if body is None else self._assess(installed_as, body)

    def list_states(self, after: str = "", limit: int = 1000) -> tuple[SealState, ...]:
        """Return which key and pepper the first *limit* rows of later names than *after* need."""
        query = select(installations.c.workspace, installations.c.body).where(
            installations.c.workspace > after, installations.c.body.is_not(None)
        )
        rows = self._connection.execute(query.order_by(installations.c.workspace).limit(limit))
        return tuple(self._assess(row.workspace, row.body) for row in rows)

    def reseal(self, installed_as: str) -> bool:
        """Seal the row with the newest key and pepper; ``False`` if nothing opens it.

        Its version stays: a process that renews these tokens can still store them.
        """
        is_row = installations.c.workspace == installed_as
        body = self._connection.scalar(select(installations.c.body).where(is_row))
        secret = None if body is None else self.open(installed_as, body)
        new_body = None if secret is None else self.seal(installed_as, secret)
        if new_body is None:
            return False
        change = update(installations).where(is_row).values(body=new_body)
        return self._connection.execute(change).rowcount == 1

    def _assess(self, installed_as: str, body: bytes) -> SealState:
        keys = read_both_keys(self._key_source, InstallationKeyId(installed_as))
        peppers = self._peppers.reload()
        is_newest = _open_body(installed_as, body, keys[:1], peppers[:1]) is not None
        is_decryptable = is_newest or _open_body(installed_as, body, keys, peppers) is not None
        return SealState(installed_as, is_newest=is_newest, is_decryptable=is_decryptable)


def _open_body(
    installed_as: str, body: bytes, keys: tuple[bytes, ...], peppers: tuple[bytes, ...]
) -> dict[str, Any] | None:
    for key in keys:
        for pepper in peppers:
            seal_key = _derive_seal_key(key, pepper, installed_as)
            try:
                return dict(json.loads(sealing.open_sealed(seal_key, body, installed_as.encode())))
            except sealing.SealBrokenError:
                continue
    return None


def _derive_seal_key(key: bytes, pepper: bytes, installed_as: str) -> bytes:
    """Return the key of a seal, which depends on the random *key* and on the *pepper*."""
    return sealing.derive_subkey(key + sha256(pepper).digest(), _LABEL, installed_as.encode())
