"""Installations: which workspaces installed the app, and their bot tokens, sealed.

A seal needs two secrets: a random key of this installation in the key store, and the pepper.
Nothing about a token can be derived from the pepper alone, so that destroying the key ends the
row in every copy of the database.
"""

import json
import logging
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, func, select, update

from bot.store import sealing
from bot.store.keys.key_id import InstallationKeyId
from bot.store.keys.key_store import KeyStore
from bot.store.schema import installations
from bot.store.sealed_records import KeySource
from bot.store.upsert import upsert_row

logger = logging.getLogger("attune.installations")

_LABEL = b"attune installation 1"

_VERSION_BITS = 62

_SELECT_ROW = select(
    installations.c.organisation, installations.c.body, installations.c.version
).where(installations.c.workspace == bindparam("installed"))


@dataclass(frozen=True)
class StoredInstallation:
    """The installation that serves a workspace: its own, or that of its organisation.

    ``installed_as`` is the workspace (``slack:T…``) or organisation (``slack:E…``) that was
    installed. ``version`` changes with every change of ``secret``, which contains the tokens.
    """

    installed_as: str
    version: int
    secret: dict[str, Any] = field(repr=False)


class Installations:
    """Repository of installations. Sealed bodies that no key opens count as not installed."""

    def __init__(
        self,
        connection: Connection,
        peppers: tuple[bytes, ...],
        key_source: KeySource,
        key_store: KeyStore,
    ) -> None:
        """Use the transaction of *connection*; *peppers* are newest first, and at least one.

        Keys are read and created in *key_source*, and destroyed in *key_store*.
        """
        self._connection = connection
        self._peppers = peppers
        self._key_source = key_source
        self._key_store = key_store

    def find(self, workspace: str) -> StoredInstallation | None:
        """Return the installation that serves *workspace*; ``None`` if it is not installed.

        An organisation's comes first: Slack replaces those of its workspaces. Raises
        :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        row = self._connection.execute(_SELECT_ROW, {"installed": workspace}).one_or_none()
        if row is None:
            return None
        organisation_installation = self.find(row.organisation) if row.organisation else None
        return organisation_installation or self._unseal(workspace, row.body, row.version)

    def is_stored(self, workspace: str) -> bool:
        """Whether *workspace* was installed from the link, itself or by its organisation.

        No key is read: its tokens may have been renewed, revoked or lost since.
        """
        query = select(exists().where(installations.c.workspace == workspace))
        return bool(self._connection.scalar(query))

    def save(self, installed_as: str, secret: dict[str, Any]) -> None:
        """Store the tokens of a new installation, in place of those of an earlier one.

        A workspace that was served by its organisation's installation has its own from now on.
        """
        key = self._key_source.get_or_create(InstallationKeyId(installed_as))
        upsert_row(
            self._connection,
            installations,
            {
                "workspace": installed_as,
                "organisation": "",
                "body": self._seal(key, installed_as, secret),
                "version": secrets.randbits(_VERSION_BITS),
                "renewal_until": 0,
            },
        )

    def link_workspaces(self, organisation: str, workspaces: Collection[str]) -> None:
        """Store that *workspaces* are served by the installation of their *organisation*."""
        for workspace in workspaces:
            row = {"workspace": workspace, "organisation": organisation}
            upsert_row(self._connection, installations, row)

    def unlink_workspace(self, organisation: str, workspace: str) -> None:
        """Store that *organisation* does not serve *workspace*; its own installation stays."""
        is_row = installations.c.workspace == workspace
        is_link = is_row & (installations.c.organisation == organisation)
        has_no_body = installations.c.body.is_(None)
        self._connection.execute(delete(installations).where(is_link, has_no_body))
        self._connection.execute(update(installations).where(is_link).values(organisation=""))

    def claim_renewal(self, installed_as: str, version: int, now: float, until: float) -> bool:
        """Claim the renewal of tokens for one process, until *until* in Unix seconds.

        ``False`` if the tokens are not of *version* any more, or another process renews them.
        """
        statement = (
            update(installations)
            .where(
                installations.c.workspace == installed_as,
                installations.c.version == version,
                installations.c.renewal_until <= now,
            )
            .values(renewal_until=int(until))
        )
        return self._connection.execute(statement).rowcount == 1

    def replace_secret(self, installed_as: str, version: int, secret: dict[str, Any]) -> bool:
        """Store renewed tokens in place of those of *version*; ``False`` if there are others.

        No key is created: without one the installation was deleted.
        """
        key = self._key_source.get(InstallationKeyId(installed_as))
        if key is None:
            return False
        statement = (
            update(installations)
            .where(installations.c.workspace == installed_as, installations.c.version == version)
            .values(
                body=self._seal(key, installed_as, secret),
                version=secrets.randbits(_VERSION_BITS),
                renewal_until=0,
            )
        )
        return self._connection.execute(statement).rowcount == 1

    def find_organisation(self, workspace: str) -> str:
        """Return the organisation that *workspace* is linked to, ``""`` for none."""
        query = select(installations.c.organisation).where(installations.c.workspace == workspace)
        return self._connection.scalar(query) or ""

    def list_linked_workspaces(self, organisation: str) -> tuple[str, ...]:
        """Return the workspaces that the installation of *organisation* serves, sorted."""
        query = select(installations.c.workspace).where(
            installations.c.organisation == organisation
        )
        return tuple(sorted(self._connection.scalars(query)))

    def list_workspaces(self) -> tuple[str, ...]:
        """Return the keys of all rows, sorted: workspaces and organisations."""
        return tuple(sorted(self._connection.scalars(select(installations.c.workspace))))

    def count(self) -> int:
        """Count the installations, without the workspaces that an organisation's serves."""
        query = select(func.count()).select_from(installations)
        return self._connection.scalar(query.where(installations.c.body.is_not(None))) or 0

    def delete(self, installed_as: str) -> int:
        """Destroy the key of an installation, then delete its rows, and return how many.

        The key is gone at once, whatever becomes of the transaction: a row without it is no
        installation, in this database and in every copy. With an organisation go the links of
        its workspaces. Idempotent. Raises
        :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        self._key_store.delete(InstallationKeyId(installed_as))
        is_link = installations.c.organisation == installed_as
        links = delete(installations).where(is_link, installations.c.body.is_(None))
        deleted_count = self._connection.execute(links).rowcount
        unlink_workspaces(self._connection, installed_as)
        own_row = delete(installations).where(installations.c.workspace == installed_as)
        return deleted_count + self._connection.execute(own_row).rowcount

    def reseal_outdated(self) -> int:
        """Seal with the newest pepper what an earlier one sealed; return how many rows changed."""
        query = select(installations.c.workspace, installations.c.body, installations.c.version)
        rows = self._connection.execute(query.where(installations.c.body.is_not(None))).all()
        changed_count = 0
        for row in rows:
            if self._open(row.workspace, row.body, self._peppers[:1]) is not None:
                continue
            secret = self._open(row.workspace, row.body, self._peppers[1:])
            if secret is not None:
                changed_count += self._reseal(row.workspace, row.version, secret)
        return changed_count

    def _reseal(self, installed_as: str, version: int, secret: dict[str, Any]) -> int:
        """Replace the seal alone: a process that renews these tokens can still store them."""
        is_row = (installations.c.workspace == installed_as) & (installations.c.version == version)
        key = self._key_source.get(InstallationKeyId(installed_as))
        if key is None:
            return 0
        body = self._seal(key, installed_as, secret)
        return self._connection.execute(
            update(installations).where(is_row).values(body=body)
        ).rowcount

    def _unseal(
        self, installed_as: str, body: bytes | None, version: int
    ) -> StoredInstallation | None:
        if body is None:
            return None
        secret = self._open(installed_as, body, self._peppers)
        if secret is None:
            action = "installation.unreadable"
            logger.warning(action, extra={"action": action})
            return None
        return StoredInstallation(installed_as, version, secret)

    def _open(
        self, installed_as: str, body: bytes, peppers: tuple[bytes, ...]
    ) -> dict[str, Any] | None:
        key = self._key_source.get(InstallationKeyId(installed_as))
        if key is None:
            return None
        for pepper in peppers:
            seal_key = _derive_seal_key(key, pepper, installed_as)
            try:
                return dict(json.loads(sealing.open_sealed(seal_key, body, installed_as.encode())))
            except sealing.SealBrokenError:
                continue
        return None

    def _seal(self, key: bytes, installed_as: str, secret: dict[str, Any]) -> bytes:
        seal_key = _derive_seal_key(key, self._peppers[0], installed_as)
        return sealing.seal(seal_key, json.dumps(secret).encode(), installed_as.encode())


def unlink_workspaces(connection: Connection, organisation: str) -> None:
    """Store that no workspace with an installation of its own belongs to *organisation*."""
    is_linked = installations.c.organisation == organisation
    connection.execute(update(installations).where(is_linked).values(organisation=""))


def _derive_seal_key(key: bytes, pepper: bytes, installed_as: str) -> bytes:
    """Return the key of a seal, which depends on the random *key* and on the *pepper*."""
    return sealing.derive_subkey(key + sha256(pepper).digest(), _LABEL, installed_as.encode())
