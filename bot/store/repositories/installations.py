"""Repository of the table ``installation``: workspaces with their encrypted bot tokens, and links.

A row is an installation of its own (``body`` set), a link to an organisation's installation
(``organisation`` set), or both. The primary key is the workspace or organisation.
"""

import logging
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, exists, func, select, true, update

from bot.store.pepper_source import PepperSource
from bot.store.repositories.installation_seals import InstallationSeals
from bot.store.schema import installations
from bot.store.sealed_records import KeySource
from bot.store.upsert import upsert_row

logger = logging.getLogger("attune.installations")

_VERSION_BITS = 62

_SELECT_ROW = select(
    installations.c.organisation,
    installations.c.link_ended,
    installations.c.body,
    installations.c.version,
).where(installations.c.workspace == bindparam("installed"))

_IS_ACTIVE = ~installations.c.link_ended
"""Condition that excludes the rows of ended links."""


@dataclass(frozen=True)
class StoredInstallation:
    """A decrypted row: the installation of a workspace, or that of its organisation.

    ``installed_as`` is the row's primary key, a workspace (``slack:T…``) or an organisation
    (``slack:E…``). ``version`` is a random number that is replaced with every change of ``secret``
    and used for optimistic locking. ``secret`` is a dict with the tokens.
    """

    installed_as: str
    version: int
    secret: dict[str, Any] = field(repr=False)


class Installations:
    """Repository of installations; a row whose body no key decrypts counts as not installed."""

    def __init__(
        self,
        connection: Connection,
        peppers: PepperSource,
        key_source: KeySource,
    ) -> None:
        """Use the transaction of *connection*; keys are read and created in *key_source*."""
        self._connection = connection
        self.seals = InstallationSeals(connection, peppers, key_source)

    def find(self, workspace: str) -> StoredInstallation | None:
        """Return the installation that serves *workspace*; ``None`` without one.

        If the row is linked, the organisation's row has precedence over its own body: Slack revokes
        the tokens of the workspaces. A body that cannot be decrypted is logged, and is ``None``.
        Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        row = self._connection.execute(_SELECT_ROW, {"installed": workspace}).one_or_none()
        if row is None:
            return None
        is_linked = row.organisation and not row.link_ended
        organisation_installation = self.find(row.organisation) if is_linked else None
        return organisation_installation or self._unseal(workspace, row.body, row.version)

    def is_stored(self, workspace: str) -> bool:
        """Whether *workspace* has a row, as an installation or a link, ended ones included.

        Nothing is decrypted, so the tokens may be revoked or unreadable.
        """
        query = select(exists().where(installations.c.workspace == workspace))
        return bool(self._connection.scalar(query))

    def has_tokens(self, workspace: str) -> bool:
        """Whether *workspace*, or the organisation of its link, has a body, readable or not."""
        served_by = (workspace, self.find_organisation(workspace))
        is_sealed = installations.c.workspace.in_(served_by) & installations.c.body.is_not(None)
        return bool(self._connection.scalar(select(exists().where(is_sealed))))

    def save(self, installed_as: str, secret: dict[str, Any]) -> None:
        """Upsert the row of a new installation with the encrypted *secret* and a new version.

        A key in the key store is created if missing. A link to an organisation and the lease of a
        token refresh are cleared.
        """
        body = self.seals.seal(installed_as, secret, creates_key=True)
        upsert_row(
            self._connection,
            installations,
            {
                "workspace": installed_as,
                "organisation": "",
                "link_ended": False,
                "body": body,
                "version": secrets.randbits(_VERSION_BITS),
                "renewal_until": 0,
            },
        )

    def link_workspaces(
        self, organisation: str, workspaces: Collection[str], *, replaces: bool = False
    ) -> None:
        """Upsert a row for each of *workspaces* with an active link to *organisation*.

        With *replaces* the row's own body is cleared, since Slack has revoked these tokens, and its
        version is replaced, so that a token refresh in progress cannot write.
        """
        for workspace in workspaces:
            row = {"workspace": workspace, "organisation": organisation, "link_ended": False}
            replacement = {"body": None, "version": secrets.randbits(_VERSION_BITS)}
            upsert_row(self._connection, installations, row | (replacement if replaces else {}))

    def end_link(self, organisation: str, workspace: str) -> None:
        """End the link of *workspace* to *organisation*; another link is not changed.

        In a row with a body of its own, ``organisation`` is cleared. A row without a body remains
        with ``link_ended`` until the workspace is purged, so that the organisation's list can be
        checked again. Idempotent.
        """
        is_row = installations.c.workspace == workspace
        is_link = is_row & (installations.c.organisation == organisation)
        has_body = installations.c.body.is_not(None)
        change = update(installations)
        self._connection.execute(change.where(is_link, has_body).values(organisation=""))
        self._connection.execute(change.where(is_link).values(link_ended=True))

    def restore_link(self, workspace: str) -> None:
        """Clear ``link_ended`` of *workspace*; no row changes if the link has not ended."""
        is_ended = (installations.c.workspace == workspace) & installations.c.link_ended
        self._connection.execute(update(installations).where(is_ended).values(link_ended=False))

    def claim_renewal(self, installed_as: str, version: int, now: float, until: float) -> bool:
        """Acquire the lease of a token refresh until *until*, by a conditional UPDATE.

        *now* and *until* are in Unix seconds. ``False`` if the row has another version, or a lease
        that has not expired. :meth:`replace_secret` releases it.
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
        """Update the encrypted secret of *version*, by a conditional UPDATE; release the lease.

        ``False`` if the row has another version or does not exist, and without a key in the key
        store, which is not created here: the installation was deleted with it.
        """
        body = self.seals.seal(installed_as, secret)
        if body is None:
            return False
        statement = (
            update(installations)
            .where(installations.c.workspace == installed_as, installations.c.version == version)
            .values(
                body=body,
                version=secrets.randbits(_VERSION_BITS),
                renewal_until=0,
            )
        )
        return self._connection.execute(statement).rowcount == 1

    def find_organisation(self, workspace: str, *, includes_ended: bool = False) -> str:
        """Return the column ``organisation`` of *workspace*, ``""`` for none or without a row.

        An ended link counts only with *includes_ended*.
        """
        query = select(installations.c.organisation).where(installations.c.workspace == workspace)
        return self._connection.scalar(query if includes_ended else query.where(_IS_ACTIVE)) or ""

    def list_linked_workspaces(self, organisation: str) -> tuple[str, ...]:
        """Return the workspaces with an active link to *organisation*, sorted."""
        query = select(installations.c.workspace).where(
            installations.c.organisation == organisation, _IS_ACTIVE
        )
        return tuple(sorted(self._connection.scalars(query)))

    def list_dependent_workspaces(self, organisation: str) -> tuple[str, ...]:
        """Return the workspaces linked to *organisation*, ended or not, without a body; sorted."""
        query = select(installations.c.workspace).where(
            installations.c.organisation == organisation, installations.c.body.is_(None)
        )
        return tuple(sorted(self._connection.scalars(query)))

    def list_workspaces(self, *, includes_ended: bool = True) -> tuple[str, ...]:
        """Return the primary keys of all rows, workspaces and organisations, sorted.

        Without *includes_ended* the rows of ended links are excluded.
        """
        query = select(installations.c.workspace).where(true() if includes_ended else _IS_ACTIVE)
        return tuple(sorted(self._connection.scalars(query)))

    def list_organisations(self) -> tuple[str, ...]:
        """Return the primary keys of organisations (``slack:E…``), sorted."""
        is_organisation = installations.c.workspace.startswith("slack:E", autoescape=True)
        query = select(installations.c.workspace).where(is_organisation)
        return tuple(sorted(self._connection.scalars(query)))

    def count(self) -> int:
        """Count the rows with a body: installations, without rows that are only links."""
        query = select(func.count()).select_from(installations)
        return self._connection.scalar(query.where(installations.c.body.is_not(None))) or 0

    def _unseal(
        self, installed_as: str, body: bytes | None, version: int
    ) -> StoredInstallation | None:
        if body is None:
            return None
        secret = self.seals.open(installed_as, body)
        if secret is None:
            action = "installation.unreadable"
            logger.warning(action, extra={"action": action})
            return None
        return StoredInstallation(installed_as, version, secret)


def unlink_workspaces(connection: Connection, organisation: str) -> None:
    """Clear the column ``organisation`` of all rows linked to *organisation*."""
    is_linked = installations.c.organisation == organisation
    connection.execute(update(installations).where(is_linked).values(organisation=""))
