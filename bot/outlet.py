"""Outlet: the protocol of a product's API for outgoing messages, and the results of its probes."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from bot.conversation import Address, Person, Profile, SearchResult, SendResult
from bot.elements import Home, Message


class ProbeStatus(Enum):
    """What the answer to a probe proves."""

    AVAILABLE = "available"
    """The product answers for the workspace, so that a message gets a definite result."""
    UNAVAILABLE = "unavailable"
    """The product does not answer, or not now; a message could end in doubt."""
    REFUSED = "refused"
    """The whole workspace rejects the bot."""


@dataclass(frozen=True)
class ProbeResult:
    """Result of a probe, with the product's own code and the delay that it requested, if any."""

    status: ProbeStatus
    reason: str = ""
    retry_after_seconds: float = 0.0


class AccountStatus(Enum):
    """Whether a person's account is in use, as far as the product reports it."""

    ACTIVE = "active"
    CLOSED = "closed"
    """Deactivated, or no longer in the workspace or tenant."""
    UNKNOWN = "unknown"
    """The product did not answer, or not with a definite answer."""


class InstallationStatus(Enum):
    """Whether the app is installed in a workspace, as far as the product reports it."""

    INSTALLED = "installed"
    """The product accepts the token for that very workspace."""
    REMOVED = "removed"
    """The workspace's own token is refused for good, or there is none."""
    UNPROVEN = "unproven"
    """The token is of another workspace, or refused in a way that does not say why.

    Only an event proves that the app was removed: whoever revokes a token leaves it installed.
    """
    UNKNOWN = "unknown"
    """The product did not answer, not with a definite answer, or cannot be asked."""


class Outlet(Protocol):
    """A product's API for outgoing messages. Nothing in it retries by itself."""

    async def send(self, to: Address, message: Message, delivery_id: str) -> SendResult:
        """Send one message; *delivery_id* is its opaque idempotency key. Never raises."""

    async def check_posted(self, to: Address, delivery_id: str, since: float) -> SearchResult:
        """Search for the message with *delivery_id*, sent at Unix time *since*. Never raises."""

    async def probe(self, to: Address) -> ProbeResult:
        """Call the API of the workspace of *to* without posting anything. Never raises."""

    async def fetch_profile(self, person: Person, channel: str = "") -> Profile | None:
        """Return the profile of *person*; ``None`` if the product's API is not available.

        *channel* is one of which they may be a member, for a product that knows accounts by it.
        """

    async def fetch_account_status(
        self, person: Person, channels: Collection[str]
    ) -> AccountStatus:
        """Return whether the account of *person*, a supervisor of teams, is in use. Never raises.

        *channels* are those of the teams, for a product that knows accounts by a conversation.
        """

    async def check_installation(self, workspace: str) -> InstallationStatus:
        """Return whether the app is installed in *workspace*. Never raises."""

    async def show_home(self, person: Person, home: Home) -> None:
        """Publish the person's home page. Never raises."""
