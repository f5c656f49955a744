"""The one card with which a team meets the bot."""

from datetime import timedelta

from bot.context import Context
from bot.elements import Audience
from bot.store.repositories.deliveries import PlannedDelivery
from schedules import introduction
from schedules.delivery.sender import DeliverySender
from tests.doubles import RecordingOutlet
from tests.sample_team import ADMIN, CHANNEL, SUPERVISOR, TEAM, reply_text, steps_by_name


async def test_the_card_names_who_set_up_and_who_supervises(
    practice: Context, drain: DeliverySender, outlet: RecordingOutlet
) -> None:
    """It is posted once in the channel, with Join."""
    now = practice.now()
    card = PlannedDelivery(
        TEAM.workspace,
        introduction.INTRODUCTION_KIND,
        "",
        CHANNEL,
        TEAM.id,
        now,
        now + timedelta(days=1),
        ADMIN.id,
    )
    for _ in range(2):
        await practice.store.write(lambda repos: repos.deliveries.plan_deliveries([card]))
        await drain.send_all_due()

    (sent,) = outlet.sent_messages
    assert sent.message.audience is Audience.TEAM
    assert ADMIN.id in reply_text(sent.message)
    assert SUPERVISOR.id in reply_text(sent.message)
    assert "join" in steps_by_name(sent.message)
