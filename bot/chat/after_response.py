"""Background tasks that start after the current HTTP response was sent.

Every call to a product's own API runs in such a task, so the response never waits for it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from bot.logs import log_error

logger = logging.getLogger("attune.chat")

_response_sent: ContextVar[asyncio.Event | None] = ContextVar("response_sent", default=None)
"""The event that marks the end of the response in this context; ``None`` outside a request."""


class AfterResponse:
    """Registry of background tasks that start once the response in progress was sent.

    It holds a reference to every task, so that the garbage collector drops none and a
    shutdown can wait for all of them.
    """

    def __init__(self) -> None:
        """Create an empty task registry."""
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def defer_tasks_until_response(self) -> AsyncIterator[None]:
        """Defer the tasks that are started in this context until the block is left.

        The block processes one payload and sends its response: a call to the product must not
        delay the response for which that product is waiting.
        """
        response_sent = asyncio.Event()
        token = _response_sent.set(response_sent)
        try:
            yield
        finally:
            response_sent.set()
            _response_sent.reset(token)

    def start_task(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Schedule *coroutine* to run once the response of the current context was sent."""
        task = asyncio.get_running_loop().create_task(
            _run_after_response(_response_sent.get(), coroutine)
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def wait_for_background_tasks(self) -> None:
        """Wait until all tasks are done, including the tasks that they start."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)


async def _run_after_response(
    response_sent: asyncio.Event | None, coroutine: Coroutine[Any, Any, None]
) -> None:
    if response_sent is not None:
        await response_sent.wait()
    try:
        await coroutine
    except Exception as error:  # noqa: BLE001 - nothing awaits the task, which would end unreported
        log_error(logger, "chat.task_failed", error)
