"""PostgreSQL's write-ahead log and its counters, and the attacker who reads them.

The attacker has the archived log, or a role of their own that polls ``pg_stat_user_tables`` after
each event. They know what a part of the events was, and guess the others from equal traces.
"""

import re
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from math import exp
from urllib.parse import urlsplit

import psycopg

from bot.context import Context
from bot.conversation import Person
from bot.domain.counts import cover
from bot.middleware import RequestMiddleware
from bot.store.repositories import Repositories
from bot.workflows.form_submission import write_cover
from handlers import FORMS
from tests.handlers.test_form_submission import FORM_REQUESTS
from tests.postgres import PostgresServer
from tests.sample_team import CLINICIANS, TEAM, build_request

FILING, WITHDRAWAL, SETTINGS, COVER = "debrief", "withdrawal", "settings", "cover"
OTHER_FORMS = tuple(name for name in FORM_REQUESTS if name not in {FILING, WITHDRAWAL})
"""Forms that write a guide or an answer."""

REQUESTS = {**FORM_REQUESTS, SETTINGS: ("pause", {"until": "2026-07-20"}, "")}

WRITE_COUNTERS = ("n_tup_ins", "n_tup_upd", "n_tup_del")
READ_COUNTERS = ("seq_scan", "seq_tup_read", "idx_scan", "idx_tup_fetch")

_WAL_LINE = re.compile(
    r"rmgr: (?P<manager>\w+) .*?len \(rec/tot\): +\d+/ +(?P<size>\d+),.*?desc: (?P<operation>\w+)"
)
_WAL_IMAGE = re.compile(r"blkref #\d+: rel \d+/\d+/(?P<node>\d+) [^,]*? FPW")
_WAL_TABLE = re.compile(r"rel \d+/\d+/(?P<node>\d+)")
_BACKGROUND = {"Standby", "XLOG", "CLOG"}
_ACTION_NUMBERS = count()

Trace = Hashable
Step = tuple[str, str, str, int]
"""One operation of the log: its manager, its name, its table and its size."""


@dataclass(frozen=True)
class Event:
    """One form or cover with its person, the trace that it left, and the log's own bytes."""

    kind: str
    person: Person
    trace: Trace
    log: bytes = b""
    images: tuple[str, ...] = ()
    """The table of each full-page image."""


class WatchedBot:
    """A bot on PostgreSQL with one team, whose log and counters are read after each event."""

    def __init__(self, server: PostgresServer, url: str, context: Context) -> None:
        """Watch the bot of *context*, whose database is at *url* on *server*."""
        self.context = context
        self._server = server
        self.database = urlsplit(url).path.strip("/")
        self.address = server.superuser_url(self.database).replace("+psycopg", "")
        self._middleware = RequestMiddleware(context)

    async def run_event(self, kind: str, person: Person) -> None:
        """Submit a form as *person*, through the middleware, or write a cover of the team."""
        if kind == COVER:
            await self.context.store.across_workspaces.write(self._write_cover)
            return
        form, answers, data = REQUESTS[kind]
        request = build_request(
            person, answers=answers, data=data, idempotency_key=f"act {next(_ACTION_NUMBERS)}"
        )
        await self._middleware.bind_handler(FORMS[form])(request)
        await self._middleware.wait_for_profile_lookups()

    async def run_requests(self, people: Sequence[Person]) -> None:
        """Submit every form as each of *people*."""
        for person in people:
            for kind in REQUESTS:
                await self.run_event(kind, person)

    def _write_cover(self, repos: Repositories) -> None:
        write_cover(repos, TEAM, self.context.now())

    async def trace_wal(self, kind: str, person: Person, *, has_images: bool = False) -> Event:
        """Run an event and return what the log then tells of it.

        With *has_images* a checkpoint precedes the event, so that the log has the whole of every
        page that it changes.
        """
        if has_images:
            self._administration.execute("CHECKPOINT")
        start = self._read_log_position()
        await self.run_event(kind, person)
        end = self._read_log_position()
        lines = self._server.dump_wal(start, end).splitlines()
        names = self._table_names
        images = [names.get(node, node) for line in lines for node in _WAL_IMAGE.findall(line)]
        return Event(
            kind,
            person,
            parse_trace(lines, names),
            self._server.read_wal(start, end),
            tuple(images),
        )

    async def trace_counters(self, kind: str, person: Person, columns: Sequence[str]) -> Event:
        """Run an event and return by how much each counter of each table has grown."""
        before = self._poll_counters(columns)
        await self.run_event(kind, person)
        after = self._poll_counters(columns)
        growth = {(key, after[key] - before.get(key, 0)) for key in after}
        return Event(kind, person, frozenset(item for item in growth if item[1]))

    def end_sessions(self) -> None:
        """End every session of the bot: a session writes its counters when it ends."""
        self.context.store._engines.dispose()
        while self._count_sessions():
            time.sleep(0.001)

    def execute(self, statement: str) -> None:
        """Execute a statement without a result, as the server's administrator."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _poll_counters(self, columns: Sequence[str]) -> dict[tuple[str, str], int]:
        self.end_sessions()
        rows = self._query(f"SELECT relname, {', '.join(columns)} FROM pg_stat_user_tables")  # noqa: S608 - constants
        return {
            (str(name), column): int(str(value or 0))
            for name, *values in rows
            for column, value in zip(columns, values, strict=True)
        }

    def _count_sessions(self) -> int:
        """Count the bot's sessions, from a database whose counters nobody reads."""
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND usename <> user"
        row = self._monitor.execute(query, (self.database,)).fetchone()
        assert row
        return int(row[0])

    @cached_property
    def _administration(self) -> psycopg.Connection:
        """The administrator's connection for the log, open until the bot stops."""
        return psycopg.connect(self.address, autocommit=True)

    @cached_property
    def _monitor(self) -> psycopg.Connection:
        """The administrator's connection to another database, open until the bot stops."""
        address = self._server.superuser_url("postgres").replace("+psycopg", "")
        return psycopg.connect(address, autocommit=True)

    def close(self) -> None:
        """Close the administrator's connections."""
        for name in {"_administration", "_monitor"} & self.__dict__.keys():
            self.__dict__[name].close()

    def _read_log_position(self) -> str:
        row = self._administration.execute("SELECT pg_current_wal_flush_lsn()::text").fetchone()
        assert row
        return str(row[0])

    @cached_property
    def _table_names(self) -> dict[str, str]:
        """The name of each relation by the number of its file, which no event changes."""
        query = "SELECT pg_relation_filenode(oid)::text, relname FROM pg_class"
        rows = self._administration.execute(query).fetchall()
        return {str(node): str(name) for node, name in rows if node}

    def _query(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.address, autocommit=True) as connection:
            return connection.execute(statement.encode()).fetchall()


def parse_trace(lines: Sequence[str], table_names: dict[str, str]) -> tuple[Step, ...]:
    """Return the operations in order, each with its table and size, without background work."""
    trace = []
    for line in lines:
        parsed, node = _WAL_LINE.match(line), _WAL_TABLE.search(line)
        if parsed and parsed["manager"] not in _BACKGROUND:
            table = table_names.get(node["node"], node["node"]) if node else ""
            trace.append((parsed["manager"], parsed["operation"], table, int(parsed["size"])))
    return tuple(trace)


def deal_events(
    kinds: Sequence[str], others: Sequence[str], count: int
) -> list[tuple[str, Person]]:
    """Return *count* random events, each with even odds from *kinds* or from *others*."""
    return [
        (secrets.choice(secrets.choice((kinds, others))), secrets.choice(CLINICIANS))
        for _ in range(count)
    ]


def list_steps(event: Event) -> tuple[Step, ...]:
    """Return the operations of an event's log."""
    assert isinstance(event.trace, tuple)
    return event.trace


def _sum_sizes(event: Event) -> Trace:
    sizes: Counter[str] = Counter()
    for _, _, table, size in list_steps(event):
        sizes[table] += size
    return frozenset(sizes.items())


VIEWS: Mapping[str, Callable[[Event], Trace]] = {
    "operations": lambda event: event.trace,
    "tables in order": lambda event: tuple(step[:3] for step in list_steps(event)),
    "bytes of each table": _sum_sizes,
    "bytes": lambda event: len(event.log),
    "page images": lambda event: tuple(sorted(event.images)),
}
"""What an attacker may compare of two logs; each is tried."""


def score_views(events: Sequence[Event], classify: Callable[[Event], Hashable]) -> dict[str, float]:
    """Return the share of right guesses by each view of the log."""
    return {
        name: score_guesses([replace(event, trace=view(event)) for event in events], classify)
        for name, view in VIEWS.items()
    }


def score_guesses(events: Sequence[Event], classify: Callable[[Event], Hashable]) -> float:
    """Return the share of right guesses for the second half, after learning from the first.

    A trace that was never seen is guessed at random among all answers.
    """
    training_events, guessed_events = events[: len(events) // 2], events[len(events) // 2 :]
    class_counts: defaultdict[Trace, Counter[Hashable]] = defaultdict(Counter)
    for event in training_events:
        class_counts[event.trace][classify(event)] += 1
    answers = sorted({classify(event) for event in training_events}, key=repr)
    right = 0
    for event in guessed_events:
        counts = class_counts.get(event.trace)
        top = max(counts.values()) if counts else 0
        best = [answer for answer, count in counts.items() if count == top] if counts else answers
        right += secrets.choice(best) == classify(event)
    return right / len(guessed_events)


def cover_probability(window_minutes: float) -> float:
    """Return the probability that a cover of the team falls into a window of this length."""
    drawn_share = window_minutes * 60 * cover.cover_rate(1)
    return 1 - exp(-drawn_share)
