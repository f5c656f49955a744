import asyncio

from bot.chat.slack.write_retry import retry_write


async def test_write_is_repeated_until_it_succeeds() -> None:
    """Each failed attempt is followed by another one."""
    results = [True, False]

    async def try_to_write() -> bool:
        return results.pop()

    await retry_write(try_to_write, asyncio.Event(), is_needed=lambda: True)

    assert results == []


async def test_write_that_is_not_needed_is_not_repeated() -> None:
    """A value that was replaced since never overwrites the newer one."""
    attempts: list[str] = []

    async def try_to_write() -> bool:
        attempts.append("written")
        return False

    await retry_write(try_to_write, asyncio.Event(), is_needed=lambda: len(attempts) < 1)

    assert len(attempts) == 1


async def test_closing_ends_the_attempts() -> None:
    """A process that stops waits for a few attempts, not for a database that stays busy."""
    closing, attempts = asyncio.Event(), []
    closing.set()

    async def try_to_write() -> bool:
        attempts.append("written")
        return False

    await retry_write(try_to_write, closing, is_needed=lambda: True)

    assert 1 < len(attempts) < 10
