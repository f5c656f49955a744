"""What a fuzzed part of the bot is, and the criteria by which each execution is judged."""

import asyncio
import io
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stderr
from dataclasses import dataclass
from typing import Protocol, TypeVar

from hypothesis.strategies import SearchStrategy

from bot import logs

T = TypeVar("T")

RECURSION_LIMIT = 1_000
"""Python's default, which a process of the bot has; Hypothesis raises it."""

MAX_CPU_SECONDS = 1.0
"""CPU time of the process that one input may take."""

Execute = Callable[[T], str]
"""Executes one input and returns the class of the response.

Raises :class:`BrokenRuleError`, or any exception that the fuzzed part lets escape.
"""


class Target(Protocol[T]):
    """One fuzzed part of the bot, with the strategy of its inputs."""

    @property
    def private_words(self) -> tuple[str, ...]:
        """Words in lower case that no log may contain: typed text and ids of people."""

    @property
    def samples(self) -> SearchStrategy[T]:
        """The inputs."""

    def open(self) -> AbstractContextManager[Execute[T]]:
        """Build the fuzzed part with a store of its own, for the duration of a block."""


class BrokenRuleError(Exception):
    """A response breaks a rule, which the message names without a part of the input."""


@dataclass(frozen=True)
class Outcome:
    """The result of one execution.

    ``response`` is the class of the response and of the log events, ``problem`` is the broken
    rule (``""`` for none), ``handled_errors`` are exceptions that the bot caught and logged.
    """

    response: str
    problem: str = ""
    handled_errors: tuple[str, ...] = ()


class LogCapture:
    """Everything that a process logs at DEBUG, formatted as in production."""

    def __init__(self, stream: io.StringIO) -> None:
        """Read from *stream*, which the log handler writes to."""
        self._stream = stream

    def take_text(self) -> str:
        """Return what was logged since the last call."""
        text = self._stream.getvalue()
        self._stream.seek(0)
        self._stream.truncate()
        return text


@contextmanager
def capture_logs() -> Iterator[LogCapture]:
    """Configure the logging as in production, into memory, for the duration of the block."""
    root, project = logging.getLogger(), logging.getLogger(logs.PROJECT_LOGGER)
    handlers, levels = root.handlers[:], (root.level, project.level)
    stream = io.StringIO()
    with redirect_stderr(stream):
        logs.configure_logging("DEBUG")
    try:
        yield LogCapture(stream)
    finally:
        root.handlers[:] = handlers
        root.setLevel(levels[0])
        project.setLevel(levels[1])


def judge_sample(
    execute: Execute[T],
    sample: T,
    log: LogCapture,
    private_words: tuple[str, ...],
    max_cpu_seconds: float = MAX_CPU_SECONDS,
) -> Outcome:
    """Execute *sample* and check every criterion; *private_words* are those of the target.

    An input that exceeds the CPU time is executed once more, since the first execution of a part
    of the bot also imports and parses what it needs.
    """
    log.take_text()
    response, problem, seconds = _execute_timed(execute, sample)
    if seconds > max_cpu_seconds and not problem:
        response, problem, seconds = _execute_timed(execute, sample)
        if seconds > max_cpu_seconds:
            problem = problem or "too much CPU time"
    log_text = log.take_text()
    if any(word in log_text.casefold() for word in private_words):
        problem = problem or "a word of the input in the log"
    events, errors = _parse_log(log_text)
    if any(event.startswith("asyncio ") for event in errors):
        problem = problem or "an exception in the event loop"
    return Outcome(f"{response} {' '.join(events)}", problem, errors)


def _execute_timed(execute: Execute[T], sample: T) -> tuple[str, str, float]:
    """Return the class of the response, the problem, and the CPU time in seconds."""
    started_at, recursion_limit = time.process_time(), sys.getrecursionlimit()
    response, problem = "", ""
    sys.setrecursionlimit(RECURSION_LIMIT)
    try:
        response = execute(sample)
    except BrokenRuleError as error:
        problem = str(error)
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - any escape is a finding
        problem = f"{type(error).__name__} escapes {_locate_error(error)}".strip()
    finally:
        sys.setrecursionlimit(recursion_limit)
    return response or problem, problem, time.process_time() - started_at


def _locate_error(error: BaseException) -> str:
    """Return the innermost module and function of the project that an exception passed."""
    location, traceback = "", error.__traceback__
    while traceback:
        code = traceback.tb_frame.f_code
        if any(f"/{package}/" in code.co_filename for package in ("bot", "handlers", "schedules")):
            location = f"{code.co_filename.rpartition('/')[2]}:{code.co_name}"
        traceback = traceback.tb_next
    return location


def _parse_log(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the logged events in order, and descriptions of the logged errors."""
    records = [json.loads(line) for line in text.splitlines()]
    events = tuple(dict.fromkeys(str(record["event"]) for record in records))
    errors = {
        f"{record['name'] if record['event'] == 'library.event' else ''} {record['event']} "
        f"{record.get('error', '')} {record.get('where', '')}".strip(): None
        for record in records
        if record["level"] in {"ERROR", "CRITICAL"}
    }
    return events, tuple(errors)
