"""Whoever does not answer is asked less often, told so kindly once, and then left in peace."""

import asyncio
from datetime import date, datetime, timedelta
from itertools import pairwise

from bot.context import Context
from handlers import BUTTONS
from schedules import retention, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import MARIE, build_request, steps_by_name

WEEK = timedelta(weeks=1)


async def live(
    practice: Context, drain: DeliverySender, clock: FakeClock, weeks: int
) -> list[date]:
    """Walk the clock as the practice workspace does, and tell on which days something came."""
    until, days = clock.current_time + weeks * WEEK, list[date]()
    while True:
        await weekly_checkin.run(practice)
        days += [clock.current_time.date()] * await drain.send_all_due()
        await retention.run(practice)
        due = await weekly_checkin.next_due(practice)
        if due is None or due > until:
            break
        clock.current_time = due
    clock.current_time = until
    return days


async def told(practice: Context, kind: str) -> list[datetime]:
    """When something of a kind was due to somebody, as far as is remembered."""
    found = await practice.store.read(lambda repos: repos.deliveries.count_by_state())
    return [datetime.fromisoformat(str(one.day)) for one in found if one.kind == kind]


async def quiet(practice: Context) -> int:
    """Marie's quiet counter."""
    return (await practice.store.read(lambda repos: repos.people.get(MARIE))).unanswered_count


async def test_three_a_week_three_a_month_one_note_and_silence(
    practice: Context, drain: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A year without an answer brings six questions and one note, then nothing more."""
    days = await live(practice, drain, clock, 52)

    gaps = [(later - earlier) // WEEK for earlier, later in pairwise(days)]
    assert [
        steps_by_name(one.message).keys() >= {"checkin.answer"} for one in outlet.sent_messages
    ] == [True] * 6 + [False]
    assert len(days) == 7
    assert gaps[:2] == [1, 1]
    assert 1 <= gaps[2] <= 4
    assert gaps[3:] == [4, 4, 4]
    assert await quiet(practice) == 6


async def test_the_last_note_goes_on_with_one_tap(
    practice: Context, drain: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """The tap asks at once where this week's question is still fresh, and weekly from then on."""
    await live(practice, drain, clock, 52)
    before = len(outlet.sent_messages)
    assert {"checkin.again", "checkin.leave"} == set(
        steps_by_name(outlet.sent_messages[-1].message)
    )

    await BUTTONS["checkin.again"](build_request(MARIE), practice)
    await live(practice, drain, clock, 2)

    assert await quiet(practice) in {2, 3}
    assert len(outlet.sent_messages) - before == await quiet(practice)


async def test_a_note_is_not_sent_to_whoever_came_back_meanwhile(
    practice: Context, drain: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """It was promised; then its person used their check-ins."""
    while await quiet(practice) < 6:
        await live(practice, drain, clock, 1)
    while not await told(practice, "lastnote"):
        clock.current_time = await weekly_checkin.next_due(practice) or clock.current_time
        await weekly_checkin.run(practice)
    before = len(outlet.sent_messages)
    await practice.store.write(lambda repos: repos.people.set_unanswered_count(MARIE, 0))

    await drain.send_all_due()

    assert len(outlet.sent_messages) == before


async def test_two_clocks_count_a_question_once(practice: Context) -> None:
    """The counter goes up with the promise, and only with the one that was kept."""
    await asyncio.gather(*(weekly_checkin.run(practice) for _ in range(4)))

    assert await quiet(practice) == 1


async def test_what_a_closed_workspace_is_not_asked_counts_for_nobody(
    practice: Context, clock: FakeClock
) -> None:
    """A revoked token makes nobody quiet; once it is mended, the question comes in time."""
    workspace = MARIE.workspace
    await practice.store.write(lambda repos: repos.workspaces.suspend(workspace, "revoked"))
    assert await weekly_checkin.run(practice) == 0
    assert await quiet(practice) == 0

    await practice.store.write(lambda repos: repos.workspaces.resume(workspace))

    assert await weekly_checkin.run(practice) == 1
