"""Queue introduction cards for the operator's commands."""

from datetime import datetime, timedelta

from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Team
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery

_INTRODUCTION_LIFETIME = timedelta(days=30)
"""Time after a set-up within which its introduction card may still be posted."""


def plan_introduction(repos: Repositories, team: Team, now: datetime) -> None:
    """Queue the introduction card for the channel of *team*, once for each of its channels."""
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
