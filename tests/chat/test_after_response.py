import pytest

from bot.chat.after_response import AfterResponse


async def test_nothing_begins_before_the_answer_has_left() -> None:
    """Work begun while answering waits for the end of the answer, however long that takes."""
    afterwards, order = AfterResponse(), list[str]()

    async def work(name: str) -> None:
        order.append(name)
        if name == "first":
            afterwards.start_task(work("second"))

    async with afterwards.response_pending():
        afterwards.start_task(work("first"))
        order.append("answered")
    await afterwards.wait_for_background_tasks()

    assert order == ["answered", "first", "second"]


async def test_an_answer_that_failed_holds_nothing_up() -> None:
    """Should answering break, what was kept is still followed up."""
    afterwards, order = AfterResponse(), list[str]()

    async def work() -> None:
        order.append("done")

    async def breaking() -> None:
        async with afterwards.response_pending():
            afterwards.start_task(work())
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await breaking()
    await afterwards.wait_for_background_tasks()

    assert order == ["done"]


async def test_work_outside_any_answer_begins_at_once() -> None:
    """Where nothing is being answered, there is nothing to wait for."""
    afterwards, order = AfterResponse(), list[str]()

    async def work() -> None:
        order.append("done")

    afterwards.start_task(work())
    await afterwards.wait_for_background_tasks()

    assert order == ["done"]
