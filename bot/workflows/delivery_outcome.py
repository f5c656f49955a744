"""What the fate of a message changes in the books, so that every process keeps it alike."""

from datetime import datetime, timedelta
from typing import Literal

from bot.conversation import Address, SendResult, SendStatus
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from bot.store.repositories.workspaces import MAX_REST

SearchResult = Literal["yes", "no", "unable", "later"]
"""What became of the search for a message: there, not there, not to be known, not known yet."""


def address_of(delivery: Delivery) -> Address:
    """Where a delivery is owed, without the route there."""
    return Address(delivery.workspace, delivery.person, delivery.channel)


def record_send_result(
    repos: Repositories, delivery: Delivery, result: SendResult, now: datetime, rate_per_minute: int
) -> str:
    """Keep what became of *delivery*, which was begun, and return what a log should say of it.

    *pace* is how many messages a minute its workspace gets from now on, should it have asked
    for fewer. An unknown fate is left as it is: begun, and not ended. What suspends a
    workspace or an address is said once; ``""`` says nothing.
    """
    key, attempt = delivery.id, delivery.attempt + 1
    match result.status:
        case SendStatus.SENT:
            repos.deliveries.mark_sent(key, attempt, result.reference)
            repos.chat_routes.save_route(address_of(delivery), result.route)
        case SendStatus.RETRY_LATER:
            repos.deliveries.requeue_delivery(key, attempt)
            until = now + min(timedelta(seconds=result.retry_after_seconds), MAX_REST)
            repos.workspaces.set_rest(
                delivery.workspace, until, rate_per_minute if result.is_rate_limited else None
            )
            return "workspaces.resting"
        case SendStatus.FAILED:
            repos.deliveries.failed(key, attempt, result.reason)
            return "deliveries.failed"
        case SendStatus.GONE:
            repos.deliveries.mark_gone(key, attempt, result.reason)
            return _mark_unreachable(repos, delivery, result.reason)
        case SendStatus.CLOSED:
            # Nothing was posted: should the workspace let us in again in time, it still is.
            repos.deliveries.requeue_delivery(key, attempt)
            news = repos.workspaces.suspend(delivery.workspace, result.reason)
            return "workspaces.closed" if news else ""
        case SendStatus.UNKNOWN:
            return "deliveries.in_doubt"
    return ""


def settle_in_doubt(
    repos: Repositories, delivery: Delivery, search_result: SearchResult, now: datetime
) -> str:
    """Keep what the search for a begun *delivery* brought, and return what a log should say."""
    key, attempt, in_time = delivery.id, delivery.attempt, now <= delivery.deadline
    if search_result == "yes":
        repos.deliveries.mark_sent(key, attempt)
        return "deliveries.found"
    if search_result == "no":
        # Proved absent, so that sending it again is sending it once.
        if in_time:
            repos.deliveries.requeue_delivery(key, attempt)
        else:
            repos.deliveries.mark_missed(key, attempt, "late")
        return "deliveries.absent"
    if search_result == "unable" or not in_time:
        repos.deliveries.mark_unconfirmed(key, attempt, "in_doubt")
        return "deliveries.unconfirmed"
    return ""


def _mark_unreachable(repos: Repositories, delivery: Delivery, reason: str) -> str:
    if delivery.person:
        news = repos.people.mark_unreachable(delivery.recipient, reason)
        return "people.unreachable" if news else ""
    news = repos.teams.mark_unreachable(delivery.workspace, delivery.channel, reason)
    return "channels.unreachable" if news else ""
