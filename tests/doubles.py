"""The only two doubles there are, an outlet and a clock, and a desk on which all else is real."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from bot.content import catalogue
from bot.context import Context
from bot.conversation import Address, Person, Profile, SendResult, SendStatus
from bot.elements import Home, Message
from bot.store.store import Store

PEPPERS = (b"a made-up pepper for tests, longer than thirty-two bytes",)

START = datetime(2026, 6, 29, 13, 0, tzinfo=UTC)
"""A Monday, nine in the morning in Toronto; the quarter from April 6 ends a week later."""


SENT_RESULT = SendResult(SendStatus.SENT, reference="1.000001")


@dataclass
class FakeClock:
    """A clock that stands still until a test moves it."""

    current_time: datetime = START

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.current_time

    def advance(self, **duration: float) -> None:
        """Move it on, by the arguments of a timedelta."""
        self.current_time += timedelta(**duration)


@dataclass(frozen=True)
class SentMessage:
    """One message as it was handed over."""

    address: Address
    message: Message
    delivery_id: str


@dataclass
class RecordingOutlet:
    """A product that keeps everything in memory and says of people what a test told it.

    ``outcome`` is the fate of the next messages. A person it was told nothing of is an
    ordinary member; with ``is_silent`` it cannot be asked about anybody.
    """

    sent_messages: list[SentMessage] = field(default_factory=list)
    home_pages: dict[Person, Home] = field(default_factory=dict)
    profiles: dict[Person, Profile] = field(default_factory=dict)
    send_result: SendResult = SENT_RESULT
    are_profiles_unavailable: bool = False
    check_result: Literal["yes", "no", "unable", "later"] = "unable"
    checked_ids: list[str] = field(default_factory=list)

    async def send(self, to: Address, message: Message, delivery_id: str) -> SendResult:
        """Keep the message, unless a test said that it goes wrong."""
        if self.send_result.status is SendStatus.SENT:
            self.sent_messages.append(SentMessage(to, message, delivery_id))
        return self.send_result

    async def check_posted(
        self, to: Address, delivery_id: str, since: float
    ) -> Literal["yes", "no", "unable", "later"]:
        """What a test said of every message looked for."""
        self.checked_ids.append(delivery_id)
        return self.check_result

    async def fetch_profile(self, person: Person) -> Profile | None:
        """What a test said of *person*."""
        return None if self.are_profiles_unavailable else self.profiles.get(person, Profile())

    async def show_home(self, person: Person, home: Home) -> None:
        """Keep the page."""
        self.home_pages[person] = home


@pytest.fixture
def clock() -> FakeClock:
    """The desk's clock."""
    return FakeClock()


@pytest.fixture
def outlet() -> RecordingOutlet:
    """The desk's Slack."""
    return RecordingOutlet()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with every table and no row, made once."""
    path = tmp_path_factory.mktemp("empty") / "attune.sqlite"
    store = Store.open(f"sqlite:///{path}", PEPPERS)
    store.migrate()
    store.close_sync()
    return path


@pytest.fixture(scope="session")
def words_in_all_languages() -> catalogue.Catalogue:
    """The real catalogue, read once."""
    return catalogue.load_catalogue()


@pytest.fixture
async def context(
    clock: FakeClock,
    outlet: RecordingOutlet,
    migrated: Path,
    words_in_all_languages: catalogue.Catalogue,
    tmp_path: Path,
) -> AsyncIterator[Context]:
    """A desk with a real store of its own, the real words, and the two doubles."""
    own = tmp_path / "attune.sqlite"
    shutil.copyfile(migrated, own)
    store = Store.open(f"sqlite:///{own}", PEPPERS)
    yield Context(store, words_in_all_languages, clock, {"slack": outlet})
    await store.close()
