"""One installation as its admin operates it, in process: commands, handlers and duties are real."""

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.__main__ import main as run_bot_command
from bot.content.catalogue import Catalogue, load_catalogue
from bot.context import Context
from bot.conversation import Address, Person
from bot.store.keys.open_key_store import open_key_store
from bot.store.store import Store
from handlers import FORMS
from schedules import COMPOSERS, TIMETABLE
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.journeys.botprocess import PEPPER
from tests.sample_team import build_person, build_request

PEOPLE_PER_TEAM = 9


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


@dataclass
class Journey:
    """One installation in *folder*, which is moved to the databases at the two addresses."""

    folder: Path
    target_url: str
    keys_url: str
    team_count: int = 1
    kill_count: int = 0
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
