"""Cached probe: calls a blocking function in a daemon thread, with a timeout, for an event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")

TIMEOUT_SECONDS = 5.0
"""Default timeout of a call in seconds; a frozen database server never responds."""


class CachedProbe(Generic[T]):
    """Calls a blocking function at most once per cache lifetime, however often it is polled.

    The call runs in a daemon thread, which does not block the exit of the process. A call that
    exceeds the timeout is not cancelled, and no second thread starts before it has returned.
    """

    def __init__(
        self,
        function: Callable[[], T],
        cache_seconds: float,
        monotonic: Callable[[], float],
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        """Cache each result of *function* for *cache_seconds* from the start of its call.

        *monotonic* returns seconds, as :func:`time.monotonic` does. Nothing is called before
        :meth:`read`.
        """
        self._function = function
        self._cache_seconds = cache_seconds
        self._monotonic = monotonic
        self._timeout_seconds = timeout_seconds
        self._call: Future[T | None] | None = None
        self._called_at = 0.0

    async def read(self) -> T | None:
        """Return the cached or a new result; ``None`` if the call raised or exceeds the timeout.

        Concurrent readers await one call. The ``None`` of an exception is cached like a result.
        """
        now = self._monotonic()
        is_expired = now - self._called_at >= self._cache_seconds
        if self._call is None or (self._call.done() and is_expired):
            self._call, self._called_at = _start_in_thread(self._function), now
        remaining_seconds = self._called_at + self._timeout_seconds - now
        call = asyncio.wrap_future(self._call)
        await asyncio.wait({call}, timeout=max(0.0, remaining_seconds))
        return call.result() if call.done() else None


def _start_in_thread(function: Callable[[], T]) -> "Future[T | None]":
    """Start a daemon thread that calls *function*; return a future of the result.

    It resolves to ``None`` if the function raises an :class:`Exception`.
    """
    future: Future[T | None] = Future()
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            future.set_result(function())
        except Exception:  # noqa: BLE001 - whatever the error is, the probe has no result
            future.set_result(None)

    Thread(target=run, name="attune-probe", daemon=True).start()
    return future
