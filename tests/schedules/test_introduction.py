"""The introduction card of a team."""

from bot.context import Context
from bot.conversation import SendResult, SendStatus
from bot.domain.delivery_kind import DeliveryKind
from bot.elements import Audience
from bot.store.repositories.deliveries import PlannedDelivery
from bot.workflows import team_setup
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import ADMIN, CHANNEL, SUPERVISOR, TEAM, reply_text, steps_by_name


async def plan_card(team_context: Context) -> None:
    """Plan the introduction card of the team."""
    now, kind = team_context.now(), DeliveryKind.INTRODUCTION
    deadline = now + team_setup.INTRODUCTION_LIFETIME
    card = PlannedDelivery(TEAM.workspace, kind, "", CHANNEL, TEAM.id, now, deadline, ADMIN.id)
    await team_context.store.across_workspaces.write(
        lambda repos: repos.deliveries.plan_deliveries([card])
    )


async def test_the_card_names_the_admin_and_the_supervisor(
    team_context: Context, sender: DeliverySender, outlet: RecordingOutlet
) -> None:
    """The card is posted once, with Join, and names the admin and the supervisor."""
    for _ in range(2):
        await plan_card(team_context)
        await sender.send_all_due()

    (sent,) = outlet.sent_messages
    assert sent.message.audience is Audience.TEAM
    assert ADMIN.id in reply_text(sent.message)
    assert SUPERVISOR.id in reply_text(sent.message)
    assert "join" in steps_by_name(sent.message)


async def test_a_rejected_card_is_sent_again(
    team_context: Context, sender: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A card that the product rejected is posted once, as soon as it is accepted."""
    await plan_card(team_context)
    outlet.send_result = SendResult(SendStatus.FAILED, reason="invalid_blocks")
    await sender.send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)
    for _ in range(3):
        clock.advance(hours=1)
        await sender.send_all_due()

    assert len(outlet.sent_messages) == 1


async def test_a_rejected_card_is_posted_when_the_bot_is_added(
    team_context: Context, sender: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """The card that waits for its next attempt is posted then, and no welcome card beside it."""
    await plan_card(team_context)
    outlet.send_result = SendResult(SendStatus.FAILED, reason="restricted_action")
    await sender.send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)
    await team_context.store.across_workspaces.write(
        lambda repos: team_setup.queue_welcome_card(repos, ADMIN, CHANNEL, "", team_context.now())
    )
    await sender.send_all_due()
    clock.advance(days=2)
    await sender.send_all_due()

    assert len(outlet.sent_messages) == 1
