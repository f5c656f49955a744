"""Asynchronous reader of standard input, whose blocking reads run in a thread."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from threading import Thread

LineReader = Callable[[], Awaitable[str]]
"""Async callable that returns the next input line; an empty string at the end of the input."""


STDIN_FD = 0
"""File descriptor of standard input."""


def start_line_reader(input_fd: int = STDIN_FD) -> LineReader:
    """Start a thread that reads a file descriptor, and return a reader of its lines.

    The thread bypasses Python's input buffer and is a daemon, so that a blocking read does
    not prevent the process from exiting. Lines are passed through a queue of the event loop.
    """
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()

    def read_input() -> None:
        buffer = b""
        with suppress(RuntimeError, OSError):  # the event loop or the input is closed
            while chunk := os.read(input_fd, 4096):
                *complete_lines, buffer = (buffer + chunk).split(b"\n")
                for line in complete_lines:
                    enqueue_line(f"{line.decode(errors='replace')}\n")
            enqueue_line("")

    def enqueue_line(line: str) -> None:
        loop.call_soon_threadsafe(lines.put_nowait, line)

    Thread(target=read_input, daemon=True).start()
    return lines.get
