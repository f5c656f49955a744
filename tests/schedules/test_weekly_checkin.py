"""The weekly question: to whoever joined, at their own time, the same for everybody."""

from datetime import date, time, timedelta
from itertools import pairwise

from bot.context import Context
from bot.domain.calendar import WeeklyRule
from bot.domain.checkins.questions import Intention
from schedules import weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import ADA, CLINICIANS, MARIE, TEAM, reply_text


async def test_whoever_joined_is_asked_once_a_week(
    practice: Context, drain: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """Ticking every six hours of three weeks asks Marie three times, and nobody else."""
    for _ in range(3 * 7 * 4):
        await weekly_checkin.run(practice)
        await drain.send_all_due()
        clock.advance(hours=6)

    assert [one.address.person for one in outlet.sent_messages] == [MARIE.id] * 3


async def test_planning_twice_plans_nothing_new(practice: Context) -> None:
    """A second tick, here or on another machine, changes nothing."""
    assert await weekly_checkin.run(practice) == 1
    assert await weekly_checkin.run(practice) == 0


async def test_a_question_more_than_thirty_hours_late_is_not_asked(
    practice: Context, clock: FakeClock
) -> None:
    """After a long outage the week is left alone rather than asked days later."""
    clock.advance(hours=30, minutes=1)

    assert await weekly_checkin.run(practice) == 0


async def test_a_person_is_asked_at_their_own_day_time_and_zone(
    practice: Context, clock: FakeClock
) -> None:
    """Their rule and zone win over the team's."""
    await practice.store.write(
        lambda repos: (
            repos.people.set_checkin_rule(MARIE, WeeklyRule(3, time(8))),
            repos.people.update_profile(MARIE, zone="Asia/Shanghai"),
        )
    )

    due = await weekly_checkin.next_due(practice)

    assert due is not None
    assert due.isoformat() == "2026-07-01T00:00:00+00:00"


async def test_a_pause_leaves_its_weeks_out(practice: Context, clock: FakeClock) -> None:
    """Nothing is planned before the day on which the pause ends."""
    await practice.store.write(lambda repos: repos.people.pause_checkins(MARIE, date(2026, 7, 6)))

    assert await weekly_checkin.run(practice) == 0
    clock.advance(days=7)
    assert await weekly_checkin.run(practice) == 1


async def test_who_left_after_it_was_planned_is_not_asked(
    practice: Context, drain: DeliverySender, outlet: RecordingOutlet
) -> None:
    """Leaving takes back what was planned."""
    await weekly_checkin.run(practice)
    await practice.store.write(lambda repos: repos.people.leave_checkins(MARIE))

    assert await drain.send_all_due() == 0
    assert outlet.sent_messages == []


async def test_a_pending_intention_does_not_show_in_the_message(
    practice: Context, drain: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """Whoever chose to be reminded gets the same message as everybody else."""
    await practice.store.write(
        lambda repos: (
            repos.people.join_team(ADA, TEAM.id),
            repos.intentions.save_intention(
                MARIE, Intention("ask", "circle", "2026-W26", date(2026, 7, 7))
            ),
        )
    )
    await weekly_checkin.run(practice)
    await drain.send_all_due()
    texts = {one.address.person: reply_text(one.message) for one in outlet.sent_messages}
    signs = practice.catalogue.get_pack("en").signs

    bare = {
        person: _without_sign(said, [(sign.glyph, sign.name) for sign in signs])
        for person, said in texts.items()
    }

    assert bare[MARIE.id] == bare[ADA.id]


async def test_the_next_question_falls_due_later_than_now(
    practice: Context, clock: FakeClock
) -> None:
    """Walking from one to the next moves on by a week each time."""
    seen = []
    for _ in range(4):
        due = await weekly_checkin.next_due(practice)
        assert due is not None
        seen.append(due)
        clock.current_time = due

    assert {later - earlier for earlier, later in pairwise(seen)} == {timedelta(days=7)}


async def test_signs_are_dealt_anew_for_each_person(practice: Context) -> None:
    """Nine people who are asked in one week do not all get the same sign."""
    await practice.store.write(
        lambda repos: [repos.people.join_team(one, TEAM.id) for one in CLINICIANS]
    )
    await weekly_checkin.run(practice)

    owed = await practice.store.read(
        lambda repos: repos.deliveries.list_due_deliveries(TEAM.workspace, practice.now(), 100)
    )

    assert len(owed) == len(CLINICIANS)
    assert len({one.detail for one in owed}) > 1


def _without_sign(said: str, signs: list[tuple[str, str]]) -> str:
    for picture, name in signs:
        said = said.replace(f"{picture} {name}", "").replace(picture, "").replace(name, "")
    return said
