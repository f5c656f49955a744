"""Who is notified of a closed period: one message each, and for roles alone."""

from dataclasses import replace
from datetime import date

from bot.context import Context
from bot.conversation import SendResult, SendStatus
from bot.domain.people import Role
from bot.store.repositories import Repositories
from schedules import close_notice
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import (
    CLINICIANS,
    DIRECTOR,
    OTHER_TEAM,
    SUPERVISOR,
    TEAM,
    build_person,
    reply_text,
    set_up_team,
)
from tests.schedules.notices import (
    FRIDAY_CLINICIANS,
    TEAM_HOUR,
    count_notices,
    grant_role,
    run_tick,
)


async def test_a_supervisor_of_sixty_teams_gets_one_message(
    context: Context, notice_sender: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """However many teams close on one day, a person gets one message for all of them."""
    for number in range(60):
        team = replace(TEAM, id=f"team{number:02}", channel=f"C{number}", name=f"Team {number}")
        people = tuple(build_person(f"t{number}p{index}") for index in range(5))
        await set_up_team(context, team, people)
    clock.current_time = TEAM_HOUR

    assert await run_tick(context) == 1
    assert await notice_sender.send_all_due() == 1
    words = context.catalogue.get_pack("en")
    assert words.translate("notice.teams") in reply_text(outlet.sent_messages[0].message)


async def test_a_director_gets_one_message_for_the_practice(
    context: Context, notice_sender: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A director of one team directs its practice: one message names it, without sharing."""
    await set_up_team(context, replace(TEAM, practice="Northshore"))
    await set_up_team(context, replace(OTHER_TEAM, practice="Northshore"), FRIDAY_CLINICIANS)
    await grant_role(context, TEAM, Role.DIRECTOR, DIRECTOR)
    clock.current_time = TEAM_HOUR

    assert await run_tick(context) == 2
    await notice_sender.send_all_due()
    text = next(
        reply_text(sent.message)
        for sent in outlet.sent_messages
        if sent.address.person == DIRECTOR.id
    )
    words = context.catalogue.get_pack("en")
    assert words.translate("notice.practice", name="Northshore") in text
    assert words.translate("notice.share") not in text


async def test_a_supervising_director_gets_one_message(
    supervised_context: Context, clock: FakeClock
) -> None:
    """Both roles in one team are one message."""
    await grant_role(supervised_context, TEAM, Role.DIRECTOR, SUPERVISOR)
    clock.current_time = TEAM_HOUR

    assert await run_tick(supervised_context) == 1


async def test_no_clinician_is_notified(
    supervised_context: Context,
    notice_sender: DeliverySender,
    outlet: RecordingOutlet,
    clock: FakeClock,
) -> None:
    """Also where the team opened its tables to its roster, the message is for roles alone."""
    await set_up_team(supervised_context, replace(TEAM, open_to_team=True))
    clock.current_time = TEAM_HOUR
    await run_tick(supervised_context)
    await notice_sender.send_all_due()

    assert [sent.address.person for sent in outlet.sent_messages] == [SUPERVISOR.id]


async def test_a_person_without_a_role_gets_nothing(
    supervised_context: Context, notice_sender: DeliverySender, clock: FakeClock
) -> None:
    """A supervisor who left the set-up is not planned for, and a planned notice is withdrawn."""
    clock.current_time = TEAM_HOUR
    await run_tick(supervised_context)
    await grant_role(supervised_context, TEAM, Role.SUPERVISOR)

    assert await notice_sender.send_all_due() == 0
    assert await run_tick(supervised_context) == 0
    assert await count_notices(supervised_context) == {("withdrawn", ""): 1}


async def test_an_unreachable_person_is_not_planned_for(
    supervised_context: Context, clock: FakeClock
) -> None:
    """A person whose address accepts no messages is skipped, like in the check-ins."""
    await supervised_context.store.across_workspaces.write(
        lambda repos: (
            repos.people.set_language(SUPERVISOR, "en"),
            repos.people.mark_unreachable(SUPERVISOR, "user_disabled"),
        )
    )
    clock.current_time = TEAM_HOUR

    assert await run_tick(supervised_context) == 0


async def test_a_closed_account_is_tried_once(
    supervised_context: Context,
    notice_sender: DeliverySender,
    outlet: RecordingOutlet,
    clock: FakeClock,
) -> None:
    """A person who left the workspace is tried once a close, and nothing is stored about them."""
    outlet.send_result = SendResult(SendStatus.ADDRESS_UNREACHABLE, reason="user_disabled")
    clock.current_time = TEAM_HOUR
    for _ in range(10):
        await run_tick(supervised_context)
        await notice_sender.send_all_due()
        clock.advance(hours=1)

    assert await count_notices(supervised_context) == {("gone", "user_disabled"): 1}


async def test_pausing_check_ins_keeps_a_planned_notice(
    supervised_context: Context, clock: FakeClock
) -> None:
    """A director who pauses or leaves their own check-ins still gets the notice of their role."""
    await grant_role(supervised_context, TEAM, Role.DIRECTOR, CLINICIANS[0])
    clock.current_time = TEAM_HOUR
    await run_tick(supervised_context)

    def pause_and_leave(repos: Repositories) -> None:
        repos.people.join_team(CLINICIANS[0], TEAM.id)
        repos.people.pause_checkins(CLINICIANS[0], date(2026, 8, 1))
        repos.people.leave_checkins(CLINICIANS[0])

    await supervised_context.store.across_workspaces.write(pause_and_leave)

    assert await count_notices(supervised_context) == {("planned", ""): 2}


async def test_a_removed_product_is_not_planned_for(
    supervised_context: Context, clock: FakeClock
) -> None:
    """Nothing is planned or due for people of a product that is not configured."""
    removed = replace(supervised_context, outlets={"msteams": RecordingOutlet()})
    clock.current_time = TEAM_HOUR

    assert await run_tick(removed) == 0
    assert await close_notice.next_due(removed) is None


async def test_a_team_that_is_not_counted_has_no_notice(context: Context, clock: FakeClock) -> None:
    """A team too small for a period has no close, and so no message."""
    await set_up_team(context, TEAM, CLINICIANS[:3])
    clock.current_time = TEAM_HOUR

    assert await run_tick(context) == 0
    assert await close_notice.next_due(context) is None


async def test_the_message_is_in_the_persons_language(
    supervised_context: Context,
    notice_sender: DeliverySender,
    outlet: RecordingOutlet,
    clock: FakeClock,
) -> None:
    """A chosen language takes precedence over the team's."""
    await supervised_context.store.across_workspaces.write(
        lambda repos: repos.people.set_language(SUPERVISOR, "fr-CA")
    )
    clock.current_time = TEAM_HOUR
    await run_tick(supervised_context)
    await notice_sender.send_all_due()

    words = supervised_context.catalogue.get_pack("fr-CA")
    assert words.translate("notice.open") in reply_text(outlet.sent_messages[0].message)
