"""The only two test doubles, an outlet and a clock, and a context in which all else is real."""

import shutil
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.content import catalogue
from bot.context import Context
from bot.conversation import Address, Person, Profile, SearchResult, SendResult, SendStatus
from bot.elements import Home, Message
from bot.outlet import AccountStatus, InstallationStatus, ProbeResult, ProbeStatus
from tests.key_folders import open_test_store

PEPPERS = (b"a made-up pepper for tests, longer than thirty-two bytes",)

START = datetime(2026, 6, 29, 13, 0, tzinfo=UTC)
"""A Monday, nine in the morning in Toronto; the quarter from April 6 ends a week later."""


SENT_RESULT = SendResult(SendStatus.SENT, reference="1.000001")
AVAILABLE_RESULT = ProbeResult(ProbeStatus.AVAILABLE)


@dataclass
class FakeClock:
    """A clock that only a test advances."""

    current_time: datetime = START

    def __call__(self) -> datetime:
        """Return the current time."""
        return self.current_time

    def advance(self, **duration: float) -> None:
        """Advance the clock, by the arguments of a timedelta."""
        self.current_time += timedelta(**duration)


@dataclass(frozen=True)
class SentMessage:
    """One message with the arguments of its send."""

    address: Address
    message: Message
    delivery_id: str


@dataclass
class RecordingOutlet:
    """An outlet that records everything in memory and returns the results that a test sets.

    ``send_result`` is the result of the next sends. A person without a profile is an ordinary
    member; with ``are_profiles_unavailable`` no profile can be fetched.
    """

    sent_messages: list[SentMessage] = field(default_factory=list)
    home_pages: dict[Person, Home] = field(default_factory=dict)
    profiles: dict[Person, Profile] = field(default_factory=dict)
    send_result: SendResult = SENT_RESULT
    are_profiles_unavailable: bool = False
    check_result: SearchResult = SearchResult.NOT_SUPPORTED
    checked_ids: list[str] = field(default_factory=list)
    probe_result: ProbeResult = AVAILABLE_RESULT
    probed_addresses: list[Address] = field(default_factory=list)
    status_queries: list[tuple[Person, tuple[str, ...]]] = field(default_factory=list)
    installation_status: InstallationStatus = InstallationStatus.REMOVED
    checked_workspaces: list[str] = field(default_factory=list)

    async def send(self, to: Address, message: Message, delivery_id: str) -> SendResult:
        """Record the message if the configured result is a success, and return that result."""
        if self.send_result.status is SendStatus.SENT:
            self.sent_messages.append(SentMessage(to, message, delivery_id))
        return self.send_result

    async def check_posted(self, to: Address, delivery_id: str, since: float) -> SearchResult:
        """Return the configured result of every lookup."""
        self.checked_ids.append(delivery_id)
        return self.check_result

    async def probe(self, to: Address) -> ProbeResult:
        """Record the probe and return the configured result."""
        self.probed_addresses.append(to)
        return self.probe_result

    async def fetch_profile(self, person: Person, channel: str = "") -> Profile | None:
        """Return the configured profile of *person*."""
        return None if self.are_profiles_unavailable else self.profiles.get(person, Profile())

    async def fetch_account_status(
        self, person: Person, channels: Collection[str]
    ) -> AccountStatus:
        """Return whether the configured profile is that of an account in use."""
        self.status_queries.append((person, tuple(channels)))
        profile = await self.fetch_profile(person)
        if profile is None:
            return AccountStatus.UNKNOWN
        return AccountStatus.ACTIVE if profile.may_be_listed else AccountStatus.CLOSED

    async def check_installation(self, workspace: str) -> InstallationStatus:
        """Record the check and return the configured status."""
        self.checked_workspaces.append(workspace)
        return self.installation_status

    async def show_home(self, person: Person, home: Home) -> None:
        """Record the home page."""
        self.home_pages[person] = home


@pytest.fixture
def clock() -> FakeClock:
    """The context's clock."""
    return FakeClock()


@pytest.fixture
def outlet() -> RecordingOutlet:
    """The context's Slack."""
    return RecordingOutlet()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with every table and no row, created once per session."""
    path = tmp_path_factory.mktemp("empty") / "attune.sqlite"
    store = open_test_store(f"sqlite:///{path}", PEPPERS)
    store.migrate()
    store.close_sync()
    return path


@pytest.fixture(scope="session")
def prepared_stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with a template for each state that tests begin with."""
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture(scope="session")
def full_catalogue() -> catalogue.Catalogue:
    """The real catalogue, loaded once per session."""
    return catalogue.load_catalogue()


@asynccontextmanager
async def open_double_context(
    clock: FakeClock,
    outlet: RecordingOutlet,
    empty_database: Path,
    full_catalogue: catalogue.Catalogue,
    folder: Path,
) -> AsyncIterator[Context]:
    """Open a context with a store in *folder*, the real catalogue, and the two doubles."""
    database_path = folder / "attune.sqlite"
    shutil.copyfile(empty_database, database_path)
    store = open_test_store(f"sqlite:///{database_path}", PEPPERS)
    yield Context(store, full_catalogue, clock, {"slack": outlet})
    await store.close()


@pytest.fixture
async def context(
    clock: FakeClock,
    outlet: RecordingOutlet,
    empty_database: Path,
    full_catalogue: catalogue.Catalogue,
    tmp_path: Path,
) -> AsyncIterator[Context]:
    """A context with a store of its own, the real catalogue, and the two doubles."""
    async with open_double_context(
        clock, outlet, empty_database, full_catalogue, tmp_path
    ) as double_context:
        yield double_context
