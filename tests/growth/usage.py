"""Processor time, memory and connections of the processes, and the share of the writer lock."""

import asyncio
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.bench.targets import read_cpu_seconds, read_resident_megabytes
from tests.postgres import ALL_ROWS

DATABASE, STAND_IN, SIMULATION = "postgresql", "stand-in of Slack", "simulation"

SAMPLE_SECONDS = 0.5

_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")

_LOCK_QUERY = (
    "SELECT count(*) FILTER (WHERE granted), count(*) FILTER (WHERE NOT granted) FROM pg_locks"
    " WHERE locktype = 'advisory' AND objsubid = 1 AND objid = %s"
)
_LOCK_NUMBER = int.from_bytes(b"tune")
"""The lock that serializes the writers of all processes, by the second half of its number."""

_TICK_QUERY = "SELECT max(last_run) FROM duty_run WHERE name = '(tick)'"

_CONNECTIONS_QUERY = (
    "SELECT application_name FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid()"
)


@dataclass
class UsageFigures:
    """What the processes used in one phase."""

    seconds: float = 0.0
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    machine_busy_share: float = 0.0
    lock_samples: int = 0
    lock_held_samples: int = 0
    lock_waiting_samples: int = 0
    max_tick_gap: float = 0.0
    """Seconds for which no worker recorded a tick, at most."""
    transactions: int = 0
    """Transactions of the database, those that only read included."""

    @property
    def lock_held_share(self) -> float:
        """The share of the samples in which a process held the writer lock."""
        return self.lock_held_samples / max(1, self.lock_samples)

    def sum_cpu(self, *beginnings: str) -> float:
        """Return the processor time of the processes whose names begin with any of these."""
        return sum(cpu for name, cpu in self.cpu_seconds.items() if name.startswith(beginnings))

    def summarize(self) -> dict[str, Any]:
        """Return the figures for the report."""
        return {
            "seconds": self.seconds,
            "cpu_seconds": self.cpu_seconds,
            "machine_busy_share": self.machine_busy_share,
            "writer_lock_held_share": self.lock_held_share,
            "transactions": self.transactions,
            "max_tick_gap_seconds": self.max_tick_gap,
            "writer_lock_waiting_share": self.lock_waiting_samples / max(1, self.lock_samples),
        }


class UsageMeter:
    """Reads the counters of the processes at the bounds of a phase, and samples within it."""

    def __init__(self, database_url: str, pids: dict[str, int]) -> None:
        """Measure the processes of *pids* by name, this one, and the server of *database_url*."""
        self._pids = {**pids, SIMULATION: os.getpid()}
        self._connection = psycopg.connect(
            _to_libpq(database_url), autocommit=True, options=ALL_ROWS
        )
        self._postmaster_pid = _read_parent_pid(self._connection.info.backend_pid)
        self.max_megabytes: dict[str, float] = {}
        self.max_connections: Counter[str] = Counter()
        self.max_connection_count = 0
        self._figures = UsageFigures()
        self._before: dict[str, float] = {}
        self._machine_before = (0.0, 0.0)
        self._started_at = 0.0
        self._transactions_before = 0
        self._last_tick: tuple[object, float] = (None, 0.0)

    def begin_phase(self) -> UsageFigures:
        """Measure from now on; return the figures, which :meth:`end_phase` completes."""
        self._figures = UsageFigures()
        self._before, self._machine_before = self._read_cpu(), _read_machine_seconds()
        self._started_at = asyncio.get_running_loop().time()
        self._transactions_before = self._count_transactions()
        return self._figures

    def end_phase(self) -> None:
        """Complete the figures of the present phase."""
        figures, after = self._figures, self._read_cpu()
        figures.transactions = self._count_transactions() - self._transactions_before
        figures.seconds = asyncio.get_running_loop().time() - self._started_at
        figures.cpu_seconds = {name: after[name] - cpu for name, cpu in self._before.items()}
        busy, total = (
            now - before
            for now, before in zip(_read_machine_seconds(), self._machine_before, strict=True)
        )
        figures.machine_busy_share = busy / max(total, 0.01)

    async def sample_forever(self) -> None:
        """Sample memory, connections and the writer lock until the task is cancelled."""
        while True:
            await asyncio.to_thread(self._sample)
            await asyncio.sleep(SAMPLE_SECONDS)

    def measure_database_megabytes(self) -> float:
        """Return the size of the database with its indexes."""
        return int(self.query("SELECT pg_database_size(current_database())")[0][0]) / 2**20

    def query(self, statement: str, *parameters: object) -> list[Any]:
        """Return the rows of a query that serves the simulation alone."""
        return self._connection.execute(statement.encode(), parameters).fetchall()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _sample(self) -> None:
        for name, pid in self._pids.items():
            megabytes = read_resident_megabytes(pid)
            self.max_megabytes[name] = max(self.max_megabytes.get(name, 0.0), megabytes)
        ((held, waiting),) = self.query(_LOCK_QUERY, _LOCK_NUMBER)
        self._figures.lock_samples += 1
        self._figures.lock_held_samples += held > 0
        self._figures.lock_waiting_samples += waiting > 0
        self._sample_tick()
        connections = Counter(name for (name,) in self.query(_CONNECTIONS_QUERY))
        self.max_connections |= connections
        self.max_connection_count = max(self.max_connection_count, connections.total())

    def _count_transactions(self) -> int:
        statement = (
            "SELECT xact_commit + xact_rollback FROM pg_stat_database"
            " WHERE datname = current_database()"
        )
        return int(self.query(statement)[0][0])

    def _sample_tick(self) -> None:
        """Measure since when the last tick has been the same; the bot's clock may have jumped."""
        ((tick,),) = self.query(_TICK_QUERY)
        now = time.monotonic()
        if self._last_tick[0] != tick:
            self._last_tick = (tick, now)
        gap = now - self._last_tick[1]
        self._figures.max_tick_gap = max(self._figures.max_tick_gap, gap)

    def _read_cpu(self) -> dict[str, float]:
        cpu_seconds = {name: read_cpu_seconds(pid) for name, pid in self._pids.items()}
        return {**cpu_seconds, DATABASE: _read_tree_seconds(self._postmaster_pid)}


def _to_libpq(url: str) -> str:
    """Return the URL without the name of the driver."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _read_stat(pid: int) -> list[str]:
    """Return the fields of a process's statistics after its name, which may contain spaces."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _read_parent_pid(pid: int) -> int:
    return int(_read_stat(pid)[1])


def _read_tree_seconds(pid: int) -> float:
    """Return the processor time of a process and its children, the ended ones included."""
    ticks = sum(map(int, _read_stat(pid)[11:15]))
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    for child in children:
        try:
            ticks += sum(map(int, _read_stat(int(child))[11:13]))
        except OSError:  # it has ended since the list was read, and the parent counts it
            continue
    return ticks / _CLOCK_TICKS


def _read_machine_seconds() -> tuple[float, float]:
    """Return the busy and all processor time of the machine since its start."""
    line = Path("/proc/stat").read_text(encoding="utf-8").partition("\n")[0]
    ticks = [int(value) for value in line.split()[1:9]]
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / _CLOCK_TICKS, sum(ticks) / _CLOCK_TICKS
