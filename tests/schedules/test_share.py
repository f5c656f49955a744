"""What a supervisor shared with the team's channel."""

from dataclasses import replace
from datetime import date

from bot.context import Context
from bot.conversation import Address
from bot.domain.counts.sharing import SharedPost
from bot.domain.delivery_kind import DeliveryKind
from bot.elements import Audience
from bot.store.repositories import Repositories
from bot.workflows import shared_tables
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import CHANNEL, SUPERVISOR, TEAM, build_request, reply_text

SHARE = SharedPost("30", date(2026, 6, 29))


async def queue(context: Context, idempotency_key: str = "act 1") -> str:
    """Queue the plan of an hour for the team's channel; return the slot key."""
    request = build_request(SUPERVISOR, idempotency_key=idempotency_key)
    return await context.store.across_workspaces.write(
        lambda repos: shared_tables.queue_share(repos, request, TEAM, SHARE, context.now())
    )


async def test_a_share_is_posted_once(
    team_context: Context, sender: DeliverySender, outlet: RecordingOutlet
) -> None:
    """The plan is posted once in the channel, and names who shared it."""
    for _ in range(2):
        await queue(team_context)
        await sender.send_all_due()

    (sent,) = outlet.sent_messages
    assert sent.address.channel == CHANNEL
    assert sent.message.audience is Audience.TEAM
    assert SUPERVISOR.id in reply_text(sent.message)
    assert "One thing to take along" in reply_text(sent.message)


async def test_a_late_share_is_not_posted(
    team_context: Context, sender: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """After twelve hours it is not posted: the hour it was meant for may be over."""
    await queue(team_context)
    clock.advance(hours=13)
    await sender.send_all_due()

    assert outlet.sent_messages == []


async def test_a_share_of_a_channel_without_a_team_is_withdrawn(
    team_context: Context, sender: DeliverySender, outlet: RecordingOutlet
) -> None:
    """What was shared with a channel that the team left since is not posted there."""
    slot = await queue(team_context)

    def move_team(repos: Repositories) -> None:
        repos.teams.save(replace(TEAM, channel="C0NEW"))

    await team_context.store.across_workspaces.write(move_team)
    await sender.send_all_due()

    def find_state(repos: Repositories) -> str | None:
        address = Address(TEAM.workspace, channel=CHANNEL)
        return repos.delivery_history.find_channel_state(DeliveryKind.SHARE, address, slot)

    state = await team_context.store.across_workspaces.read(find_state)
    assert outlet.sent_messages == []
    assert state == "withdrawn"
