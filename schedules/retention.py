"""Duty: delete rows whose retention period is over."""

from datetime import datetime, timedelta

from bot.context import Context
from bot.store.repositories import Repositories

_IDEMPOTENCY_KEY_RETENTION = timedelta(days=2)
_DELIVERY_RETENTION = timedelta(days=35)
_RELEASE_RETENTION = timedelta(days=731)
_UNEXPIRING_KINDS = ("intro",)
"""A team is introduced once, however much later its set-up is saved again."""


async def run(context: Context) -> int:
    """Delete expired idempotency keys, intentions, deliveries and published tables.

    Idempotency keys are deleted after two days and intentions on their expiry date. A planned
    delivery whose deadline has passed becomes missed. Deliveries are retained for five weeks,
    so that a delivery planned for a week cannot be planned again; published tables for 24 months.
    Returns how many rows were changed.
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
            + repos.releases.delete_before((now - _RELEASE_RETENTION).date())
        )

    return await context.store.write(delete_expired_rows)


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: no person waits for this duty, so a simulated clock never stops for it."""
    return None
