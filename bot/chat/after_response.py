"""Work that may begin only when a person's answer has left: every call to their product."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

_response_sent: ContextVar[asyncio.Event | None] = ContextVar("answered", default=None)


class AfterResponse:
    """Holds on to every such task, so that none is lost and a stop waits for all."""

    def __init__(self) -> None:
        """Begin with nothing to do."""
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def response_pending(self) -> AsyncIterator[None]:
        """Mark the time in which one payload is being answered.

        What is begun inside waits until the block is left, so a product never waits for itself.
        """
        left = asyncio.Event()
        token = _response_sent.set(left)
        try:
            yield
        finally:
            left.set()
            _response_sent.reset(token)

    def start_task(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run *work* once the answer that is being given now has left."""
        task = asyncio.get_running_loop().create_task(
            _run_after_response(_response_sent.get(), coroutine)
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def wait_for_background_tasks(self) -> None:
        """Wait until everything begun is done, and what that began too."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)


async def _run_after_response(
    response_sent: asyncio.Event | None, coroutine: Coroutine[Any, Any, None]
) -> None:
    if response_sent is not None:
        await response_sent.wait()
    await coroutine
