"""Requests of clinicians of all clinics at a steady rate, and the times of their answers."""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, cycle

from bot.content.catalogue import load_catalogue
from bot.conversation import Person
from bot.errors import BotError, StoreBusyError
from tests.bench import load
from tests.bench.figures import percentile
from tests.chat.slack.payloads import Payload
from tests.growth.population import Population

REQUESTER_COUNT = 200
"""People who send requests, of as many clinics: their profiles are looked up before the first."""

TIP, SAVE = "tip", "save"
SLACK_LIMIT_MS = 3000.0
"""Milliseconds after which Slack tells the person that the app did not respond."""


@dataclass
class Answers:
    """Milliseconds of the answers of one phase by kind, and how many were errors or none."""

    milliseconds: dict[str, list[float]] = field(default_factory=lambda: {TIP: [], SAVE: []})
    refused: int = 0
    failed: int = 0

    def summarize(self) -> dict[str, float]:
        """Return the counts, and the median, 99th percentile and maximum of each kind."""
        figures: dict[str, float] = {"refused": self.refused, "failed": self.failed}
        for kind, durations in self.milliseconds.items():
            figures[f"{kind}_count"] = len(durations)
            if durations:
                figures[f"{kind}_p50_ms"] = percentile(durations, 50)
                figures[f"{kind}_p99_ms"] = percentile(durations, 99)
                figures[f"{kind}_max_ms"] = max(durations)
            figures[f"{kind}_over_limit"] = sum(ms > SLACK_LIMIT_MS for ms in durations)
        return figures


class ReadingConnection(load.Connection):
    """A connection that stores what it is answered."""

    def __init__(self) -> None:
        """Wait for no answer yet."""
        super().__init__()
        self.content = b""

    def on_body(self, body: bytes) -> None:
        """Append a part of an answer."""
        self.content += body


class Traffic:
    """Sends a tip and a debrief in turns to each `web` process; each phase has its own answers."""

    def __init__(self, ports: list[int], population: Population, per_second: float) -> None:
        """Send *per_second* requests to the *ports* in turns, once :meth:`run` is awaited."""
        persons = list(population.iterate_persons(min(REQUESTER_COUNT, population.people_count)))
        self.answers = Answers()
        self._persons = cycle(persons)
        self._warmup_persons = persons
        self._ports = cycle(ports)
        self._port_count = len(ports)
        self._per_second = per_second
        self._idle: dict[int, list[ReadingConnection]] = {port: [] for port in ports}
        words = load_catalogue().get_pack("en")
        self._error_texts = [words.translate(error.key) for error in (StoreBusyError, BotError)]

    def begin_phase(self) -> Answers:
        """Count in new answers from now on, and return them."""
        self.answers = Answers()
        return self.answers

    async def warm_up(self) -> None:
        """Send a tip of each person to each process, which looks their profiles up."""
        for person in self._warmup_persons:
            for _ in range(self._port_count):
                await self._send(TIP, _build_request(TIP, person), Answers())

    async def run(self) -> None:
        """Send requests until the task is cancelled, at the rate, whatever the answers take."""
        started_at, tasks = time.perf_counter(), set[asyncio.Task[None]]()
        for number, (kind, payload) in zip(count(), self._iterate_requests(), strict=False):
            due_at = started_at + number / self._per_second
            await asyncio.sleep(max(0.0, due_at - time.perf_counter()))
            task = asyncio.create_task(self._send(kind, payload, self.answers))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    def _iterate_requests(self) -> Iterator[tuple[str, Payload]]:
        for number in count():
            kind = (TIP, SAVE)[number // self._port_count % 2]
            yield kind, _build_request(kind, next(self._persons))

    async def _send(self, kind: str, payload: Payload, answers: Answers) -> None:
        port = next(self._ports)
        started_at = time.perf_counter()
        try:
            connection = await self._get_connection(port)
            status = await connection.send(load.encode_request(payload))
        except OSError:
            answers.failed += 1
            return
        answers.milliseconds[kind].append((time.perf_counter() - started_at) * 1000)
        self._idle[port].append(connection)
        answers.failed += status != 200
        answers.refused += self._is_error(connection.content)

    async def _get_connection(self, port: int) -> ReadingConnection:
        idle = self._idle[port]
        connection = idle.pop() if idle else await ReadingConnection.connect(port)
        connection.content = b""
        return connection

    def _is_error(self, content: bytes) -> bool:
        """Return whether an answer is one of the sentences of an error."""
        if not content:
            return False
        text = json.dumps(json.loads(content), ensure_ascii=False)
        return any(error_text in text for error_text in self._error_texts)


def _build_request(kind: str, person: Person) -> Payload:
    place = person.workspace.removeprefix("slack:")
    if kind == TIP:
        return {**load.build_tip(person.id), "team_id": place}
    payload = load.build_debrief(person.id)
    user = {"id": person.id, "team_id": place}
    return {**payload, "team": {"id": place, "domain": "clinic"}, "user": user}
