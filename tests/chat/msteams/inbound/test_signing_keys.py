import asyncio
import time

from tests.chat.msteams.guard_harness import GuardHarness, build_hello


async def test_requests_without_signing_keys_can_be_retried(harness: GuardHarness) -> None:
    """While Microsoft's keys cannot be fetched the response is 503, so that Teams retries."""
    harness.ms.keys_status = 500

    assert (await harness.send_activity(build_hello(harness.ms))).status == 503
    harness.ms.keys_status = 200
    assert (await harness.send_activity(build_hello(harness.ms))).status == 200


async def test_unknown_key_ids_are_rate_limited(harness: GuardHarness) -> None:
    """Ten tokens with unknown key ids cause at most one more fetch."""
    await harness.send_activity(build_hello(harness.ms))
    for number in range(10):
        assert (
            await harness.send_activity(build_hello(harness.ms), kid=f"k{number}")
        ).status == 401

    assert harness.ms.key_fetch_count <= 2


async def test_a_slow_key_fetch_does_not_block_the_event_loop(harness: GuardHarness) -> None:
    """While the keys are fetched slowly, other tasks of the event loop run."""
    harness.ms.keys_delay_seconds = 0.3
    request = asyncio.create_task(harness.send_activity(build_hello(harness.ms)))
    longest_pause, previous = 0.0, time.perf_counter()
    while not request.done():
        await asyncio.sleep(0.005)
        now = time.perf_counter()
        longest_pause, previous = max(longest_pause, now - previous), now

    assert (await request).status == 200
    assert longest_pause < 0.2
