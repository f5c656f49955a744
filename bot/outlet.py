"""Outlet: the protocol of a product's API client for outgoing messages, and its result enums."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from bot.conversation import Address, Person, Profile, SearchResult, SendResult
from bot.elements import Home, Message


class ProbeStatus(Enum):
    """What the response to a probe proves about the API and the workspace."""

    AVAILABLE = "available"
    """The API responds for the workspace, so that a message gets a definite result."""
    UNAVAILABLE = "unavailable"
    """No response, a server error or a rate limit: the result of a message could stay unknown."""
    REFUSED = "refused"
    """The API rejects the bot's token for the whole workspace."""


@dataclass(frozen=True)
class ProbeResult:
    """Result of a probe: its status, the product's error code and the requested retry delay."""

    status: ProbeStatus
    reason: str = ""
    retry_after_seconds: float = 0.0


class AccountStatus(Enum):
    """Whether a person's account is active, as far as the product's API reports it."""

    ACTIVE = "active"
    CLOSED = "closed"
    """Deactivated, or no longer in the workspace or tenant."""
    UNKNOWN = "unknown"
    """No response, a timeout, or an error that is not about the account."""


class InstallationStatus(Enum):
    """Whether the app is installed in a workspace, as far as the product's API reports it."""

    INSTALLED = "installed"
    """The product accepts the token for that very workspace."""
    REMOVED = "removed"
    """The workspace's own token is revoked or missing, or its organisation does not list it."""
    UNPROVEN = "unproven"
    """The token is another workspace's, or rejected with an error code that has several causes.

    A revoked token may leave the app installed, so that only an event proves its removal.
    """
    UNKNOWN = "unknown"
    """No response, an error without a proof, or a product without such an endpoint."""


class Outlet(Protocol):
    """A client of one product's API for deliveries, profiles and home pages, apart from replies.

    An exception of the API call becomes a result or a log line. Nothing is retried here: retry and
    backoff are the delivery worker's.
    """

    async def send(self, to: Address, message: Message, delivery_id: str) -> SendResult:
        """Send one message, with *delivery_id* as its opaque idempotency key. Never raises."""

    async def check_posted(self, to: Address, delivery_id: str, since: float) -> SearchResult:
        """Search the conversation for *delivery_id* from Unix time *since* on. Never raises."""

    async def probe(self, to: Address) -> ProbeResult:
        """Call a read-only endpoint of the API for the workspace of *to*. Never raises."""

    async def fetch_profile(self, person: Person, channel: str = "") -> Profile | None:
        """Return the profile of *person*; ``None`` if the product's API returned none.

        *channel* is one of which they may be a member: Teams returns an account as a member of a
        conversation only.
        """

    async def fetch_account_status(
        self, person: Person, channels: Collection[str]
    ) -> AccountStatus:
        """Return whether the account of *person*, a supervisor, is active. Never raises.

        *channels* are those of their teams, as for :meth:`fetch_profile`.
        """

    async def check_installation(self, workspace: str) -> InstallationStatus:
        """Return whether the app is installed in *workspace*, by an API call. Never raises."""

    async def show_home(self, person: Person, home: Home) -> None:
        """Publish the person's home page, if the product has one that is pushed. Never raises."""
