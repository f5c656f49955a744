"""Persistence of OAuth installations: sealed token rows in the store, for the Slack adapter.

A call raises :class:`bot.chat.slack.InstallationsUnavailableError` for any failure of the store,
such as its write timeout or an unavailable key store.
"""

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
"""Write timeout of a token pair: Slack returns it once, so that a lost one is not fetched again."""

_STATE_KIND = "slack.oauth_state"


class WorkspacePurgingError(Exception):
    """A purge deletes the rows of the workspace in batches, so that none may be inserted."""


class SlackInstallations:
    """Implementation of :class:`bot.chat.slack.oauth.installation_rows.InstallationRows`."""

    def __init__(self, store: Store) -> None:
        """Use the rows and the key store of *store*."""
        self._store = store

    async def find(self, workspace: str) -> InstalledBot | None:
        """Return the installation that serves *workspace*; ``None`` if it is not installed.

        Raises :class:`bot.chat.slack.InstallationUnreadableError` for a row that no key decrypts.
        """

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
        """Upsert the installation's row and resume its workspaces, in one transaction.

        *workspaces* are those that Slack lists for an organisation: they are linked and resumed,
        and another linked one is not changed. ``None``, for no response from Slack, resumes
        all linked ones. Thus a crash leaves no installed workspace suspended. The audit trail gets
        an entry per served workspace.

        During a purge of any of them the error is raised and nothing is written, since the purge
        would delete the row; the page of the OAuth redirect proposes another attempt.
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

        await self._write_across_workspaces(save_installation)

    async def link(self, organisation: str, workspace: str, *, replaces: bool) -> None:
        """Link the row of *workspace* to its *organisation* and resume it, in one transaction.

        Nothing changes if an installation serves the workspace already, unless this one
        *replaces* it. During a purge of either nothing is written and the error is raised.
        """

        def link_workspace(repos: Repositories) -> None:
            _require_no_purge(repos, (organisation, workspace))
            if replaces or repos.installations.find(workspace) is None:
                if repos.installations.find_organisation(workspace) != organisation:
                    repos.audit_trail.record([_build_entry(workspace, None)])
                repos.installations.link_workspaces(organisation, [workspace], replaces=True)
                repos.workspaces.resume(workspace, Evidence.INSTALLATION)

        await self._write_across_workspaces(link_workspace)

    async def end_link(self, organisation: str, workspace: str) -> None:
        """End the link in the row of *workspace*, but retain tokens of its own; idempotent."""
        await self._write_across_workspaces(
            lambda repos: repos.installations.end_link(organisation, workspace)
        )

    async def find_organisation(self, workspace: str) -> str:
        """Return the organisation in the row of *workspace*, also of an ended link; else ``""``."""
        with _translate_errors():
            return await self._store.for_workspace(workspace).read(
                lambda repos: repos.installations.find_organisation(workspace, includes_ended=True)
            )

    async def list_organisations(self) -> tuple[str, ...]:
        """Return the keys of the organisations that have a row, ``slack:E…``, sorted."""
        with _translate_errors():
            return await self._store.across_workspaces.read(
                lambda repos: repos.installations.list_organisations()
            )

    async def list_uninstalled(self) -> tuple[str, ...]:
        """Return the keys of the rows whose workspace or organisation is marked as uninstalled."""

        def list_rows(repos: Repositories) -> tuple[str, ...]:
            installed = frozenset(repos.installations.list_workspaces())
            return tuple(filter(installed.__contains__, repos.workspaces.list_uninstalled()))

        with _translate_errors():
            return await self._store.across_workspaces.read(list_rows)

    async def list_served_workspaces(self, installed_as: str) -> tuple[str, ...]:
        """Return *installed_as*, and after an organisation its linked workspaces."""
        with _translate_errors():
            linked = await self._store.across_workspaces.read(
                lambda repos: repos.installations.list_linked_workspaces(installed_as)
            )
        return installed_as, *linked

    async def claim_renewal(self, bot: InstalledBot, seconds: float) -> bool:
        """Acquire the lease to refresh the tokens of *bot*; ``False`` if another process has it.

        It expires after *seconds* by the system's clock, as the tokens do. ``False`` also if the
        row's version is not that of *bot*: its tokens were replaced.
        """
        now = time.time()
        return await self._write(
            bot.installed_as,
            lambda repos: repos.installations.claim_renewal(
                bot.installed_as, bot.version, now, now + seconds
            ),
        )

    async def replace_tokens(self, bot: InstalledBot, tokens: TokenPair) -> None:
        """Update the row with refreshed *tokens* if its version is still that of *bot*.

        Tokens of a later installation are not overwritten. It releases the lease.
        """
        await self._write(
            bot.installed_as,
            lambda repos: repos.installations.replace_secret(
                bot.installed_as, bot.version, _encode_tokens(tokens)
            ),
        )

    async def claim_state(self, state_id: str) -> bool:
        """Claim the OAuth ``state`` as an idempotency key; ``False`` if it was claimed before."""
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

    async def _write_across_workspaces(self, job: Callable[[Repositories], T]) -> T:
        """Run *job* in a write transaction for rows of several workspaces."""
        with _translate_errors():
            return await self._store.across_workspaces.write(
                job, timeout_seconds=_WRITE_TIMEOUT_SECONDS
            )


def _require_no_purge(repos: Repositories, workspaces: Collection[str]) -> None:
    """Raise :class:`WorkspacePurgingError`, which rolls the transaction back, during a purge."""
    if any(map(repos.workspace_purges.is_purging, workspaces)):
        raise WorkspacePurgingError


def _build_entry(workspace: str, installer: Installer | None) -> AuditEntry:
    """Build the audit entry of an installation; that of an organisation names no *installer*.

    Its timestamp is the system clock's, also in test mode: there is no other clock here.
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
    """Convert any exception, a database driver's included, into the adapter's error and log it."""
    try:
        yield
    except Exception as error:
        log_error(logger, "installations.unavailable", error)
        raise InstallationsUnavailableError from error
