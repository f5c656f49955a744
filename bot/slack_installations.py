"""Persistence of installations from the link: sealed rows of the store, for the Slack adapter."""

import logging
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.chat.slack import (
    InstallationsUnavailableError,
    InstallationUnreadableError,
    InstalledBot,
    Installer,
    TokenPair,
)
from bot.domain.reachability import Evidence
from bot.domain.teams.audit_entry import ERASED_ID, AuditAction, AuditEntry
from bot.logs import log_error
from bot.store.repositories import Repositories
from bot.store.repositories.installations import StoredInstallation
from bot.store.store import Store

logger = logging.getLogger("attune.installations")

T = TypeVar("T")

_WRITE_TIMEOUT_SECONDS = 60.0
"""Seconds that saving tokens waits for a busy store; lost ones cannot be fetched again."""

_STATE_KIND = "slack.oauth_state"


class WorkspacePurgingError(Exception):
    """The rows of a workspace are being deleted, so that none may be added."""


class SlackInstallations:
    """Implementation of :class:`bot.chat.slack.oauth.installation_rows.InstallationRows`."""

    def __init__(self, store: Store) -> None:
        """Use the rows and the key store of *store*."""
        self._store = store

    async def find(self, workspace: str) -> InstalledBot | None:
        """Return the installation that serves *workspace*; ``None`` if it is not installed."""

        def find_installation(repos: Repositories) -> tuple[StoredInstallation | None, bool]:
            stored = repos.installations.find(workspace)
            return stored, stored is None and repos.installations.has_tokens(workspace)

        with _translate_errors():
            stored, is_unreadable = await self._store.for_workspace(workspace).read(
                find_installation
            )
        if is_unreadable:
            raise InstallationUnreadableError
        if stored is None:
            return None
        return InstalledBot(stored.installed_as, stored.version, _decode_tokens(stored.secret))

    async def save(
        self,
        installed_as: str,
        tokens: TokenPair,
        installer: Installer | None,
        workspaces: Collection[str] | None = (),
    ) -> None:
        """Store a new installation, and end suspensions, in one transaction.

        *workspaces* are those that Slack lists for an organisation. A linked one that it does not
        list stays as it is; with ``None``, without an answer, all that are linked are resumed.
        A crash thus leaves no installed workspace suspended for its earlier uninstallation. The
        audit trail has the installation, once for each workspace that it serves. While
        the workspace is being purged nothing is stored, as it would be deleted with the rest: who
        installs it is asked to try again in a minute.
        """

        def save_installation(repos: Repositories) -> None:
            listed = workspaces or ()
            _require_no_purge(repos, (installed_as, *listed))
            repos.installations.save(installed_as, _encode_tokens(tokens))
            repos.installations.link_workspaces(installed_as, listed, replaces=True)
            linked = repos.installations.list_linked_workspaces(installed_as)
            served = (installed_as, *(linked if workspaces is None else listed))
            for workspace in served:
                repos.workspaces.resume(workspace, Evidence.INSTALLATION)
            repos.audit_trail.record([_build_entry(key, installer) for key in served])

        await self._write_across(save_installation)

    async def link(self, organisation: str, workspace: str, *, replaces: bool) -> None:
        """Store that *workspace* is served by its *organisation*, and end its suspension.

        In one transaction with the check that no other installation serves it, unless this one
        *replaces* it. While either is being purged nothing is stored.
        """

        def link_workspace(repos: Repositories) -> None:
            _require_no_purge(repos, (organisation, workspace))
            if replaces or repos.installations.find(workspace) is None:
                if repos.installations.find_organisation(workspace) != organisation:
                    repos.audit_trail.record([_build_entry(workspace, None)])
                repos.installations.link_workspaces(organisation, [workspace], replaces=True)
                repos.workspaces.resume(workspace, Evidence.INSTALLATION)

        await self._write_across(link_workspace)

    async def end_link(self, organisation: str, workspace: str) -> None:
        """Store that *workspace* is no longer served by the installation of *organisation*."""
        await self._write_across(
            lambda repos: repos.installations.end_link(organisation, workspace)
        )

    async def find_organisation(self, workspace: str) -> str:
        """Return the organisation of *workspace*, also after its link ended; ``""`` for none."""
        with _translate_errors():
            return await self._store.for_workspace(workspace).read(
                lambda repos: repos.installations.find_organisation(workspace, includes_ended=True)
            )

    async def list_organisations(self) -> tuple[str, ...]:
        """Return the organisations that installed the app."""
        with _translate_errors():
            return await self._store.across_workspaces.read(
                lambda repos: repos.installations.list_organisations()
            )

    async def list_uninstalled(self) -> tuple[str, ...]:
        """Return the workspaces and organisations with a row that are marked as uninstalled."""

        def list_rows(repos: Repositories) -> tuple[str, ...]:
            installed = frozenset(repos.installations.list_workspaces())
            return tuple(filter(installed.__contains__, repos.workspaces.list_uninstalled()))

        with _translate_errors():
            return await self._store.across_workspaces.read(list_rows)

    async def list_served_workspaces(self, installed_as: str) -> tuple[str, ...]:
        """Return *installed_as* and, of an organisation, the workspaces that it serves."""
        with _translate_errors():
            linked = await self._store.across_workspaces.read(
                lambda repos: repos.installations.list_linked_workspaces(installed_as)
            )
        return installed_as, *linked

    async def claim_renewal(self, bot: InstalledBot, seconds: float) -> bool:
        """Claim the renewal of the tokens of *bot* for this process, for *seconds*.

        By the system's clock, as the expiry of tokens is.
        """
        now = time.time()
        return await self._write(
            bot.installed_as,
            lambda repos: repos.installations.claim_renewal(
                bot.installed_as, bot.version, now, now + seconds
            ),
        )

    async def replace_tokens(self, bot: InstalledBot, tokens: TokenPair) -> None:
        """Store renewed *tokens*, unless the workspace was installed anew in the meantime."""
        await self._write(
            bot.installed_as,
            lambda repos: repos.installations.replace_secret(
                bot.installed_as, bot.version, _encode_tokens(tokens)
            ),
        )

    async def claim_state(self, state_id: str) -> bool:
        """Claim a state of the authorization; ``False`` if it was used before."""
        today = datetime.fromtimestamp(time.time(), UTC).date()
        with _translate_errors():
            return await self._store.across_workspaces.write(
                lambda repos: repos.idempotency_keys.claim(_STATE_KIND, state_id, today)
            )

    async def _write(self, workspace: str, job: Callable[[Repositories], T]) -> T:
        with _translate_errors():
            return await self._store.for_workspace(workspace).write(
                job, timeout_seconds=_WRITE_TIMEOUT_SECONDS
            )

    async def _write_across(self, job: Callable[[Repositories], T]) -> T:
        """Write the rows of an organisation and of the workspaces that it serves."""
        with _translate_errors():
            return await self._store.across_workspaces.write(
                job, timeout_seconds=_WRITE_TIMEOUT_SECONDS
            )


def _require_no_purge(repos: Repositories, workspaces: Collection[str]) -> None:
    if any(map(repos.workspace_purges.is_purging, workspaces)):
        raise WorkspacePurgingError


def _build_entry(workspace: str, installer: Installer | None) -> AuditEntry:
    """Build the entry of an installation that serves *workspace*; an organisation's names nobody.

    By the system's clock, as Slack's page knows no other.
    """
    now = datetime.fromtimestamp(time.time(), UTC)
    if installer is None:
        return AuditEntry(workspace, "", "", now, "", AuditAction.ORGANISATION_INSTALLED)
    person_id, detail = installer.person_id or ERASED_ID, str(installer.permission_count)
    return AuditEntry(workspace, "", "", now, person_id, AuditAction.INSTALLED, detail=detail)


def _encode_tokens(tokens: TokenPair) -> dict[str, Any]:
    return {
        "token": tokens.bot_token,
        "refresh": tokens.refresh_token,
        "expires": tokens.expires_at,
    }


def _decode_tokens(secret: dict[str, Any]) -> TokenPair:
    return TokenPair(secret["token"], secret["refresh"], secret["expires"])


@contextmanager
def _translate_errors() -> Iterator[None]:
    """Raise the adapter's error for any failure of the store, which may be a driver's."""
    try:
        yield
    except Exception as error:
        log_error(logger, "installations.unavailable", error)
        raise InstallationsUnavailableError from error
