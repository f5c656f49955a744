"""The only two doubles there are, an outlet and a clock, and a desk on which all else is real."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from bot.content import catalogue
from bot.context import Desk
from bot.conversation import Address, Fate, Outcome, Person, Profile
from bot.elements import Home, Message
from bot.store.store import Store

PEPPERS = (b"a made-up pepper for tests, longer than thirty-two bytes",)

START = datetime(2026, 6, 29, 13, 0, tzinfo=UTC)
"""A Monday, nine in the morning in Toronto; the quarter from April 6 ends a week later."""


SENT = Outcome(Fate.SENT, reference="1.000001")


@dataclass
class Moment:
    """A clock that stands still until a test moves it."""

    at: datetime = START

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.at

    def move(self, **by: float) -> None:
        """Move it on, by the arguments of a timedelta."""
        self.at += timedelta(**by)


@dataclass(frozen=True)
class Sent:
    """One message as it was handed over."""

    to: Address
    message: Message
    key: str


@dataclass
class Pigeonholes:
    """A product that keeps everything in memory and says of people what a test told it.

    ``outcome`` is the fate of the next messages. A person it was told nothing of is an
    ordinary member; with ``is_silent`` it cannot be asked about anybody.
    """

    sent: list[Sent] = field(default_factory=list)
    homes: dict[Person, Home] = field(default_factory=dict)
    profiles: dict[Person, Profile] = field(default_factory=dict)
    outcome: Outcome = SENT
    is_silent: bool = False
    found: Literal["yes", "no", "unable", "later"] = "unable"
    searched: list[str] = field(default_factory=list)

    async def send(self, to: Address, message: Message, key: str) -> Outcome:
        """Keep the message, unless a test said that it goes wrong."""
        if self.outcome.fate is Fate.SENT:
            self.sent.append(Sent(to, message, key))
        return self.outcome

    async def find(
        self, to: Address, key: str, since: float
    ) -> Literal["yes", "no", "unable", "later"]:
        """What a test said of every message looked for."""
        self.searched.append(key)
        return self.found

    async def profile(self, person: Person) -> Profile | None:
        """What a test said of *person*."""
        return None if self.is_silent else self.profiles.get(person, Profile())

    async def show_home(self, person: Person, home: Home) -> None:
        """Keep the page."""
        self.homes[person] = home


@pytest.fixture
def clock() -> Moment:
    """The desk's clock."""
    return Moment()


@pytest.fixture
def outlet() -> Pigeonholes:
    """The desk's Slack."""
    return Pigeonholes()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with every table and no row, made once."""
    path = tmp_path_factory.mktemp("empty") / "attune.sqlite"
    store = Store.open(f"sqlite:///{path}", PEPPERS)
    store.migrate()
    store.shut()
    return path


@pytest.fixture(scope="session")
def words_in_all_languages() -> catalogue.Catalogue:
    """The real catalogue, read once."""
    return catalogue.load()


@pytest.fixture
async def desk(
    clock: Moment,
    outlet: Pigeonholes,
    migrated: Path,
    words_in_all_languages: catalogue.Catalogue,
    tmp_path: Path,
) -> AsyncIterator[Desk]:
    """A desk with a real store of its own, the real words, and the two doubles."""
    own = tmp_path / "attune.sqlite"
    shutil.copyfile(migrated, own)
    store = Store.open(f"sqlite:///{own}", PEPPERS)
    yield Desk(store, words_in_all_languages, clock, {"slack": outlet})
    await store.close()
