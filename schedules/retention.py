"""Lets go of what is no longer needed, each on its own day."""

from datetime import datetime, timedelta

from bot.context import Context
from bot.store.repositories import Repositories

_IDEMPOTENCY_KEY_RETENTION = timedelta(days=2)
_DELIVERY_RETENTION = timedelta(days=35)
_RELEASE_RETENTION = timedelta(days=731)
_UNEXPIRING_KINDS = ("intro",)
"""A team is introduced once, however much later its set-up is saved again."""


async def run(context: Context) -> int:
    """Forget acts done two days ago, intentions past their day, old deliveries and tables.

    What was promised and can no longer be sent in time is missed from then on.

    Deliveries stay five weeks, so that a promise made for a week cannot be made again;
    published tables stay 24 months.
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
    """Nobody waits for this, so it is never a reason to stop the clock."""
    return None
