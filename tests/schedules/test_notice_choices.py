"""A notice that its person stopped or moved."""

from datetime import UTC, datetime, time, timedelta

from bot.context import Context
from bot.domain.calendar import WeeklyRule
from bot.domain.counts.close_schedule import NoticePreference
from bot.domain.people import Role
from schedules import close_notice, retention
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import (
    SUPERVISOR,
    TEAM,
)
from tests.schedules.notices import TEAM_HOUR, count_notices, grant_role, run_tick, save_preference


async def test_a_person_who_stopped_the_notices_gets_none(
    supervised_context: Context, clock: FakeClock
) -> None:
    """A stopped notice is neither planned nor due, nor counted as missed."""
    await save_preference(supervised_context, NoticePreference(is_stopped=True))
    await close_notice.run(supervised_context)
    assert await close_notice.next_due(supervised_context) is None
    clock.current_time = TEAM_HOUR + timedelta(days=4)

    assert await run_tick(supervised_context) == 0
    assert await count_notices(supervised_context) == {}


async def test_stopping_withdraws_a_planned_notice(
    supervised_context: Context,
    notice_sender: DeliverySender,
    outlet: RecordingOutlet,
    clock: FakeClock,
) -> None:
    """A notice that is planned and not sent yet is withdrawn."""
    clock.current_time = TEAM_HOUR
    await run_tick(supervised_context)
    await save_preference(supervised_context, NoticePreference(is_stopped=True))

    assert await notice_sender.send_all_due() == 0
    assert await count_notices(supervised_context) == {("withdrawn", ""): 1}


async def test_a_moved_notice_comes_at_its_own_time(
    supervised_context: Context, clock: FakeClock
) -> None:
    """Moved to Thursday at three, it is due then, in the team's zone, and not before."""
    await save_preference(supervised_context, NoticePreference(rule=WeeklyRule(4, time(15))))
    clock.current_time = TEAM_HOUR
    assert await run_tick(supervised_context) == 0
    due = await close_notice.next_due(supervised_context)
    assert due == datetime(2026, 7, 9, 19, 0, tzinfo=UTC)
    clock.current_time = due

    assert await run_tick(supervised_context) == 1


async def test_moving_after_the_message_sends_no_second_one(
    supervised_context: Context, notice_sender: DeliverySender, clock: FakeClock
) -> None:
    """The unique key is the closing day, so that a move counts from the next close on."""
    clock.current_time = TEAM_HOUR
    await run_tick(supervised_context)
    await notice_sender.send_all_due()
    await save_preference(supervised_context, NoticePreference(rule=WeeklyRule(4, time(15))))
    clock.current_time = datetime(2026, 7, 9, 19, 0, tzinfo=UTC)

    assert await run_tick(supervised_context) == 0


async def test_a_choice_is_deleted_with_the_last_role(supervised_context: Context) -> None:
    """A person's choice about notices is kept as long as they have a role."""
    scope = supervised_context.store.across_workspaces
    await save_preference(supervised_context, NoticePreference(is_stopped=True))
    await retention.run(supervised_context)
    assert await scope.read(lambda repos: repos.close_notices.get_preference(SUPERVISOR))

    await grant_role(supervised_context, TEAM, Role.SUPERVISOR)
    await retention.run(supervised_context)

    assert await scope.read(lambda repos: repos.close_notices.get_preference(SUPERVISOR)) is None
