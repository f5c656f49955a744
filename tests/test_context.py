"""The context finds the outlet of a workspace's product, and runs tasks in the background."""

import asyncio

import pytest

from bot.context import Context
from bot.conversation import Person
from bot.outlet import AccountStatus
from tests.doubles import RecordingOutlet, clock, context, empty_database, full_catalogue, outlet

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]


def test_an_outlet_is_found_by_the_product_of_a_workspace(
    context: Context, outlet: RecordingOutlet
) -> None:
    """The part of the workspace key before the colon selects the outlet."""
    assert context.find_outlet("slack:T0PRACTICE") is outlet
    assert context.is_configured("slack:T0PRACTICE")


@pytest.mark.parametrize("workspace", ["msteams:T0PRACTICE", "T0PRACTICE", ""])
def test_a_product_that_is_not_configured_has_no_outlet(context: Context, workspace: str) -> None:
    """The lookup returns ``None`` and raises nothing."""
    assert context.find_outlet(workspace) is None
    assert not context.is_configured(workspace)


async def test_one_account_query_names_every_channel_of_a_person(
    context: Context, outlet: RecordingOutlet
) -> None:
    """Who supervises two teams is looked up once, with the channels of both."""
    person = Person("slack:T0PRACTICE", "U0")

    statuses = await context.fetch_account_statuses([(person, "C1"), (person, "C2")], 5)

    assert outlet.status_queries == [(person, ("C1", "C2"))]
    assert statuses == {person: AccountStatus.ACTIVE}


async def test_a_slow_task_continues_in_the_background(context: Context) -> None:
    """The caller stops waiting for it; the end of the process waits until it has finished."""
    may_finish, results = asyncio.Event(), list[str]()

    async def send() -> None:
        await may_finish.wait()
        results.append("sent")

    await context.run_within(send(), 0)
    assert results == []
    may_finish.set()
    await context.wait_for_background_tasks()

    assert results == ["sent"]
    assert context.background_tasks == set()
