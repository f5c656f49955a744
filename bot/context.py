"""Dependency container that handlers, schedules and the operator's commands receive as argument."""

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
"""Maximum concurrent API requests of one call; Slack's rate limit is 100 a minute per workspace."""


@dataclass(frozen=True)
class Context:
    """The store, the content catalogue, the clock and the outlets of one process; immutable.

    ``now`` returns an aware datetime in UTC. ``outlets`` is keyed by product, and contains the
    configured products only, while the store may contain people of a product that was configured
    earlier: use :meth:`find_outlet`, which returns ``None`` for those.
    """

    store: Store
    catalogue: Catalogue
    now: Callable[[], datetime]
    outlets: Mapping[str, Outlet]
    releases_folder: Path | None = None
    """Folder into which published tables are exported; ``None`` disables the export."""
    requester: Account | None = None
    """Account of the request's person, which the middleware has read in an earlier transaction.

    Only content is chosen by it: an authorization check reads the rows itself. ``None`` outside a
    request, and after a failed read."""
    background_tasks: set[asyncio.Task[None]] = field(default_factory=set, compare=False)
    """Running tasks of :meth:`run_background_task`; the event loop has only weak references."""
    workspace_catalogues: Mapping[str, Catalogue] = field(default_factory=dict)
    """Catalogues of the workspaces with content of their own, keyed by workspace key."""
    shared_catalogue: Catalogue | None = None
    """The deployment's catalogue where ``catalogue`` is that of a workspace, else ``None``."""

    @property
    def retention(self) -> RetentionPeriods:
        """The retention periods in force: those of the catalogue, which its texts state, too."""
        return self.catalogue.get_pack("en").retention

    def list_workspace_retention(self) -> dict[str, RetentionPeriods]:
        """Return the retention periods that differ from the deployment's, keyed by workspace.

        All of them are shorter; a workspace without an entry has the deployment's.
        """
        shared = (self.shared_catalogue or self.catalogue).get_pack("en").retention
        return {
            workspace: periods
            for workspace, catalogue in self.workspace_catalogues.items()
            if (periods := catalogue.get_pack("en").retention) != shared
        }

    @property
    def catalogues(self) -> tuple[Catalogue, ...]:
        """The distinct catalogues of all workspaces, the deployment's first."""
        shared = self.shared_catalogue or self.catalogue
        distinct = {id(catalogue): catalogue for catalogue in self.workspace_catalogues.values()}
        return shared, *(catalogue for catalogue in distinct.values() if catalogue is not shared)

    def for_workspace(self, workspace: str) -> "Context":
        """Return a copy with the catalogue of *workspace*, by default the deployment's.

        The one function that selects the content of a workspace: cards, safety texts and retention
        periods.
        """
        shared = self.shared_catalogue or self.catalogue
        catalogue = self.workspace_catalogues.get(workspace, shared)
        if catalogue is self.catalogue:
            return self
        return replace(self, catalogue=catalogue, shared_catalogue=shared)

    def find_outlet(self, workspace: str) -> Outlet | None:
        """Return the outlet of a workspace key's product; ``None`` if it is not configured."""
        return self.outlets.get(parse_product(workspace))

    def is_configured(self, workspace: str) -> bool:
        """Return whether there is an outlet for the product of a workspace key."""
        return self.find_outlet(workspace) is not None

    async def fetch_profiles(
        self, persons: Iterable[Person], channel: str = "", timeout_seconds: float | None = None
    ) -> dict[Person, Profile]:
        """Fetch profiles by concurrent API requests; return those that arrived, keyed by person.

        After *timeout_seconds* (default: no timeout) pending requests are cancelled, and nothing is
        raised. *channel* is that of :meth:`bot.outlet.Outlet.fetch_profile`.
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
        """Fetch account statuses by concurrent API requests; return one per person.

        *accounts* are ``(person, channel of a team)`` tuples; a person in several of them is
        requested once. The status is ``UNKNOWN`` after a failed request, for a product that is not
        configured, and after *timeout_seconds*, when pending requests are cancelled.
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
        """Request the installation status of *workspace*; UNKNOWN without its product."""
        outlet = self.find_outlet(workspace)
        return await outlet.check_installation(workspace) if outlet else InstallationStatus.UNKNOWN

    async def fetch_profile(self, person: Person) -> Profile | None:
        """Request the profile of *person*; ``None`` if the request fails."""
        outlet = self.find_outlet(person.workspace)
        return await outlet.fetch_profile(person) if outlet else None

    async def run_background_task(
        self, coroutine: Coroutine[None, None, None], wait_seconds: float
    ) -> None:
        """Run *coroutine* as an asyncio task, and wait up to *wait_seconds* for its end.

        Afterwards the task continues in the background, also if the caller is cancelled, and the
        shutdown awaits it. Its exceptions are not raised here, so *coroutine* must log them.
        """
        task = asyncio.create_task(coroutine)
        self.background_tasks.add(task)
        task.add_done_callback(self.background_tasks.discard)
        await asyncio.wait({task}, timeout=wait_seconds)

    async def wait_for_background_tasks(self) -> None:
        """Wait until every task of :meth:`run_background_task` has ended."""
        while self.background_tasks:
            await asyncio.gather(*self.background_tasks, return_exceptions=True)
