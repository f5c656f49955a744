import pytest

from bot.chat.after_response import AfterResponse

CANARY = "canary-in-an-error"


async def test_tasks_start_after_response() -> None:
    """A task started during a request runs after its response was sent."""
    after_response, order = AfterResponse(), list[str]()

    async def run_task(name: str) -> None:
        order.append(name)
        if name == "first":
            after_response.start_task(run_task("second"))

    async with after_response.defer_tasks_until_response():
        after_response.start_task(run_task("first"))
        order.append("answered")
    await after_response.wait_for_background_tasks()

    assert order == ["answered", "first", "second"]


async def test_failed_response_does_not_block_tasks() -> None:
    """A task started during a request runs although sending the response failed."""
    after_response, order = AfterResponse(), list[str]()

    async def run_task() -> None:
        order.append("done")

    async def fail_to_respond() -> None:
        async with after_response.defer_tasks_until_response():
            after_response.start_task(run_task())
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await fail_to_respond()
    await after_response.wait_for_background_tasks()

    assert order == ["done"]


async def test_task_outside_request_starts_at_once() -> None:
    """A task started outside a request does not wait."""
    after_response, order = AfterResponse(), list[str]()

    async def run_task() -> None:
        order.append("done")

    after_response.start_task(run_task())
    await after_response.wait_for_background_tasks()

    assert order == ["done"]


async def test_failed_task_is_logged_without_its_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An exception in a task is logged by its type, and does not reach the event loop."""
    after_response = AfterResponse()

    async def fail() -> None:
        raise ValueError(CANARY)

    after_response.start_task(fail())
    await after_response.wait_for_background_tasks()

    assert [record.__dict__["error"] for record in caplog.records] == ["ValueError"]
    assert CANARY not in caplog.text
