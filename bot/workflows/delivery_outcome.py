"""Record the result of a send attempt: done, retry later, failed, in doubt, or suspended."""

from datetime import datetime, timedelta

from bot.conversation import Address, SearchResult, SendResult, SendStatus
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from bot.store.repositories.workspaces import MAX_REST


def address_of(delivery: Delivery) -> Address:
    """Return the address of a delivery, without its chat route."""
    return Address(delivery.workspace, delivery.person, delivery.channel)


def record_send_result(
    repos: Repositories, delivery: Delivery, result: SendResult, now: datetime, rate_per_minute: int
) -> str:
    """Record the send *result* of a started *delivery*; return the log action, ``""`` for none.

    *rate_per_minute* is the workspace's new message rate, applied when the product has reported a
    rate limit. A delivery with an unknown result stays unchanged, started and not finished. A
    suspension of a workspace or an address is logged once.
    """
    delivery_id, attempt = delivery.id, delivery.attempt + 1
    match result.status:
        case SendStatus.SENT:
            repos.deliveries.mark_sent(delivery_id, attempt, result.reference)
            repos.chat_routes.save_route(address_of(delivery), result.route)
            if delivery.channel:
                # A post in the channel proves that the bot was put back into it.
                repos.teams.mark_reachable(delivery.workspace, delivery.channel)
        case SendStatus.RETRY_LATER:
            repos.deliveries.requeue_delivery(delivery_id, attempt)
            rest_until = now + min(timedelta(seconds=result.retry_after_seconds), MAX_REST)
            repos.workspaces.set_rest(
                delivery.workspace, rest_until, rate_per_minute if result.is_rate_limited else None
            )
            return "workspaces.resting"
        case SendStatus.FAILED:
            repos.deliveries.mark_failed(delivery_id, attempt, result.reason)
            return "deliveries.failed"
        case SendStatus.GONE:
            repos.deliveries.mark_gone(delivery_id, attempt, result.reason)
            return _mark_unreachable(repos, delivery, result.reason)
        case SendStatus.CLOSED:
            # Nothing was posted: the delivery stays queued and is sent if the workspace
            # grants access again before the deadline.
            repos.deliveries.requeue_delivery(delivery_id, attempt)
            is_first_failure = repos.workspaces.suspend(delivery.workspace, result.reason)
            return "workspaces.closed" if is_first_failure else ""
        case SendStatus.UNKNOWN:
            return "deliveries.in_doubt"
    return ""


def settle_in_doubt(
    repos: Repositories, delivery: Delivery, search_result: SearchResult, now: datetime
) -> str:
    """Record the search result for a delivery of unknown status; return the log action."""
    delivery_id, attempt, is_in_time = delivery.id, delivery.attempt, now <= delivery.deadline
    if search_result is SearchResult.FOUND:
        repos.deliveries.mark_sent(delivery_id, attempt)
        return "deliveries.confirmed"
    if search_result is SearchResult.NOT_FOUND:
        # The message is proven absent, so a retry cannot send it twice.
        if is_in_time:
            repos.deliveries.requeue_delivery(delivery_id, attempt)
        else:
            repos.deliveries.mark_missed(delivery_id, attempt, "late")
        return "deliveries.not_found"
    if search_result is SearchResult.NOT_SUPPORTED or not is_in_time:
        repos.deliveries.mark_unconfirmed(delivery_id, attempt, "in_doubt")
        return "deliveries.unconfirmed"
    return ""


def _mark_unreachable(repos: Repositories, delivery: Delivery, reason: str) -> str:
    if delivery.person:
        is_first_failure = repos.people.mark_unreachable(delivery.recipient, reason)
        return "people.unreachable" if is_first_failure else ""
    is_first_failure = repos.teams.mark_unreachable(delivery.workspace, delivery.channel, reason)
    return "channels.unreachable" if is_first_failure else ""
