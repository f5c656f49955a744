"""The context finds the outlet of a workspace's product, and runs tasks in the background."""

import asyncio
from dataclasses import replace
from itertools import product

import pytest

from bot.context import Context
from bot.conversation import Person
from bot.outlet import AccountStatus
from bot.retention_periods import RetentionPeriods
from bot.stated_retention import replace_retention
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

    await context.run_background_task(send(), 0)
    assert results == []
    may_finish.set()
    await context.wait_for_background_tasks()

    assert results == ["sent"]
    assert context.background_tasks == set()


def test_each_workspace_has_its_own_content_or_the_deployment_s(context: Context) -> None:
    """Also asked of the context of another workspace, from which nothing passes on."""
    shared = context.catalogue
    north, south = (shared.add_safety_texts({"en": text}) for text in ("Call 1.", "Call 2."))
    contents = {"slack:T0NORTH": north, "slack:T0SOUTH": south}
    context = replace(context, workspace_catalogues={**contents, "slack:T0WEST": shared})
    contents |= {"slack:T0WEST": shared, "slack:T0EAST": shared}

    for first, second in product(contents, repeat=2):
        narrowed = context.for_workspace(first)
        assert narrowed.catalogue is contents[first]
        assert narrowed.for_workspace(second).catalogue is contents[second]
        assert narrowed.catalogues == (shared, north, south)
    assert context.for_workspace("slack:T0EAST") is context


def test_only_differing_periods_are_a_workspace_s_own(context: Context) -> None:
    """A workspace with the deployment's periods is deleted with all others."""
    own = {
        name: replace_retention(context.catalogue, RetentionPeriods(months))
        for name, months in (("slack:T0NORTH", 7), ("slack:T0SOUTH", 24))
    }
    context = replace(context, workspace_catalogues=own)

    for workspace in ("slack:T0NORTH", "slack:T0SOUTH", "slack:T0EAST"):
        narrowed = context.for_workspace(workspace)
        assert narrowed.list_workspace_retention() == {"slack:T0NORTH": RetentionPeriods(7)}
