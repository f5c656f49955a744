"""Each supervisor and director is notified once that a period has closed, at the team's hour."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.context import Context
from handlers import FORMS
from schedules import close_notice, retention
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.key_folders import list_period_keys
from tests.sample_team import (
    CLINICIANS,
    SUPERVISOR,
    TEAM,
    build_request,
    reply_text,
)
from tests.schedules.notices import FILING, TEAM_HOUR, count_notices, run_tick


async def test_a_supervisor_gets_one_message_at_the_teams_hour(
    supervised_context: Context,
    notice_sender: DeliverySender,
    outlet: RecordingOutlet,
    clock: FakeClock,
) -> None:
    """Ticks every half hour of sixteen days send one message, to the supervisor, at nine."""
    sent_at = []
    for _ in range(16 * 48):
        await run_tick(supervised_context)
        if await notice_sender.send_all_due():
            sent_at.append(clock())
        clock.advance(minutes=30)

    assert sent_at == [TEAM_HOUR]
    assert [sent.address.person for sent in outlet.sent_messages] == [SUPERVISOR.id]


@pytest.mark.parametrize("filing_count", [0, 1, 9])
async def test_the_message_comes_whatever_was_filed(
    supervised_context: Context,
    notice_sender: DeliverySender,
    outlet: RecordingOutlet,
    clock: FakeClock,
    filing_count: int,
) -> None:
    """Nothing, one or nine debriefs: one message of the same controls at the same time."""
    for number, person in enumerate(CLINICIANS[:filing_count]):
        request = build_request(person, answers=FILING, idempotency_key=f"{number}")
        await FORMS["debrief"](request, supervised_context)
    clock.current_time = TEAM_HOUR

    assert await run_tick(supervised_context) == 1
    assert await notice_sender.send_all_due() == 1
    lines = reply_text(outlet.sent_messages[0].message).splitlines()
    words = supervised_context.catalogue.get_pack("en")
    assert lines[0] == words.translate("notice.team", name=TEAM.name)
    assert lines[-3:] == [
        words.translate(f"notice.{key}") for key in ("open", "share", "menu.label")
    ]


async def test_nothing_is_planned_before_the_hour_or_the_close(
    supervised_context: Context, clock: FakeClock
) -> None:
    """A minute before the team's hour nothing is planned."""
    clock.current_time = TEAM_HOUR - timedelta(minutes=1)

    assert await run_tick(supervised_context) == 0
    assert await close_notice.next_due(supervised_context) == TEAM_HOUR


async def test_the_next_due_time_of_an_open_period_is_known(
    supervised_context: Context, clock: FakeClock
) -> None:
    """Before the close the next instant is the team's hour of the closing day, then a later one."""
    assert await close_notice.next_due(supervised_context) == TEAM_HOUR
    clock.current_time = TEAM_HOUR
    await run_tick(supervised_context)

    due = await close_notice.next_due(supervised_context)
    assert due == datetime(2026, 10, 5, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "planned", "states"),
    [
        (47, 1, {("planned", ""): 1}),
        (48, 1, {("planned", ""): 1}),
        (49, 0, {("missed", "late"): 1}),
        (24 * 20, 0, {("missed", "late"): 1}),
    ],
)
async def test_a_notice_missed_for_more_than_two_days_is_not_sent(
    supervised_context: Context,
    clock: FakeClock,
    hours: int,
    planned: int,
    states: dict[tuple[str, str], int],
) -> None:
    """After an outage of up to 48 hours it is sent; after a longer one it is only counted."""
    await close_notice.run(supervised_context)
    clock.current_time = TEAM_HOUR + timedelta(hours=hours)

    assert await run_tick(supervised_context) == planned
    assert await run_tick(supervised_context) == 0
    assert await count_notices(supervised_context) == states


async def test_a_notice_that_waits_for_the_product_expires(
    supervised_context: Context, notice_sender: DeliverySender, clock: FakeClock
) -> None:
    """A planned notice that no sender could send for 48 hours is missed."""
    clock.current_time = TEAM_HOUR
    await run_tick(supervised_context)
    clock.advance(hours=49)
    await retention.run(supervised_context)

    assert await notice_sender.send_all_due() == 0
    assert await count_notices(supervised_context) == {("missed", ""): 1}


async def test_a_late_notice_waits_for_the_morning(
    supervised_context: Context,
    notice_sender: DeliverySender,
    outlet: RecordingOutlet,
    clock: FakeClock,
) -> None:
    """Planned by day and sent after an outage until the night, it comes the next morning."""
    clock.current_time = TEAM_HOUR
    await run_tick(supervised_context)
    clock.current_time = TEAM_HOUR.replace(day=7, hour=2)
    assert await notice_sender.send_all_due() == 0
    clock.current_time = TEAM_HOUR.replace(day=7, hour=11, minute=30)
    assert await notice_sender.send_all_due() == 1


async def test_a_lost_key_is_announced_when_its_table_is_out(
    supervised_context: Context,
    notice_sender: DeliverySender,
    outlet: RecordingOutlet,
    clock: FakeClock,
) -> None:
    """A table that says that the key was lost comes a week later, and so does its message."""
    store = supervised_context.store
    for stored_key in list_period_keys(store):
        store.key_store.delete(stored_key)
    clock.current_time = TEAM_HOUR
    assert await run_tick(supervised_context) == 0
    clock.current_time = TEAM_HOUR + timedelta(days=7)

    assert await run_tick(supervised_context) == 1
    assert await notice_sender.send_all_due() == 1
    words = supervised_context.catalogue.get_pack("en")
    text = reply_text(outlet.sent_messages[0].message)
    assert words.translate("notice.team", name=TEAM.name) in text
