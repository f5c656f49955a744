"""A bot process that faults are injected into, the Slack it talks to, and the people it serves."""

import asyncio
import contextlib
import json
import os
import shutil
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError

from bot.operator_jobs import apply_teams
from bot.settings import Settings
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.open_store import open_store
from bot.store.store import Store
from tests.faults.person import RESPONSE_TIMEOUT_SECONDS, Json, Person, Seen, post_fields
from tests.faults.socket_slack import SocketSlack
from tests.journeys.botprocess import BotProcess, clinician_id
from tests.journeys.faulty_slack import FaultySlack
from tests.journeys.stdlib_slack import WORKSPACE, post_request
from tests.ledger_records import load_records
from tests.postgres import PostgresServer

CLINICIAN_COUNT = 9
GREEN = "green"
CHECKIN_TIME = datetime.fromisoformat("2026-02-02T09:00:00-05:00")
"""The Monday morning at which each clinician is asked."""

START_TIME = CHECKIN_TIME - timedelta(minutes=2)
"""So shortly before that no tick is overdue when the clock is moved."""

RECOVERY_SECONDS = 120
STEP = timedelta(minutes=5)
LAST_STEP = timedelta(hours=9)


@dataclass
class Deployment:
    """One bot with a team of nine, whose check-ins are due once its clock is moved to Monday."""

    bot: BotProcess
    slack: FaultySlack
    database_url: str
    server: PostgresServer | None = None
    socket: SocketSlack | None = None
    has_worker: bool = True
    clock_offset_seconds: float = 0.0
    _planning: list[Thread] = field(default_factory=list)

    def start(self) -> None:
        """Declare the team, and start the bot."""
        self.bot.clock_time = START_TIME.isoformat()
        self.write_team_file()
        if not self.bot.launcher:
            self._apply_team_file()
        self.bot.start()

    def _apply_team_file(self) -> None:
        """Do what `team apply` does, in this process, which takes a tenth of the time."""
        environment = {
            name.lower(): value
            for name, value in self.bot.build_environment().items()
            if name.lower() in Settings.model_fields and value
        } | {"test_mode": "1"}  # in which a file may declare that people have joined
        config = Settings.model_validate(environment)
        store = open_store(config)
        store.migrate()
        store.close_sync()
        asyncio.run(apply_teams(config, self.bot.folder / "teams.toml"))

    def write_team_file(self) -> None:
        """Write the file of one team whose clinicians have joined."""
        ids = ", ".join(f'"{clinician_id(number)}"' for number in range(CLINICIAN_COUNT))
        (self.bot.folder / "teams.toml").write_text(
            f'[[team]]\nworkspace = "{WORKSPACE}"\nchannel = "C0OTHER"\nname = "Other"\n'
            f'supervisors = ["U0SUPER"]\nclinicians = [{ids}]\njoined = true\n'
            'language = "en"\ntimezone = "America/Toronto"\ntip = { days = [] }\n',
            encoding="utf-8",
        )

    def create_person(self, number: int) -> Person:
        """Return the clinician of that *number*."""
        return Person(number, self.slack, self._send_fields)

    def require_socket(self) -> SocketSlack:
        """Return Slack's side of Socket Mode, which this deployment has."""
        assert self.socket is not None
        return self.socket

    def _send_fields(self, fields: dict[str, str]) -> Json | None:
        """Send the fields of a request over the transport of this deployment."""
        if self.socket is not None:
            return self.socket.send_fields(fields, RESPONSE_TIMEOUT_SECONDS)
        return post_fields(self.bot.base_url, fields, self.read_clock())

    def read_clock(self) -> float:
        """Return the Unix time of the machine that the bot and Slack share."""
        return time.time() + self.clock_offset_seconds

    @property
    def pid(self) -> int:
        """The process id of the bot."""
        assert self.bot.process is not None
        return self.bot.process.pid

    @property
    def database_file(self) -> Path:
        """The embedded database file, as the process itself sees it."""
        return Path(f"/proc/{self.pid}/root{self.bot.database_file.resolve()}")

    def read_memory_bytes(self) -> int:
        """Return the resident memory of the process."""
        fields = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")

    def read_health(self, path: str = "/readyz") -> str:
        """Return ``green``, or the cause that *path* gives; ``no answer`` without any."""
        try:
            return self._request_health(path)
        except (HTTPException, OSError):
            return "no answer"

    def _request_health(self, path: str) -> str:
        """Return what *path* answers; raises the errors of a connection that broke or timed out."""
        try:
            with urllib.request.urlopen(f"{self.bot.base_url}{path}", timeout=10):  # noqa: S310 - loopback
                return GREEN
        except HTTPError as error:
            body = error.read()
            report = json.loads(body) if body.startswith(b"{") else {}
            return report.get("cause") or ", ".join(report.get("faults", ())) or str(error.code)

    def start_check_ins(self) -> None:
        """Move the clock to Monday morning, without waiting for the messages."""
        if not self.has_worker:
            return
        thread = Thread(target=self._move_clock, args=(CHECKIN_TIME,), daemon=True)
        thread.start()
        self._planning.append(thread)

    def wait_until_served(self, person: Person) -> float:
        """Wait until *person* can open a form, and return the seconds that took."""
        start = time.monotonic()
        while person.open_form() != Seen.FORM:
            assert time.monotonic() < start + RECOVERY_SECONDS, self.bot.read_log()[-4000:]
            time.sleep(0.2)
        return time.monotonic() - start

    def wait_until_healthy(self, path: str = "/readyz") -> None:
        """Wait until *path* is green."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        while self.read_health(path) != GREEN:
            assert time.monotonic() < deadline, self.bot.read_log()[-4000:]
            time.sleep(0.2)

    def finish_check_ins(self) -> None:
        """Move the clock on through Monday, so that each due message is sent.

        It is past the hours by which the wall clock was set forward.
        """
        for thread in self._planning:
            thread.join(RECOVERY_SECONDS)
        instant = CHECKIN_TIME + timedelta(seconds=max(0.0, self.clock_offset_seconds))
        while instant < CHECKIN_TIME + LAST_STEP and self._unasked_count():
            instant += STEP
            self._move_clock(instant)

    def count_posts(self) -> Counter[str]:
        """Return the number of check-ins that reached each clinician's chat."""
        posts = self.slack.posted_counts()
        return Counter(
            chat for (_, chat), count in posts.items() for _ in range(count) if chat[0] == "D"
        )

    def count_filed(self) -> list[int]:
        """Return how many debriefs each open record counts, of both ledgers."""
        keys = FolderKeyStore(self.bot.keys_folder)
        store = Store.open(self._reading_url, (), keys)
        try:
            records = store.read_sync(load_records)
        finally:
            store.close_sync()
        return [sum(slot.count for slot in record.slots) for record in records.values()]

    @property
    def _reading_url(self) -> str:
        """The URL by which a test reads the database from outside of the process.

        A file that only the process can name is copied, as the store opens files by their names.
        """
        if self.server is not None:
            return self.database_url
        if not self.bot.launcher:
            return f"sqlite:///{self.bot.database_file}"
        copy = self.bot.folder / "copy.sqlite"
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{self.database_file}{suffix}", f"{copy}{suffix}")
        return f"sqlite:///{copy}"

    def _unasked_count(self) -> int:
        return self.due_count - len(self.count_posts())

    @property
    def due_count(self) -> int:
        """The number of check-ins that become due."""
        return CLINICIAN_COUNT if self.has_worker else 0

    def _move_clock(self, instant: datetime) -> None:
        with contextlib.suppress(HTTPException, OSError):
            body = json.dumps({"now": instant.isoformat()}).encode()
            post_request(f"{self.bot.base_url}/_clock", body, {"Content-Type": "application/json"})
