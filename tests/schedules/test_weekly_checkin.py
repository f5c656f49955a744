"""The weekly check-in is sent to each person who joined, at their own time."""

from datetime import date, time, timedelta
from itertools import pairwise

from bot.context import Context
from bot.domain.calendar import WeeklyRule
from bot.domain.checkins.questions import Intention
from schedules import weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.query_plans import record_statements
from tests.sample_team import ADA, CLINICIANS, MARIE, TEAM, reply_text


async def test_a_person_who_joined_gets_one_check_in_a_week(
    team_context: Context, sender: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """Ticks every six hours of three weeks send Marie three check-ins, and no other person any."""
    for _ in range(3 * 7 * 4):
        await weekly_checkin.run(team_context)
        await sender.send_all_due()
        clock.advance(hours=6)

    assert [sent.address.person for sent in outlet.sent_messages] == [MARIE.id] * 3


async def test_a_second_run_plans_nothing(team_context: Context) -> None:
    """A second run, in this or another process, plans nothing."""
    assert await weekly_checkin.run(team_context) == 1
    assert await weekly_checkin.run(team_context) == 0


async def test_run_without_due_check_ins_reads_no_record(
    team_context: Context, clock: FakeClock
) -> None:
    """Every minute, while nobody is due, no team's record is read and opened."""
    clock.advance(hours=30, minutes=1)

    with record_statements(team_context.store._engines) as statements:
        await weekly_checkin.run(team_context)

    assert any("FROM person" in statement for statement in statements)
    assert not any("team_record" in statement for statement in statements)


async def test_a_check_in_over_thirty_hours_late_is_not_planned(
    team_context: Context, clock: FakeClock
) -> None:
    """After a long outage the week's check-in is skipped."""
    clock.advance(hours=30, minutes=1)

    assert await weekly_checkin.run(team_context) == 0


async def test_a_check_in_is_due_by_the_persons_own_rule_and_zone(
    team_context: Context, clock: FakeClock
) -> None:
    """A person's rule and zone take precedence over the team's."""
    await team_context.store.across_workspaces.write(
        lambda repos: (
            repos.people.set_checkin_rule(MARIE, WeeklyRule(3, time(8))),
            repos.people.update_profile(MARIE, zone="Asia/Shanghai"),
        )
    )

    due = await weekly_checkin.next_due(team_context)

    assert due is not None
    assert due.isoformat() == "2026-07-01T00:00:00+00:00"


async def test_a_pause_skips_its_weeks(team_context: Context, clock: FakeClock) -> None:
    """No check-in is planned before the day on which the pause ends."""
    await team_context.store.across_workspaces.write(
        lambda repos: repos.people.pause_checkins(MARIE, date(2026, 7, 6))
    )

    assert await weekly_checkin.run(team_context) == 0
    clock.advance(days=7)
    assert await weekly_checkin.run(team_context) == 1


async def test_leaving_withdraws_a_planned_check_in(
    team_context: Context, sender: DeliverySender, outlet: RecordingOutlet
) -> None:
    """Leaving withdraws what was planned."""
    await weekly_checkin.run(team_context)
    await team_context.store.across_workspaces.write(
        lambda repos: repos.people.leave_checkins(MARIE)
    )

    assert await sender.send_all_due() == 0
    assert outlet.sent_messages == []


async def test_a_pending_intention_does_not_change_the_message(
    team_context: Context, sender: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A person with a pending follow-up gets the same message as every other person."""
    await team_context.store.across_workspaces.write(
        lambda repos: (
            repos.people.join_team(ADA, TEAM.id),
            repos.intentions.save_intention(
                MARIE, Intention("ask", "circle", "2026-W26", date(2026, 7, 7))
            ),
        )
    )
    await weekly_checkin.run(team_context)
    await sender.send_all_due()
    texts = {sent.address.person: reply_text(sent.message) for sent in outlet.sent_messages}
    signs = team_context.catalogue.get_pack("en").signs

    texts_without_signs = {
        person: _without_sign(text, [(sign.glyph, sign.name) for sign in signs])
        for person, text in texts.items()
    }

    assert texts_without_signs[MARIE.id] == texts_without_signs[ADA.id]


async def test_the_next_due_time_advances_by_a_week(
    team_context: Context, clock: FakeClock
) -> None:
    """Each due time is a week after the one before."""
    due_times = []
    for _ in range(4):
        due = await weekly_checkin.next_due(team_context)
        assert due is not None
        due_times.append(due)
        clock.current_time = due

    assert {later - earlier for earlier, later in pairwise(due_times)} == {timedelta(days=7)}


async def test_signs_are_dealt_per_person(team_context: Context) -> None:
    """Nine check-ins of one week do not all have the same sign."""
    await team_context.store.across_workspaces.write(
        lambda repos: [repos.people.join_team(clinician, TEAM.id) for clinician in CLINICIANS]
    )
    await weekly_checkin.run(team_context)

    deliveries = await team_context.store.across_workspaces.read(
        lambda repos: repos.deliveries.list_due_deliveries(TEAM.workspace, team_context.now(), 100)
    )

    assert len(deliveries) == len(CLINICIANS)
    assert len({delivery.detail for delivery in deliveries}) > 1


def _without_sign(text: str, signs: list[tuple[str, str]]) -> str:
    for glyph, name in signs:
        text = text.replace(f"{glyph} {name}", "").replace(glyph, "").replace(name, "")
    return text
