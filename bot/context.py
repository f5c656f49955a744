"""Dependencies passed to handlers, schedules and the operator's commands."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from bot.content.catalogue import Catalogue
from bot.conversation import Person, Profile, parse_product
from bot.outlet import AccountStatus, InstallationStatus, Outlet
from bot.retention_periods import RetentionPeriods
from bot.store.repositories.teams import Account
from bot.store.store import Store

_MAX_CONCURRENT_REQUESTS = 20
"""Maximum concurrent requests: Slack's rate limit is a hundred a minute and workspace."""


@dataclass(frozen=True)
class Context:
    """The store, the content catalogue, the clock and the chat outlets.

    ``now`` returns an aware datetime in UTC. ``outlets`` is keyed by product and contains the
    configured products only; the store may also contain people of a product that was configured
    before. :meth:`find_outlet` is the one lookup.
    """

    store: Store
    catalogue: Catalogue
    now: Callable[[], datetime]
    outlets: Mapping[str, Outlet]
    releases_folder: Path | None = None
    """Folder of the published tables' files; ``None`` to write none."""
    requester: Account | None = None
    """What the middleware has just read of the request's person, for content alone: a right is
    decided in the transaction that uses it. ``None`` outside a request."""
    background_tasks: set[asyncio.Task[None]] = field(default_factory=set, compare=False)
    """Running tasks of :meth:`run_background_task`: the event loop has weak references to them."""
    own_catalogues: Mapping[str, Catalogue] = field(default_factory=dict)
    """The content by workspace that has its own; all others share ``catalogue``."""
    shared_catalogue: Catalogue | None = None
    """The deployment's content where ``catalogue`` is a workspace's, else ``None``."""

    @property
    def retention(self) -> RetentionPeriods:
        """How long what an operator may shorten is stored: as long as every person is told."""
        return self.catalogue.get_pack("en").retention

    def list_own_retention(self) -> dict[str, RetentionPeriods]:
        """Return the periods by workspace that has others than the deployment's, all shorter."""
        shared = (self.shared_catalogue or self.catalogue).get_pack("en").retention
        periods = {key: own.get_pack("en").retention for key, own in self.own_catalogues.items()}
        return {key: own for key, own in periods.items() if own != shared}

    @property
    def catalogues(self) -> tuple[Catalogue, ...]:
        """The content of every workspace, each once: the deployment's first."""
        shared = self.shared_catalogue or self.catalogue
        distinct = {id(own): own for own in self.own_catalogues.values()} | {id(shared): shared}
        return shared, *(own for own in distinct.values() if own is not shared)

    def for_workspace(self, workspace: str) -> "Context":
        """Return the context with the content of a workspace: its own, else the deployment's.

        The one place that decides whose cards, safety text and retention periods are used.
        """
        shared = self.shared_catalogue or self.catalogue
        catalogue = self.own_catalogues.get(workspace, shared)
        if catalogue is self.catalogue:
            return self
        return replace(self, catalogue=catalogue, shared_catalogue=shared)

    def find_outlet(self, workspace: str) -> Outlet | None:
        """Return the outlet of the workspace's product; ``None`` if that is not configured."""
        return self.outlets.get(parse_product(workspace))

    def is_configured(self, workspace: str) -> bool:
        """Return whether the workspace's product is configured, so that messages can be sent."""
        return self.find_outlet(workspace) is not None

    async def fetch_profiles(
        self, persons: Iterable[Person], channel: str = "", timeout_seconds: float | None = None
    ) -> dict[Person, Profile]:
        """Return the profiles that could be fetched in time, a few at once.

        *channel* is that of :meth:`bot.outlet.Outlet.fetch_profile`.
        """
        semaphore = asyncio.Semaphore(_MAX_CONCURRENT_REQUESTS)
        profiles: dict[Person, Profile] = {}

        async def fetch(person: Person) -> None:
            outlet = self.find_outlet(person.workspace)
            async with semaphore:
                if profile := await outlet.fetch_profile(person, channel) if outlet else None:
                    profiles[person] = profile

        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await asyncio.gather(*map(fetch, persons))
        return profiles

    async def fetch_account_statuses(
        self, accounts: Iterable[tuple[Person, str]], timeout_seconds: float
    ) -> dict[Person, AccountStatus]:
        """Return the status of each account, a few at once; UNKNOWN without an answer in time.

        Each account is a person with the channel of a team of theirs; one who supervises several
        teams has an account for each and one status.
        """
        semaphore = asyncio.Semaphore(_MAX_CONCURRENT_REQUESTS)
        channels: dict[Person, list[str]] = {}
        for person, channel in accounts:
            channels.setdefault(person, []).append(channel)
        statuses = dict.fromkeys(channels, AccountStatus.UNKNOWN)

        async def fetch(person: Person) -> None:
            async with semaphore:
                if outlet := self.find_outlet(person.workspace):
                    statuses[person] = await outlet.fetch_account_status(person, channels[person])

        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await asyncio.gather(*map(fetch, channels))
        return statuses

    async def check_installation(self, workspace: str) -> InstallationStatus:
        """Return whether the app is installed in *workspace*; UNKNOWN without its product."""
        outlet = self.find_outlet(workspace)
        return await outlet.check_installation(workspace) if outlet else InstallationStatus.UNKNOWN

    async def fetch_profile(self, person: Person) -> Profile | None:
        """Return the profile of *person*; ``None`` if the product's API is not available."""
        outlet = self.find_outlet(person.workspace)
        return await outlet.fetch_profile(person) if outlet else None

    async def run_background_task(
        self, coroutine: Coroutine[None, None, None], wait_seconds: float
    ) -> None:
        """Run *coroutine* in a background task, and wait up to *wait_seconds* for its end."""
        task = asyncio.create_task(coroutine)
        self.background_tasks.add(task)
        task.add_done_callback(self.background_tasks.discard)
        await asyncio.wait({task}, timeout=wait_seconds)

    async def wait_for_background_tasks(self) -> None:
        """Wait until every task of :meth:`run_background_task` has finished."""
        while self.background_tasks:
            await asyncio.gather(*self.background_tasks, return_exceptions=True)
