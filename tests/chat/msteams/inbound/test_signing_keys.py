import asyncio
import time

from tests.chat.msteams.gates import GuardHarness, build_hello


async def test_without_keys_nothing_is_refused_for_good(gate: GuardHarness) -> None:
    """While Microsoft's keys cannot be fetched the answer is 503, so that Teams tries again."""
    gate.ms.keys_status = 500

    assert (await gate.send_activity(build_hello(gate.ms))).status == 503
    gate.ms.keys_status = 200
    assert (await gate.send_activity(build_hello(gate.ms))).status == 200


async def test_unknown_keys_do_not_make_the_bot_fetch_without_end(gate: GuardHarness) -> None:
    """Ten tokens that name unknown keys cause one more fetch at most."""
    await gate.send_activity(build_hello(gate.ms))
    for number in range(10):
        assert (await gate.send_activity(build_hello(gate.ms), kid=f"k{number}")).status == 401

    assert gate.ms.key_fetch_count <= 2


async def test_nobody_waits_for_keys_but_who_needs_them(gate: GuardHarness) -> None:
    """While the keys are fetched slowly, everything else goes on."""
    gate.ms.keys_delay_seconds = 0.3
    waiting = asyncio.create_task(gate.send_activity(build_hello(gate.ms)))
    longest, last = 0.0, time.perf_counter()
    while not waiting.done():
        await asyncio.sleep(0.005)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now

    assert (await waiting).status == 200
    assert longest < 0.2
