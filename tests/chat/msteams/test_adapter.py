import asyncio
import time

from bot.chat.msteams.action_data import Place, unpack
from tests.chat.msteams import activities, microsoft
from tests.chat.msteams.microsoft import Microsoft
from tests.chat.msteams.testbed import FORM, actions, furnished


async def test_a_start_waits_for_no_key() -> None:
    """The room is open at once, however slowly Microsoft tells its keys."""
    async with microsoft.running(Microsoft(keys_slow=30.0)) as slow:
        began = time.monotonic()
        async with furnished(slow):
            pass

    assert time.monotonic() - began < 5


async def test_the_keys_are_fetched_before_anybody_comes(ms: Microsoft) -> None:
    """Warmed at the start, the first activity finds them there."""
    async with furnished(ms):
        for _ in range(500):
            await asyncio.sleep(0 if ms.fetched else 0.01)

    assert ms.fetched == 1


async def test_in_the_playground_forms_open_in_the_card(ms: Microsoft) -> None:
    """Taken at its word on this machine, the playground opens no dialog and is offered none."""
    async with furnished(ms, unsigned=True, metadata="") as bench:
        bench.handlers.replies["rupture"] = FORM
        await bench.send(activities.written(ms.service, "rupture"))

    (opens,) = actions(ms.posted[0].card)
    assert opens["type"] == "Action.Execute"
    assert unpack(opens["data"]).stand.place is Place.MESSAGE
