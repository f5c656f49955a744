"""Storage interface of installations with their tokens, and the exceptions it raises."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from bot.chat.slack.token_rotation import TokenPair, TokenRotationError


class NotInstalledError(Exception):
    """No tokens are stored for the workspace or its organisation, so no API call may be made."""


class InstallationUnreadableError(NotInstalledError):
    """Tokens of the workspace are stored, but their key is missing or does not decrypt them.

    The app may still be installed, so this must not be treated as an uninstallation.
    """


class InstallationsUnavailableError(TokenRotationError):
    """A database transaction on the installation rows failed.

    A send is then retried later: without a token no request was sent.
    """

    def __init__(self) -> None:
        """Set an error code that Slack never returns."""
        super().__init__("installations_unavailable")


@dataclass(frozen=True)
class InstalledBot:
    """Decrypted row of the installation that serves a workspace: its own, or its organisation's.

    ``installed_as`` is the primary key, ``slack:T…`` or ``slack:E…``. ``version`` is a random
    number that changes with the tokens; updates compare it, so that none overwrites newer tokens.
    """

    installed_as: str
    version: int
    tokens: TokenPair

    @property
    def needs_renewal(self) -> bool:
        """Whether the token has a refresh token and expires within the refresh margin."""
        return bool(self.tokens.refresh_token) and not self.tokens.is_fresh


@dataclass(frozen=True)
class Installer:
    """User id of the person who installed the app, and the number of granted scopes."""

    person_id: str
    permission_count: int


class InstallationRows(Protocol):
    """Database rows of installations with encrypted tokens, shared by all processes.

    Each method is one transaction. Every method raises :class:`InstallationsUnavailableError` when
    its transaction fails.
    """

    async def find(self, workspace: str) -> InstalledBot | None:
        """Return the installation that serves *workspace*; ``None`` if no tokens are stored.

        Raises :class:`InstallationUnreadableError` if the stored tokens cannot be decrypted.
        """

    async def save(
        self,
        installed_as: str,
        tokens: TokenPair,
        installer: Installer | None,
        workspaces: Collection[str] | None = (),
    ) -> None:
        """Upsert the installation *installed_as*, and resume the workspaces that it serves.

        *workspaces* are the ids that ``auth.teams.list`` returned for an organisation (``()`` for a
        workspace's own installation); with ``None``, if that call failed, the workspaces that
        were linked before are resumed. *installer* is ``None`` for an organisation.
        """

    async def link(self, organisation: str, workspace: str, *, replaces: bool) -> None:
        """Link *workspace* to the installation of *organisation*, and resume it.

        Without *replaces* nothing is written if an installation already serves it.
        """

    async def end_link(self, organisation: str, workspace: str) -> None:
        """Mark the link of *workspace* to *organisation* as ended; the row remains."""

    async def find_organisation(self, workspace: str) -> str:
        """Return the organisation of *workspace*, also after its link ended; ``""`` for none."""

    async def list_organisations(self) -> tuple[str, ...]:
        """Return the organisations that installed the app."""

    async def list_uninstalled(self) -> tuple[str, ...]:
        """Return the ids with an installation row whose workspace is marked as uninstalled."""

    async def list_served_workspaces(self, installed_as: str) -> tuple[str, ...]:
        """Return *installed_as*, followed by the workspaces that are linked to it."""

    async def claim_renewal(self, bot: InstalledBot, seconds: float) -> bool:
        """Acquire the lease for the token refresh of *bot* for *seconds*.

        Returns ``False`` while another process holds it, or if the row has another version.
        """

    async def replace_tokens(self, bot: InstalledBot, tokens: TokenPair) -> None:
        """Update the tokens of *bot*, if the row still has its version; else write nothing."""

    async def claim_state(self, state_id: str) -> bool:
        """Insert the idempotency key of an OAuth state; ``False`` if the row exists already."""
