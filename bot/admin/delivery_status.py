"""Public status of deliveries, and how many there were of each."""

from collections import Counter
from collections.abc import Mapping

from bot.store.repositories.deliveries import DeliveryCount, DeliveryState

STATUS_BY_STATE: Mapping[DeliveryState, str] = {
    DeliveryState.PLANNED: "owed",
    DeliveryState.SENDING: "owed",
    DeliveryState.SENT: "sent",
    DeliveryState.UNCONFIRMED: "unconfirmed",
    DeliveryState.FAILED: "failed",
    DeliveryState.GONE: "unreachable",
    DeliveryState.MISSED: "missed",
}
"""Public status of each delivery state. Withdrawn deliveries are omitted: counting them would
reveal that a clinician left.
"""


def summarize_delivery_counts(
    delivery_counts: tuple[DeliveryCount, ...],
) -> list[tuple[str, str, str, str, int]]:
    """Return rows of day, kind, status, reason and count, in that order and sorted by it.

    The reason is empty for the status ``sent``; for ``owed`` it is the code with which the product
    rejected an earlier attempt, if one did.
    """
    totals: Counter[tuple[str, str, str, str]] = Counter()
    for row in delivery_counts:
        if status := STATUS_BY_STATE.get(row.state):
            reason = "" if status == "sent" else row.reason
            totals[row.day.isoformat(), row.kind, status, reason] += row.count
    return [(*key, count) for key, count in sorted(totals.items())]


def count_by_status(delivery_counts: tuple[DeliveryCount, ...]) -> dict[str, int]:
    """Return the number of deliveries per status, over the five weeks that are stored."""
    totals = dict.fromkeys(STATUS_BY_STATE.values(), 0)
    for *_, status, _reason, number in summarize_delivery_counts(delivery_counts):
        totals[status] += number
    return totals
