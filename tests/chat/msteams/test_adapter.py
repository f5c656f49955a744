import asyncio
import time

from bot.chat.msteams.action_data import Surface, unpack_action_data
from tests.chat.msteams import activities, microsoft
from tests.chat.msteams.microsoft import FakeMicrosoft
from tests.chat.msteams.testbed import FORM, collect_actions, open_bench


async def test_a_start_waits_for_no_key() -> None:
    """The room is open at once, however slowly Microsoft tells its keys."""
    async with microsoft.run_microsoft(FakeMicrosoft(keys_delay_seconds=30.0)) as slow:
        began = time.monotonic()
        async with open_bench(slow):
            pass

    assert time.monotonic() - began < 5


async def test_the_keys_are_fetched_before_anybody_comes(ms: FakeMicrosoft) -> None:
    """Warmed at the start, the first activity finds them there."""
    async with open_bench(ms):
        for _ in range(500):
            await asyncio.sleep(0 if ms.key_fetch_count else 0.01)

    assert ms.key_fetch_count == 1


async def test_in_the_playground_forms_open_in_the_card(ms: FakeMicrosoft) -> None:
    """Taken at its word on this machine, the playground opens no dialog and is offered none."""
    async with open_bench(ms, allow_unsigned=True, openid_metadata_url="") as bench:
        bench.handlers.replies["rupture"] = FORM
        await bench.send_activity(activities.build_message(ms.service_url, "rupture"))

    (opens,) = collect_actions(ms.posted_messages[0].card)
    assert opens["type"] == "Action.Execute"
    assert unpack_action_data(opens["data"]).card_context.surface is Surface.MESSAGE
