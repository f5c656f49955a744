"""A product is taken out of the settings while its people are in the store, and put back later."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.context import Context
from bot.conversation import SearchResult, SendResult, SendStatus
from bot.store.repositories import Repositories
from bot.workflows import team_setup
from handlers import BUTTONS
from schedules import COMPOSERS, TIMETABLE, daily_tip, refresh_profiles, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.doubles import START, FakeClock, RecordingOutlet
from tests.sample_team import (
    CLINICIANS,
    MARIE,
    SUPERVISOR,
    WORKSPACE,
    build_request,
    set_up_team,
)


@pytest.fixture
async def context_before(context: Context) -> Context:
    """A context in which Marie joined and got her first check-in, with Slack configured."""
    await set_up_team(context)
    await BUTTONS["join"](build_request(MARIE), context)
    await run_tick(context)
    return context


def without_slack(context: Context) -> Context:
    """Return the context of a process in whose settings Teams has replaced Slack."""
    return replace(context, outlets={"msteams": RecordingOutlet()})


async def run_tick(context: Context) -> int:
    """Run every duty and send what is due, as one tick does; return how many were sent."""
    for duty in TIMETABLE.values():
        await duty.run(context)
    return await DeliverySender(context, COMPOSERS).send_all_due()


async def run_weeks(context: Context, clock: FakeClock, weeks: int) -> int:
    """Run a tick every six hours for so many weeks; return how many messages were sent."""
    sent = 0
    for _ in range(weeks * 7 * 4):
        clock.advance(hours=6)
        sent += await run_tick(context)
    return sent


async def count_unanswered(context: Context) -> int:
    """Return Marie's number of unanswered check-ins in a row."""
    return (
        await context.store.across_workspaces.read(lambda repos: repos.people.get(MARIE))
    ).unanswered_count


async def delivery_states(context: Context) -> dict[str, int]:
    """Count the deliveries in the store by state."""
    counts = await context.store.across_workspaces.read(
        lambda repos: repos.deliveries.count_by_state()
    )
    states: dict[str, int] = {}
    for row in counts:
        states[row.state] = states.get(row.state, 0) + row.count
    return states


async def test_nothing_is_planned_or_counted_while_the_product_is_removed(
    context_before: Context, clock: FakeClock
) -> None:
    """In four weeks no delivery row is added or changed, and the unanswered count stays."""
    removed = without_slack(context_before)
    before = await count_unanswered(removed), await delivery_states(removed)

    assert await run_weeks(removed, clock, 4) == 0
    assert (await count_unanswered(removed), await delivery_states(removed)) == before
    assert before == (1, {"sent": 1})


async def test_the_next_check_in_comes_after_the_product_is_put_back(
    context_before: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """After eight weeks without Slack the next Monday's check-in is sent, and no older one."""
    await run_weeks(without_slack(context_before), clock, 8)
    outlet.sent_messages.clear()
    clock.current_time = START + timedelta(weeks=9, hours=-1)
    await run_tick(context_before)
    assert [sent for sent in outlet.sent_messages if sent.address.person] == []
    clock.advance(hours=1)
    await run_tick(context_before)

    assert [sent.address.person for sent in outlet.sent_messages if sent.address.person] == [
        MARIE.id
    ]
    assert await count_unanswered(context_before) == 2


async def test_a_delivery_planned_before_the_removal_is_not_claimed(
    context_before: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """Neither a tick nor another worker's queue claims it, and it is sent once Slack is back."""
    clock.advance(weeks=1)
    await weekly_checkin.run(context_before)
    sender = DeliverySender(without_slack(context_before), COMPOSERS)

    assert await sender.list_due_workspaces() == ()
    assert await sender.send_all_due() == await sender.send_workspace(WORKSPACE) == 0
    assert await delivery_states(context_before) == {"sent": 1, "planned": 1}
    assert await DeliverySender(context_before, COMPOSERS).send_all_due() == 1
    assert len(outlet.sent_messages) == 2


async def test_a_delivery_in_doubt_stays_so_until_it_can_be_looked_up(
    context_before: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """A delivery with an unknown result is looked up after the product is put back."""
    clock.advance(weeks=1)
    await weekly_checkin.run(context_before)
    outlet.send_result, outlet.check_result = SendResult(SendStatus.UNKNOWN), SearchResult.FOUND
    await DeliverySender(context_before, COMPOSERS).send_all_due()
    clock.advance(minutes=5)

    await DeliverySender(without_slack(context_before), COMPOSERS).send_all_due()
    assert await delivery_states(context_before) == {"sent": 1, "sending": 1}
    await DeliverySender(context_before, COMPOSERS).send_all_due()
    assert await delivery_states(context_before) == {"sent": 2}


async def test_duties_have_no_next_instant_for_a_removed_product(context_before: Context) -> None:
    """Neither a check-in nor a tip of a product that is not configured is due at any instant."""
    removed = without_slack(context_before)

    assert await weekly_checkin.next_due(removed) is None
    assert await daily_tip.next_due(removed) is None


async def test_profiles_of_a_removed_product_are_not_fetched(
    context_before: Context, clock: FakeClock
) -> None:
    """In the week of a removal no person counts as refreshed; in the next week each one does."""
    clock.advance(weeks=1)
    assert await refresh_profiles.run(without_slack(context_before)) == 0
    clock.advance(weeks=1)

    assert await refresh_profiles.run(context_before) == len((*CLINICIANS, SUPERVISOR))


async def test_both_products_are_independent(
    context_before: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """A removed product's due delivery does not keep the other product's from being sent."""
    clock.advance(weeks=1)
    await weekly_checkin.run(context_before)
    teams_outlet = RecordingOutlet()
    delivery_of_teams = await _plan_introduction_in_teams(context_before)

    await DeliverySender(
        replace(context_before, outlets={"msteams": teams_outlet}), COMPOSERS
    ).send_all_due()

    assert [sent.address.workspace for sent in teams_outlet.sent_messages] == [delivery_of_teams]
    assert len(outlet.sent_messages) == 1


async def _plan_introduction_in_teams(context: Context) -> str:
    """Queue a welcome card in a channel of Teams, and return its workspace."""
    adder, now = replace(MARIE, workspace="msteams:tenant"), context.now()

    def queue_card(repos: Repositories) -> None:
        team_setup.queue_welcome_card(repos, adder, "19:channel", "en", now)

    await context.store.across_workspaces.write(queue_card)
    return adder.workspace
