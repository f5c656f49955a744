"""Installations: which workspaces installed the app, and their bot tokens, sealed."""

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
"""Whether a row is an installation, or a link to an organisation that has not ended."""


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
        peppers: PepperSource,
        key_source: KeySource,
    ) -> None:
        """Use the transaction of *connection*; keys are read and created in *key_source*."""
        self._connection = connection
        self.seals = InstallationSeals(connection, peppers, key_source)

    def find(self, workspace: str) -> StoredInstallation | None:
        """Return the installation that serves *workspace*; ``None`` if it is not installed.

        An organisation's comes first: Slack replaces those of its workspaces. Raises
        :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        row = self._connection.execute(_SELECT_ROW, {"installed": workspace}).one_or_none()
        if row is None:
            return None
        is_linked = row.organisation and not row.link_ended
        organisation_installation = self.find(row.organisation) if is_linked else None
        return organisation_installation or self._unseal(workspace, row.body, row.version)

    def is_stored(self, workspace: str) -> bool:
        """Whether *workspace* was installed from the link, itself or by its organisation.

        No key is read: its tokens may have been renewed, revoked or lost since.
        """
        query = select(exists().where(installations.c.workspace == workspace))
        return bool(self._connection.scalar(query))

    def has_tokens(self, workspace: str) -> bool:
        """Whether tokens are stored that serve *workspace*, even if no key opens them now."""
        served_by = (workspace, self.find_organisation(workspace))
        is_sealed = installations.c.workspace.in_(served_by) & installations.c.body.is_not(None)
        return bool(self._connection.scalar(select(exists().where(is_sealed))))

    def save(self, installed_as: str, secret: dict[str, Any]) -> None:
        """Store the tokens of a new installation, in place of those of an earlier one.

        A workspace that was served by its organisation's installation has its own from now on.
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
        """Store that *workspaces* are served by the installation of their *organisation*.

        With *replaces* their own tokens are deleted: Slack has revoked them, and a renewal that is
        under way must not store others.
        """
        for workspace in workspaces:
            row = {"workspace": workspace, "organisation": organisation, "link_ended": False}
            replacement = {"body": None, "version": secrets.randbits(_VERSION_BITS)}
            upsert_row(self._connection, installations, row | (replacement if replaces else {}))

    def end_link(self, organisation: str, workspace: str) -> None:
        """Store that *organisation* does not serve *workspace*; its own installation stays.

        The link of one without tokens stays as an ended one until the workspace is purged: what
        Slack lists for the organisation shows whether it may be served again.
        """
        is_row = installations.c.workspace == workspace
        is_link = is_row & (installations.c.organisation == organisation)
        has_body = installations.c.body.is_not(None)
        change = update(installations)
        self._connection.execute(change.where(is_link, has_body).values(organisation=""))
        self._connection.execute(change.where(is_link).values(link_ended=True))

    def restore_link(self, workspace: str) -> None:
        """Store that the organisation of *workspace*, whose link has ended, serves it again."""
        is_ended = (installations.c.workspace == workspace) & installations.c.link_ended
        self._connection.execute(update(installations).where(is_ended).values(link_ended=False))

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
        """Return the organisation that *workspace* is linked to, ``""`` for none.

        With *includes_ended* also the one whose link has ended.
        """
        query = select(installations.c.organisation).where(installations.c.workspace == workspace)
        return self._connection.scalar(query if includes_ended else query.where(_IS_ACTIVE)) or ""

    def list_linked_workspaces(self, organisation: str) -> tuple[str, ...]:
        """Return the workspaces that the installation of *organisation* serves, sorted."""
        query = select(installations.c.workspace).where(
            installations.c.organisation == organisation, _IS_ACTIVE
        )
        return tuple(sorted(self._connection.scalars(query)))

    def list_dependent_workspaces(self, organisation: str) -> tuple[str, ...]:
        """Return the workspaces that have no token but that of *organisation*, sorted."""
        query = select(installations.c.workspace).where(
            installations.c.organisation == organisation, installations.c.body.is_(None)
        )
        return tuple(sorted(self._connection.scalars(query)))

    def list_workspaces(self, *, includes_ended: bool = True) -> tuple[str, ...]:
        """Return the keys of all rows, sorted: workspaces and organisations.

        Without *includes_ended* not those of links that have ended.
        """
        query = select(installations.c.workspace).where(true() if includes_ended else _IS_ACTIVE)
        return tuple(sorted(self._connection.scalars(query)))

    def list_organisations(self) -> tuple[str, ...]:
        """Return the organisations that installed the app for their workspaces, sorted."""
        is_organisation = installations.c.workspace.startswith("slack:E", autoescape=True)
        query = select(installations.c.workspace).where(is_organisation)
        return tuple(sorted(self._connection.scalars(query)))

    def count(self) -> int:
        """Count the installations, without the workspaces that an organisation's serves."""
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
    """Store that no workspace with an installation of its own belongs to *organisation*."""
    is_linked = installations.c.organisation == organisation
    connection.execute(update(installations).where(is_linked).values(organisation=""))
