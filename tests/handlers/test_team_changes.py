"""A supervisor moves the team to the channel they are in, or closes it."""

from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import Channel, Person, Profile, SendResult, SendStatus
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.teams.audit_entry import AuditAction
from bot.errors import NotTheirTeamError
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import DeliveryState, PlannedDelivery
from handlers import BUTTONS, COMMANDS, FORMS
from schedules import close_periods
from tests.doubles import FakeClock, RecordingOutlet
from tests.handlers.setup_forms import (
    CURRENT_ANSWERS,
    load_teams,
    open_setup,
    resolve_reply,
    submit_setup,
)
from tests.sample_team import (
    ADMIN,
    CHANNEL,
    CLINICIANS,
    MARIE,
    OTHER_CHANNEL,
    OTHER_TEAM,
    STRANGER,
    SUPERVISOR,
    TEAM,
    FormAnswers,
    build_channel_command,
    build_request,
    reply_text,
    set_up_team,
    steps_by_name,
)

CODES: FormAnswers = {"form": "away", "status": "touched"}
FREE_CHANNEL = "C0RIVER"
MOVE_DATA = f"{TEAM.id} {FREE_CHANNEL}"


async def open_setup_in(context: Context, channel: str) -> object:
    """Open the set-up of the only team by the command, typed in *channel*."""
    request = build_channel_command(SUPERVISOR, Channel(channel, "river"))
    return await resolve_reply(await COMMANDS["supervision"].handle_request(request, context))


async def press_move(context: Context, person: Person = SUPERVISOR, data: str = MOVE_DATA) -> str:
    """Press the button that moves the Monday team, and return the reply's text."""
    request = build_request(person, data=data)
    return reply_text(await resolve_reply(await BUTTONS["supervision.move"](request, context)))


async def submit_removal(context: Context, person: Person = SUPERVISOR) -> str:
    """Close the Monday team by the form, and return the reply's text."""
    request = build_request(person, data=TEAM.id, answers={})
    return reply_text(await resolve_reply(await FORMS["closing"](request, context)))


async def file_debrief(context: Context, person: Person, key: str) -> str:
    """File a debrief, and return what its filer reads."""
    request = build_request(person, answers=CODES, idempotency_key=key)
    return reply_text(await FORMS["debrief"](request, context))


@pytest.mark.parametrize(
    ("channel", "is_offered"), [(CHANNEL, False), (OTHER_CHANNEL, False), (FREE_CHANNEL, True)]
)
async def test_the_move_is_offered_in_a_free_channel(
    context: Context, channel: str, *, is_offered: bool
) -> None:
    """In the team's own channel, or another team's, the set-up has no such button."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, (), (STRANGER,))

    steps = steps_by_name(await open_setup_in(context, channel))

    assert ("supervision.move" in steps) is is_offered


async def test_a_moved_team_keeps_its_people_and_introduces_itself(
    context: Context, outlet: RecordingOutlet
) -> None:
    """The card is in the new channel, and a debrief after the move counts as one before it."""
    await set_up_team(context)

    text = await press_move(context)

    (team,) = await load_teams(context)
    (sent,) = outlet.sent_messages
    assert team == replace(TEAM, channel=FREE_CHANNEL)
    assert sent.address.channel == FREE_CHANNEL
    assert f"The introduction card is in #{{{FREE_CHANNEL}}}" in text
    assert "no team's list" not in await file_debrief(context, MARIE, "act 2")


async def test_a_repeated_move_posts_no_second_card(
    context: Context, outlet: RecordingOutlet
) -> None:
    """A double click and a retry leave one card."""
    await set_up_team(context)

    await press_move(context)
    await press_move(context)

    assert len(outlet.sent_messages) == 1


async def test_a_move_to_a_channel_without_the_bot_shows_the_step_that_is_left(
    context: Context, outlet: RecordingOutlet
) -> None:
    """The team has moved; the form has the invitation, as after a set-up."""
    await set_up_team(context)
    outlet.send_result = SendResult(SendStatus.ADDRESS_UNREACHABLE, reason="not_in_channel")

    assert "/invite @Attune" in await press_move(context)


async def test_a_team_does_not_move_to_the_channel_of_another(context: Context) -> None:
    """A channel that was taken since the form was opened is refused, and nothing changes."""
    await set_up_team(context)
    await set_up_team(context, replace(OTHER_TEAM, channel=FREE_CHANNEL), (), (STRANGER,))

    text = await press_move(context)

    assert "Another team already has this channel" in text
    assert TEAM in await load_teams(context)


async def test_a_client_cannot_name_a_channel_that_the_product_does_not_list(
    context: Context,
) -> None:
    """Where a client can submit any text, the channel has to be listed."""
    await set_up_team(context)
    request = replace(
        build_request(SUPERVISOR, data=MOVE_DATA), listed_channels=frozenset({OTHER_CHANNEL})
    )

    reply = await resolve_reply(await BUTTONS["supervision.move"](request, context))

    assert "Attune is not in this channel yet" in reply_text(reply)
    assert await load_teams(context) == (TEAM,)


async def test_a_new_channel_in_the_form_withdraws_what_was_planned_for_the_old_one(
    context: Context,
) -> None:
    """No tip is posted in a channel that the team has left."""
    await set_up_team(context)
    tip = PlannedDelivery(
        TEAM.workspace,
        DeliveryKind.TIP,
        "",
        CHANNEL,
        "day",
        context.now(),
        context.now().replace(year=2027),
        "",
    )
    await context.store.across_workspaces.write(
        lambda repos: repos.deliveries.plan_deliveries([tip])
    )

    await submit_setup(context, SUPERVISOR, TEAM.id, {**CURRENT_ANSWERS, "channel": FREE_CHANNEL})

    counts = await context.store.across_workspaces.read(
        lambda repos: repos.deliveries.count_by_state()
    )
    assert DeliveryState.PLANNED not in {count.state for count in counts}


async def test_the_closing_form_changes_nothing(context: Context) -> None:
    """It states the number of people, the day and the tables, like a dry run."""
    await set_up_team(context)
    request = build_request(SUPERVISOR, data=TEAM.id)

    text = reply_text(await resolve_reply(await BUTTONS["supervision.close"](request, context)))

    assert "9 clinicians are on its list" in text
    assert "counts in this team until **Monday, July 6**" in text
    assert await load_teams(context) == (TEAM,)


async def test_people_of_a_closed_team_count_until_the_close_and_read_of_it(
    context: Context, clock: FakeClock
) -> None:
    """Each debrief before the close is counted; one afterwards is said to count nowhere."""
    await set_up_team(context)
    assert "**Monday team** is closed" in await submit_removal(context)

    before = await file_debrief(context, MARIE, "act 2")
    clock.advance(weeks=14)
    await close_periods.run(context)
    after = await file_debrief(context, MARIE, "act 3")

    assert "no team's list" not in before
    assert "no team's list" in after


async def test_the_tables_of_a_closed_team_stay_readable(
    context: Context, clock: FakeClock
) -> None:
    """Its supervisor reads the table of the period in which it was closed."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.teams.save_agreement(SUPERVISOR, TEAM.id)
    )
    for number, person in enumerate(CLINICIANS):
        await file_debrief(context, person, f"act {number}")
    await submit_removal(context)
    clock.advance(weeks=14)
    await close_periods.run(context)

    report = await COMMANDS["debriefs"].handle_request(build_request(SUPERVISOR), context)

    assert "Monday team" in reply_text(report)
    assert "first table" not in reply_text(report)


async def test_people_of_a_closed_team_are_on_no_list(context: Context) -> None:
    """Also who joined by themselves leaves, and the channel is free for another team."""

    def join_stranger(repos: Repositories) -> None:
        repos.people.join_team(STRANGER, TEAM.id)

    await set_up_team(context)
    await context.store.across_workspaces.write(join_stranger)

    await submit_removal(context)
    await set_up_team(context, replace(OTHER_TEAM, channel=CHANNEL), CLINICIANS)

    homes = await context.store.across_workspaces.read(
        lambda repos: [repos.teams.get_home_team(person) for person in (STRANGER, MARIE)]
    )
    assert [team and team.id for team in homes] == [None, OTHER_TEAM.id]


async def test_a_closed_team_has_no_set_up(context: Context) -> None:
    """A form that is still open is refused, and the command offers no such team."""
    await set_up_team(context)
    await submit_removal(context)

    for data in (TEAM.id, MOVE_DATA):
        with pytest.raises(NotTheirTeamError):
            await press_move(context, data=data)
    assert "set-up opens for its supervisors" in reply_text(await open_setup(context, SUPERVISOR))


@pytest.mark.parametrize("person", [ADMIN, MARIE, STRANGER], ids=["admin", "clinician", "stranger"])
async def test_a_team_is_its_supervisors_to_move_and_to_close(
    context: Context, outlet: RecordingOutlet, person: Person
) -> None:
    """An admin neither moves nor closes a team that has a supervisor, nor does anybody else."""
    outlet.profiles[ADMIN] = Profile(is_admin=True)
    await set_up_team(context)

    for change in (press_move, submit_removal):
        with pytest.raises(NotTheirTeamError):
            await change(context, person)
    assert await load_teams(context) == (TEAM,)


async def test_an_admin_closes_a_team_that_no_supervisor_has(
    context: Context, outlet: RecordingOutlet
) -> None:
    """Otherwise such a team could end by the operator alone."""
    outlet.profiles[ADMIN] = Profile(is_admin=True)
    await set_up_team(context, supervisors=())

    assert "is closed" in await submit_removal(context, ADMIN)


async def test_moves_and_closes_are_in_the_audit_trail(context: Context) -> None:
    """A repeated move is no change, and adds no entry."""
    await set_up_team(context)
    for _ in range(2):
        await press_move(context)
    await submit_removal(context)

    entries = await context.store.across_workspaces.read(
        lambda repos: repos.audit_trail.list_entries(team_ids=[TEAM.id])
    )
    assert {(entry.action, entry.actor_id, entry.detail) for entry in entries} == {
        (AuditAction.MOVED, SUPERVISOR.id, f"{CHANNEL} {FREE_CHANNEL}"),
        (AuditAction.CLOSED, SUPERVISOR.id, ""),
    }
    assert len(entries) == 2
