"""Aggregate rows of deliveries by day, kind, reason and public status, for metrics and checks."""

from collections import Counter
from collections.abc import Mapping

from bot.store.repositories.deliveries import DeliveryCount, DeliveryState

STATUS_BY_STATE: Mapping[DeliveryState, str] = {
    DeliveryState.PLANNED: "owed",
    DeliveryState.SENDING: "owed",
    DeliveryState.SENT: "sent",
    DeliveryState.UNCONFIRMED: "unconfirmed",
    DeliveryState.FAILED: "failed",
    DeliveryState.UNREACHABLE: "unreachable",
    DeliveryState.MISSED: "missed",
}
"""Public status of each delivery state, as in the metric's label ``state`` and in ``/servez``.

Withdrawn rows have no status: a count of them would reveal that a clinician left.
"""


def summarize_delivery_counts(
    delivery_counts: tuple[DeliveryCount, ...],
) -> list[tuple[str, str, str, str, int]]:
    """Return sorted tuples of day (ISO format), kind, status, reason and number of rows.

    The reason is ``""`` for the status ``sent``. For ``owed`` it is the error code of an earlier
    attempt that the product rejected, ``""`` without one.
    """
    totals: Counter[tuple[str, str, str, str]] = Counter()
    for row in delivery_counts:
        if status := STATUS_BY_STATE.get(row.state):
            reason = "" if status == "sent" else row.reason
            totals[row.day.isoformat(), row.kind, status, reason] += row.count
    return [(*key, count) for key, count in sorted(totals.items())]


def count_by_status(delivery_counts: tuple[DeliveryCount, ...]) -> dict[str, int]:
    """Return a dict of all statuses with the number of stored rows, 0 where there is none."""
    totals = dict.fromkeys(STATUS_BY_STATE.values(), 0)
    for *_, status, _reason, number in summarize_delivery_counts(delivery_counts):
        totals[status] += number
    return totals
