"""A blocking probe for an event loop: in a thread of its own, cached, and with a time limit."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")

TIMEOUT_SECONDS = 5.0
"""Seconds after which a probe counts as failed; a frozen server never answers."""


class CachedProbe(Generic[T]):
    """Calls a blocking function at most once per cache lifetime, however often it is polled.

    The thread is a daemon's: a server that never answers delays the end of the process by
    nothing. While a call lasts longer than the limit no second one begins.
    """

    def __init__(
        self,
        function: Callable[[], T],
        cache_seconds: float,
        monotonic: Callable[[], float],
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        """Call *function* when its last result is *cache_seconds* old, by the clock *monotonic*."""
        self._function = function
        self._cache_seconds = cache_seconds
        self._monotonic = monotonic
        self._timeout_seconds = timeout_seconds
        self._call: Future[T | None] | None = None
        self._called_at = 0.0

    async def read(self) -> T | None:
        """Return the function's result; ``None`` if it raised an error or has not ended in time."""
        now = self._monotonic()
        is_expired = now - self._called_at >= self._cache_seconds
        if self._call is None or (self._call.done() and is_expired):
            self._call, self._called_at = _start_in_thread(self._function), now
        remaining_seconds = self._called_at + self._timeout_seconds - now
        call = asyncio.wrap_future(self._call)
        await asyncio.wait({call}, timeout=max(0.0, remaining_seconds))
        return call.result() if call.done() else None


def _start_in_thread(function: Callable[[], T]) -> "Future[T | None]":
    """Call *function* in a new daemon thread; the future's result is ``None`` after an error."""
    future: Future[T | None] = Future()
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            future.set_result(function())
        except Exception:  # noqa: BLE001 - whatever the error is, the probe has no result
            future.set_result(None)

    Thread(target=run, name="attune-probe", daemon=True).start()
    return future
