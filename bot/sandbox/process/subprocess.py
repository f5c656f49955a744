"""A child process that is stopped together with its parent."""

import asyncio

import aiohttp

_STOP_TIMEOUT_SECONDS = 10.0
"""Timeout in seconds between SIGTERM and SIGKILL."""

_OK_STATUS = 200


class ChildProcess:
    """Base class of a child process; :meth:`stop` terminates it."""

    def __init__(self) -> None:
        """Create the object without a process; a subclass starts it."""
        self._process: asyncio.subprocess.Process | None = None

    async def stop(self) -> None:
        """Terminate the process and wait for its exit; kill it after the timeout."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_TIMEOUT_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def wait_until_exit(self) -> None:
        """Wait until the process exits by itself, which callers treat as a failure."""
        if self._process is not None:
            await self._process.wait()


async def is_reachable(session: aiohttp.ClientSession, url: str) -> bool:
    """Return whether a GET request to *url* has a response with status 200."""
    try:
        async with session.get(url) as response:
            return response.status == _OK_STATUS
    except aiohttp.ClientError:
        return False
