"""One installation as its admin operates it, in process: commands, handlers and duties are real."""

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from bot.__main__ import main as run_bot_command
from bot.content.catalogue import Catalogue, load_catalogue
from bot.context import Context
from bot.conversation import Address, Person
from bot.store.keys.open_key_store import open_key_store
from bot.store.repositories import Repositories
from bot.store.schema import releases
from bot.store.store import Store
from handlers import FORMS
from schedules import COMPOSERS, TIMETABLE
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.journeys.botprocess import PEPPER
from tests.ledger_records import count_filed_debriefs, list_released_tables
from tests.postgres import PostgresServer
from tests.sample_team import build_person, build_request

PEOPLE_PER_TEAM = 9

_WISH_ANSWERS = {
    "strain": "bond",
    "mine": "missed_cue",
    "cue_away": "few_words",
    "help": "supervision",
    "wish": "yes",
}


@dataclass
class UpgradeFigures:
    """What an upgrade of a copy of the installation changed, from an earlier schema or release.

    ``seconds`` is how long the start with the upgrade took. ``changed_tables`` and ``findings`` of
    the check-up differ from those of the installation that was not upgraded. ``repeated_count``
    messages were sent though the hour's had been, ``duplicate_count`` twice until the close;
    ``changed_table_count`` of ``table_count`` published tables, the last close's included, have
    other bytes than without the upgrade, and ``unpublished_count`` are missing. ``filed_counts``
    are the numbers of debriefs in the open periods, which are all the same.
    """

    origin: str
    seconds: float = 0.0
    row_count: int = 0
    changed_tables: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    repeated_count: int = 0
    sent_count: int = 0
    duplicate_count: int = 0
    filed_counts: tuple[int, ...] = ()
    table_count: int = 0
    changed_table_count: int = 0
    unpublished_count: int = 0


@dataclass
class Figures:
    """What the journey measured.

    ``duplicate_count`` messages were sent twice, ``changed_table_count`` published tables have
    other bytes, ``opened_count`` records of closed periods could be read from a copy, although the
    copies contain ``sealed_count`` of them; ``key_copy_count`` destroyed keys are still in a file.
    ``kill_counts`` says after which line the move was killed how often.
    """

    sent_count: int = 0
    duplicate_count: int = 0
    table_count: int = 0
    changed_table_count: int = 0
    sealed_count: int = 0
    opened_count: int = 0
    key_copy_count: int = 0
    filed_counts: tuple[dict[str, int], ...] = ()
    unpublished_count: int = 0
    kill_counts: Counter[str] = field(default_factory=Counter)
    upgrades: tuple[UpgradeFigures, ...] = ()


@dataclass
class Journey:
    """One installation in *folder*, which is moved to the databases at the two addresses.

    Copies of it are upgraded from ``earlier_schemas``, and rolled back if it ``rolls_back``; copies
    on PostgreSQL need its ``server``.
    """

    folder: Path
    target_url: str
    keys_url: str
    team_count: int = 1
    kill_count: int = 0
    earlier_schemas: tuple[str, ...] = ()
    rolls_back: bool = False
    server: PostgresServer | None = None
    clock: FakeClock = field(default_factory=FakeClock)
    outlet: RecordingOutlet = field(default_factory=RecordingOutlet)
    catalogue: Catalogue = field(default_factory=load_catalogue)
    figures: Figures = field(default_factory=Figures)
    sent: list[tuple[datetime, Address]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    form_number: int = 0

    def __post_init__(self) -> None:
        """Set the environment of a new installation on an SQLite file."""
        self.environment = {
            "DATABASE_URL": f"sqlite:///{self.folder}/first/data/attune.sqlite",
            "KEYS": str(self.folder / "keys"),
            "RELEASES_FOLDER": str(self.folder / "tables"),
            "PEPPER": PEPPER,
            "TEST_MODE": "1",
        }

    @property
    def uses_sqlite(self) -> bool:
        """Whether it has not been moved to PostgreSQL."""
        return self.environment["DATABASE_URL"].startswith("sqlite")

    @property
    def database_file(self) -> Path:
        """The SQLite file in use."""
        return Path(self.environment["DATABASE_URL"].removeprefix("sqlite:///"))

    def list_people(self, team_number: int) -> tuple[Person, ...]:
        """Return the clinicians of a team."""
        return tuple(build_person(f"t{team_number}c{number}") for number in range(PEOPLE_PER_TEAM))

    def run_verb(self, *arguments: str) -> None:
        """Run a command of the operator, which succeeds."""
        with self.set_environment():
            status = run_bot_command(arguments)
        assert status == 0, arguments

    @contextmanager
    def set_environment(self) -> Iterator[dict[str, str]]:
        """Set the environment of the bot's processes for the block."""
        settings = self.environment | {"TEST_CLOCK": self.clock().isoformat()}
        before = dict(os.environ)
        os.environ.update(settings)
        try:
            yield settings
        finally:
            os.environ.clear()
            os.environ.update(before)

    @asynccontextmanager
    async def run_bot(self) -> AsyncIterator[Context]:
        """Run the bot on the database of the settings, and stop it at the end of the block."""
        keys = open_key_store(self.environment["KEYS"])
        store = Store.open(self.environment["DATABASE_URL"], (PEPPER.encode(),), keys)
        releases_folder = Path(self.environment["RELEASES_FOLDER"])
        outlets = {"slack": self.outlet}
        yield Context(store, self.catalogue, self.clock, outlets, releases_folder)
        await store.close()

    async def tick(self, context: Context, moment: datetime) -> None:
        """Run the duties at *moment* and send what is due; remember what was sent."""
        self.clock.current_time = moment
        before_count = len(self.outlet.sent_messages)
        for duty in TIMETABLE.values():
            await duty.run(context)
        await DeliverySender(context, COMPOSERS).send_all_due()
        new_messages = self.outlet.sent_messages[before_count:]
        self.sent += [(moment, message.address) for message in new_messages]

    async def close_periods(self, context: Context) -> int:
        """Live until the open periods have closed; return how many of them have no table."""
        filed_counts = await context.store.across_workspaces.read(count_filed_debriefs)
        last_day = max(closes for _, _, closes in filed_counts)
        end = datetime.fromisoformat(f"{last_day}T14:00:00+00:00")
        await self.tick(context, end)
        await self.tick(context, end + timedelta(hours=2))
        released_tables = await context.store.across_workspaces.read(list_released_tables)
        return len(set(filed_counts) - released_tables)

    def count_duplicates(self) -> int:
        """Count messages beyond one per week to a clinician, and one per day to anybody else."""
        counts: Counter[tuple[Address, object]] = Counter()
        for moment, address in self.sent:
            is_clinician = address.person.startswith("U0T")
            counts[address, moment.isocalendar()[:2] if is_clinician else moment.date()] += 1
        return sum(count - 1 for count in counts.values())

    async def file_debriefs(self, context: Context, numbers: range) -> None:
        """Submit a debrief of these people of each team."""
        for team_number in range(self.team_count):
            people = self.list_people(team_number)
            for person in (people[number] for number in numbers):
                self.form_number += 1
                key = f"act {self.form_number}"
                answers = {"form": "away", "status": "touched"}
                request = build_request(person, answers=answers, idempotency_key=key)
                await FORMS["debrief"](request, context)

    async def request_follow_up(self, context: Context) -> None:
        """Submit further answers of a person of each team, who wishes to be reminded of them."""
        for team_number in range(self.team_count):
            self.form_number += 1
            key = f"act {self.form_number}"
            person, *_ = self.list_people(team_number)
            request = build_request(
                person, data="away.touched", answers=_WISH_ANSWERS, idempotency_key=key
            )
            await FORMS["deeper"](request, context)
            intention = await context.store.across_workspaces.read(
                lambda repos, person=person: repos.intentions.get_intention(person)  # type: ignore[misc]  # bound early
            )
            assert intention is not None


def read_tables(repos: Repositories) -> dict[str, bytes]:
    """Return the bytes of every published table by its key."""
    rows = repos._connection.execute(select(releases))
    return {f"{row.ledger} {row.unit} {row.closes}": repr(tuple(row)).encode() for row in rows}


def count_changed_tables(tables: Mapping[str, bytes], later_tables: Mapping[str, bytes]) -> int:
    """Count the *tables* whose bytes among *later_tables* are others."""
    return sum(later_tables.get(key) != content for key, content in tables.items())
