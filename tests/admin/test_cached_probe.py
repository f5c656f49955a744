"""A blocking probe is called once per cache lifetime, and given up when it lasts too long."""

import asyncio
import threading
from dataclasses import dataclass, field

import pytest

from bot.admin.cached_probe import CachedProbe
from tests.admin.monitored import Seconds


@dataclass
class Counter:
    """Counts its calls; each waits until it is released."""

    call_count: int = 0
    is_released: threading.Event = field(default_factory=threading.Event)
    has_returned: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> int:
        """Count one call, and return the number of calls."""
        self.call_count += 1
        self.is_released.wait(timeout=60)
        self.has_returned.set()
        return self.call_count


@pytest.fixture
def clock() -> Seconds:
    """The clock of the probe."""
    return Seconds()


@pytest.fixture
def counter() -> Counter:
    """A function that returns at once."""
    counter = Counter()
    counter.is_released.set()
    return counter


async def test_result_is_cached_until_it_expires(clock: Seconds, counter: Counter) -> None:
    """However often the probe is read, the function is called once per lifetime."""
    probe = CachedProbe(counter, 5.0, clock)

    results = [await probe.read()]
    clock.seconds += 4.9
    results.append(await probe.read())
    clock.seconds += 0.2
    results.append(await probe.read())

    assert results == [1, 1, 2]


async def test_readers_at_once_share_one_call(clock: Seconds, counter: Counter) -> None:
    """A second poll does not start a second thread."""
    probe = CachedProbe(counter, 5.0, clock)

    assert await asyncio.gather(*(probe.read() for _ in range(9))) == [1] * 9


async def test_call_beyond_the_limit_has_no_result_until_it_ends(clock: Seconds) -> None:
    """A frozen server is asked once; when it answers, its result counts."""
    counter = Counter()
    probe = CachedProbe(counter, 5.0, clock, timeout_seconds=0.1)

    assert await probe.read() is None
    clock.seconds += 60
    assert await probe.read() is None
    assert counter.call_count == 1
    counter.is_released.set()
    await asyncio.to_thread(counter.has_returned.wait, 60)
    clock.seconds += 60
    assert await probe.read() == 2


async def test_error_is_no_result(clock: Seconds) -> None:
    """An exception of the function is not raised to the reader."""

    def fail() -> int:
        raise OSError

    assert await CachedProbe(fail, 5.0, clock).read() is None
