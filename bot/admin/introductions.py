"""Queue introduction cards for the operator's commands, which have no API client to send them."""

from datetime import datetime, timedelta

from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Team
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery

_INTRODUCTION_LIFETIME = timedelta(days=30)
"""Time from the set-up to the deadline of its introduction card in the delivery queue."""


def plan_introduction(repos: Repositories, team: Team, now: datetime) -> None:
    """Insert the introduction card for the channel of *team* into the delivery queue; idempotent.

    The channel is in the row's unique key, so that a repeated call inserts nothing. Runs in the
    caller's write transaction; a worker sends the card.
    """
    card = PlannedDelivery(
        team.workspace,
        DeliveryKind.INTRODUCTION,
        "",
        team.channel,
        team.id,
        now,
        now + _INTRODUCTION_LIFETIME,
        "",
    )
    repos.deliveries.plan_deliveries([card])
