"""The one card with which a team meets the bot."""

from datetime import timedelta

from bot.context import Desk
from bot.elements import Audience
from bot.store.repositories.deliveries import Promise
from schedules import introduction
from schedules.delivery.sender import Drain
from tests.doubles import Pigeonholes
from tests.sample_team import ADMIN, CHANNEL, SUPERVISOR, TEAM, steps, text


async def test_the_card_names_who_set_up_and_who_supervises(
    practice: Desk, drain: Drain, outlet: Pigeonholes
) -> None:
    """It is posted once in the channel, with Join."""
    now = practice.now()
    card = Promise(
        TEAM.workspace,
        introduction.KIND,
        "",
        CHANNEL,
        TEAM.id,
        now,
        now + timedelta(days=1),
        ADMIN.id,
    )
    for _ in range(2):
        await practice.store.write(lambda books: books.deliveries.promise([card]))
        await drain.empty()

    (sent,) = outlet.sent
    assert sent.message.audience is Audience.TEAM
    assert ADMIN.id in text(sent.message)
    assert SUPERVISOR.id in text(sent.message)
    assert "join" in steps(sent.message)
