"""A workspace that wants to be left alone is, and its messages go on when its rest ends."""

import asyncio

import pytest

from bot.context import Desk
from bot.conversation import Fate, Outcome
from schedules import COMPOSERS
from schedules.delivery.sender import Drain
from tests.doubles import Moment, Pigeonholes
from tests.sample_team import TEAM
from tests.schedules.delivery.test_sender import states


async def test_a_workspace_that_asks_for_rest_gets_it(
    owed: Desk, outlet: Pigeonholes, clock: Moment
) -> None:
    """One refusal stops the workspace at once, in every process, and nothing is lost."""
    outlet.outcome = Outcome(Fate.WAIT, seconds=30)
    await Drain(owed, COMPOSERS).empty()
    outlet.outcome = Outcome(Fate.SENT)

    assert await Drain(owed, COMPOSERS).empty() == 0
    assert await states(owed) == {"planned": 9}
    clock.move(seconds=30)
    assert await Drain(owed, COMPOSERS).empty() == 9


async def at_rest(desk: Desk) -> None:
    """Wait until it is kept that the team's workspace asked for rest."""
    for _ in range(500):
        if not await desk.store.read(
            lambda books: books.workspaces.takes(TEAM.workspace, desk.now())
        ):
            return
        await asyncio.sleep(0.01)


async def test_a_short_rest_is_sat_out(owed: Desk, outlet: Pigeonholes, clock: Moment) -> None:
    """Nobody's message waits for the next tick because another one was a moment too early."""
    outlet.outcome = Outcome(Fate.WAIT, seconds=0.1)
    draining = asyncio.create_task(Drain(owed, COMPOSERS, sits_out=60).empty())
    await at_rest(owed)
    outlet.outcome = Outcome(Fate.SENT)
    clock.move(seconds=1)

    assert await asyncio.wait_for(draining, 5) == 9


async def test_a_longer_rest_is_left_to_the_next_tick(owed: Desk, outlet: Pigeonholes) -> None:
    """What waits for longer than a minute keeps no process busy."""
    outlet.outcome = Outcome(Fate.WAIT, seconds=61)
    emptied = Drain(owed, COMPOSERS, sits_out=60).empty()

    assert await asyncio.wait_for(emptied, 5) == 0
    assert await states(owed) == {"planned": 9}


async def test_a_stop_waits_for_no_rest(owed: Desk, outlet: Pigeonholes) -> None:
    """Whoever sits out a rest ends at once; what is left is sent after the next start."""
    outlet.outcome = Outcome(Fate.WAIT, seconds=30)
    drain = Drain(owed, COMPOSERS, sits_out=60)
    await drain.start()
    await at_rest(owed)
    await asyncio.wait_for(drain.stop(), 5)

    assert await states(owed) == {"planned": 9}


async def test_after_a_rest_for_haste_a_workspace_gets_half_the_pace(
    owed: Desk, outlet: Pigeonholes, clock: Moment
) -> None:
    """The pace is kept for whoever sends next, and is back after eight minutes."""
    outlet.outcome = Outcome(Fate.WAIT, seconds=30, slower=True)
    await Drain(owed, COMPOSERS, 4).empty()
    outlet.outcome = Outcome(Fate.SENT)
    paces = []
    for minutes in (1, 8):
        clock.move(minutes=minutes)
        drain = Drain(owed, COMPOSERS, 4)
        drain._stopped.set()
        await drain.empty()
        paces.append(drain._pacers[TEAM.workspace].a_second)

    assert paces == [pytest.approx(2 * 1.1**0.5), 4]


async def test_a_product_that_is_ill_is_left_alone_for_a_minute(
    owed: Desk, outlet: Pigeonholes, clock: Moment
) -> None:
    """Three fates in doubt on end are enough; the other six messages wait for a better moment."""
    outlet.outcome = Outcome(Fate.UNKNOWN, reason="http_503")
    for seconds in (0, 30):
        clock.move(seconds=seconds)
        await Drain(owed, COMPOSERS).empty()

    assert await states(owed) == {"sending": 3, "planned": 6}
