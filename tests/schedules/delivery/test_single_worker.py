"""A worker that shares with nobody says so when it is not the only one."""

import pytest

from bot.context import Desk
from schedules.delivery.sender import Drain
from schedules.delivery.single_worker import Alone
from tests.schedules.delivery.worker_pairs import (
    WORKSPACES,
    Slow,
    desk,
    outlet,
    owe,
    until,
    written,
)

__all__ = ["desk", "outlet"]


def alone(desk: Desk) -> Alone:
    """A worker without the extra."""
    return Alone(Drain(desk, {"note": written}), desk.store)


async def test_one_alone_drains_and_says_nothing(
    desk: Desk, outlet: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    """A practice with one worker needs nothing installed besides, and is told of nothing."""
    await owe(desk, WORKSPACES[0], "U0MARIE")
    worker = alone(desk)

    await worker.start()
    await until(lambda: len(outlet.sent) == 1)
    assert [one.shares for one in desk.store.workers()] == [False]
    await worker.stop()

    assert caplog.messages == []
    assert desk.store.workers() == ()


async def test_beside_another_nobody_is_written_to_twice_and_the_operator_is_told_once(
    desk: Desk, outlet: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    """Both drain, so that nobody waits; that each keeps the pace for itself is in the log."""
    people = [f"U0{number}" for number in range(20)]
    await owe(desk, WORKSPACES[0], *people)
    one, other = alone(desk), alone(desk)

    await one.start()
    await other.start()
    await other.start()
    await until(lambda: len(outlet.sent) >= len(people))
    await one.stop()
    await other.stop()

    assert sorted(sent.to.person for sent in outlet.sent) == sorted(people)
    assert caplog.messages == ["worker.not_sharing"]
