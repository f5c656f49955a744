"""The introduction card of a team."""

from datetime import timedelta

from bot.context import Context
from bot.domain.delivery_kind import DeliveryKind
from bot.elements import Audience
from bot.store.repositories.deliveries import PlannedDelivery
from schedules.delivery.sender import DeliverySender
from tests.doubles import RecordingOutlet
from tests.sample_team import ADMIN, CHANNEL, SUPERVISOR, TEAM, reply_text, steps_by_name


async def test_the_card_names_the_admin_and_the_supervisor(
    team_context: Context, sender: DeliverySender, outlet: RecordingOutlet
) -> None:
    """The card is posted once, with Join, and names the admin and the supervisor."""
    now = team_context.now()
    card = PlannedDelivery(
        TEAM.workspace,
        DeliveryKind.INTRODUCTION,
        "",
        CHANNEL,
        TEAM.id,
        now,
        now + timedelta(days=1),
        ADMIN.id,
    )
    for _ in range(2):
        await team_context.store.across_workspaces.write(
            lambda repos: repos.deliveries.plan_deliveries([card])
        )
        await sender.send_all_due()

    (sent,) = outlet.sent_messages
    assert sent.message.audience is Audience.TEAM
    assert ADMIN.id in reply_text(sent.message)
    assert SUPERVISOR.id in reply_text(sent.message)
    assert "join" in steps_by_name(sent.message)
