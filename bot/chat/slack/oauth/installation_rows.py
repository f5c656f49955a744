"""What the Slack adapter stores about installations, and the errors of a missing one."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from bot.chat.slack.token_rotation import TokenPair, TokenRotationError


class NotInstalledError(Exception):
    """The app is not installed in the workspace, so that no token may be used for it."""


class InstallationUnreadableError(NotInstalledError):
    """Tokens of the workspace are stored, but no key opens them: it may well be installed."""


class InstallationsUnavailableError(TokenRotationError):
    """The stored installations cannot be read or written now; nothing was sent."""

    def __init__(self) -> None:
        """Use a code that no response of Slack has."""
        super().__init__("installations_unavailable")


@dataclass(frozen=True)
class InstalledBot:
    """The installation that serves a workspace: its own, or its organisation's.

    ``installed_as`` is ``slack:T…`` or ``slack:E…``; ``version`` changes with the tokens.
    """

    installed_as: str
    version: int
    tokens: TokenPair

    @property
    def needs_renewal(self) -> bool:
        """Whether the token expires, and does so within the refresh margin."""
        return bool(self.tokens.refresh_token) and not self.tokens.is_fresh


@dataclass(frozen=True)
class Installer:
    """Who installed the app in a workspace, and with how many permissions."""

    person_id: str
    permission_count: int


class InstallationRows(Protocol):
    """Persistent storage of installations with sealed tokens, shared by all processes.

    Every method raises :class:`InstallationsUnavailableError` while the storage fails.
    """

    async def find(self, workspace: str) -> InstalledBot | None:
        """Return the installation that serves *workspace*; ``None`` if it is not installed.

        Raises :class:`InstallationUnreadableError` if its tokens are stored, and cannot be read.
        """

    async def save(
        self,
        installed_as: str,
        tokens: TokenPair,
        installer: Installer | None,
        workspaces: Collection[str] | None = (),
    ) -> None:
        """Store a new installation, and end the suspension of the workspaces that it serves.

        *workspaces* are those that Slack lists for an organisation that was installed, of which no
        *installer* is stored; ``None`` where it does not answer, so that all count that were linked
        before.
        """

    async def link(self, organisation: str, workspace: str, *, replaces: bool) -> None:
        """Store that *workspace* is served by its *organisation*, and end its suspension.

        Nothing is stored where another installation serves it, unless this one *replaces* it.
        """

    async def end_link(self, organisation: str, workspace: str) -> None:
        """Store that *workspace* is no longer served by the installation of *organisation*."""

    async def find_organisation(self, workspace: str) -> str:
        """Return the organisation of *workspace*, also after its link ended; ``""`` for none."""

    async def list_organisations(self) -> tuple[str, ...]:
        """Return the organisations that installed the app."""

    async def list_uninstalled(self) -> tuple[str, ...]:
        """Return the workspaces and organisations with a row that are marked as uninstalled."""

    async def list_served_workspaces(self, installed_as: str) -> tuple[str, ...]:
        """Return *installed_as* and, of an organisation, the workspaces that it serves."""

    async def claim_renewal(self, bot: InstalledBot, seconds: float) -> bool:
        """Claim the renewal of the tokens of *bot* for this process, for *seconds*."""

    async def replace_tokens(self, bot: InstalledBot, tokens: TokenPair) -> None:
        """Store renewed *tokens*, unless the workspace was installed anew in the meantime."""

    async def claim_state(self, state_id: str) -> bool:
        """Claim a state of the authorization; ``False`` if it was used before."""
