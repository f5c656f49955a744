"""A program that runs beside the one somebody looks at, and ends with it."""

import asyncio

import aiohttp

_STOP_TIMEOUT_SECONDS = 10.0
"""Seconds for which a program may take to end once it is asked to."""

_OK_STATUS = 200


class ChildProcess:
    """A process of its own, so that what a visitor tries is what a clinic would run."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self._process: asyncio.subprocess.Process | None = None

    async def stop(self) -> None:
        """Ask it to end, and wait for it."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_TIMEOUT_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def wait_until_exit(self) -> None:
        """Wait until it ends by itself, which it never should."""
        if self._process is not None:
            await self._process.wait()


async def is_reachable(session: aiohttp.ClientSession, url: str) -> bool:
    """Whether the page at *url* can be opened."""
    try:
        async with session.get(url) as answer:
            return answer.status == _OK_STATUS
    except aiohttp.ClientError:
        return False
