"""Duty: delete the rows whose retention period is over, table by table."""

from datetime import datetime, timedelta

from bot.context import Context
from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories import Repositories
from bot.store.repositories.releases import RELEASE_RETENTION

_IDEMPOTENCY_KEY_RETENTION = timedelta(days=2)
_DELIVERY_RETENTION = timedelta(days=35)
_UNEXPIRING_KINDS = (DeliveryKind.INTRODUCTION,)
"""Delivery kinds whose rows are never deleted.

A team is introduced once, however much later its set-up is saved again.
"""


async def run(context: Context) -> int:
    """Delete expired rows in one transaction; return how many rows were changed.

    Idempotency keys are deleted after two days and intentions on their expiry date. A planned
    delivery whose deadline has passed becomes missed. Delivery rows are retained for five weeks,
    so that their unique key prevents a second delivery for one week; published tables for 24
    months.
    """
    now = context.now()

    def delete_expired_rows(repos: Repositories) -> int:
        return (
            repos.idempotency_keys.delete_before((now - _IDEMPOTENCY_KEY_RETENTION).date())
            + repos.intentions.delete_expired(now.date())
            + repos.deliveries.expire_overdue(now)
            + repos.deliveries.delete_before(
                now - _DELIVERY_RETENTION, except_kinds=_UNEXPIRING_KINDS
            )
            + repos.releases.delete_before((now - RELEASE_RETENTION).date())
        )

    return await context.store.across_workspaces.write(delete_expired_rows)


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: no person waits for this duty, so a simulated clock never stops for it."""
    return None
