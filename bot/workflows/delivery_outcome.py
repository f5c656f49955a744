"""Record the result of a send attempt: sent, retried later, failed, in doubt, or suspended.

Both recording functions run in the caller's write transaction and return the action to log.
"""

import math
from datetime import datetime, timedelta

from bot.conversation import Address, SearchResult, SendResult, SendStatus
from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from bot.store.repositories.workspaces import MAX_REST
from bot.workflows.reachability import suspend_workspace

_SHORTEST_REST, _LONGEST_REST = timedelta(seconds=1), MAX_REST - timedelta(seconds=1)
"""Bounds of a rest after a rate limit; the store rounds up, and accepts ``MAX_REST`` at most."""

_CARD_RETRY_DELAY, _MAX_CARD_RETRY_DELAY = timedelta(hours=1), timedelta(days=1)
"""First and maximum delay of the exponential backoff for a rejected introduction card."""


def build_address(delivery: Delivery) -> Address:
    """Return the address of a delivery, without its chat route.

    A private chat that the product did not find at an earlier attempt is opened again.
    """
    must_open_chat = bool(delivery.person and delivery.reason)
    return Address(
        delivery.workspace, delivery.person, delivery.channel, must_open_chat=must_open_chat
    )


def record_send_result(
    repos: Repositories,
    delivery: Delivery,
    result: SendResult,
    now: datetime,
    rate_per_minute: int | None,
) -> str:
    """Record the send *result* of a claimed *delivery*; return the log action, ``""`` for none.

    *rate_per_minute* is the workspace's new message rate, applied when the product has reported a
    rate limit; ``None`` leaves it unchanged. With an unknown result the row stays claimed, for the
    reconciler. Later results of a suspended workspace or an unreachable address return ``""``.
    """
    delivery_id, attempt = delivery.id, delivery.attempt + 1
    match result.status:
        case SendStatus.SENT:
            repos.deliveries.mark_sent(delivery_id, attempt, result.reference)
            repos.chat_routes.save_route(build_address(delivery), result.route)
            if delivery.channel:
                # A post in the channel proves that the bot is a member again.
                repos.teams.mark_reachable(delivery.workspace, delivery.channel)
        case SendStatus.RETRY_LATER:
            repos.deliveries.requeue_delivery(delivery_id, attempt)
            repos.workspaces.set_rest(
                delivery.workspace,
                now + _clamp_rest(result.retry_after_seconds),
                rate_per_minute if result.is_rate_limited else None,
            )
            return "workspaces.resting"
        case SendStatus.FAILED | SendStatus.ADDRESS_UNREACHABLE:
            return _record_rejection(repos, delivery, result, now)
        case SendStatus.REJECTED_BY_WORKSPACE:
            # Nothing was posted: the delivery stays queued and is sent if the workspace
            # grants access again before the deadline.
            repos.deliveries.requeue_delivery(delivery_id, attempt)
            is_first_failure = suspend_workspace(repos, delivery.workspace, result.reason, now)
            return "workspaces.closed" if is_first_failure else ""
        case SendStatus.UNKNOWN:
            return "deliveries.in_doubt"
    return ""


def record_search_result(
    repos: Repositories, delivery: Delivery, search_result: SearchResult, now: datetime
) -> str:
    """Record the *search_result* for a delivery in doubt; return the log action, ``""`` for none.

    A message that the product proves absent is queued for a retry, or missed after its deadline.
    One that cannot be searched for, or whose search is undecided at its deadline, ends unconfirmed:
    a retry could send it twice.
    """
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


def _clamp_rest(seconds: float) -> timedelta:
    """Clamp the *seconds* of a rest to the bounds; an adapter may report any number, even NaN."""
    if math.isnan(seconds):
        return _SHORTEST_REST
    bounded = min(max(seconds, _SHORTEST_REST.total_seconds()), _LONGEST_REST.total_seconds())
    return timedelta(seconds=bounded)


def _record_rejection(
    repos: Repositories, delivery: Delivery, result: SendResult, now: datetime
) -> str:
    attempt = delivery.attempt + 1
    if result.is_chat_missing and not delivery.reason:
        # A definite rejection: nothing was posted, so a second attempt cannot send it twice.
        repos.deliveries.requeue_delivery(delivery.id, attempt, reason=result.reason)
        return "deliveries.chat_missing"
    if result.status is SendStatus.FAILED:
        _mark_failed(repos, delivery, result.reason, now)
        return "deliveries.failed"
    repos.deliveries.mark_unreachable(delivery.id, attempt, result.reason)
    return _mark_unreachable(repos, delivery, result.reason)


def _mark_failed(repos: Repositories, delivery: Delivery, reason: str, now: datetime) -> None:
    """Mark the claimed delivery as failed; an introduction card is retried instead.

    A team's card is posted once and no later message replaces it, so that its row is queued again
    with exponential backoff until its deadline.
    """
    attempt = delivery.attempt + 1
    if delivery.kind == DeliveryKind.INTRODUCTION:
        doublings = min(delivery.attempt, _MAX_CARD_RETRY_DELAY // _CARD_RETRY_DELAY)
        retry_at = now + min(_CARD_RETRY_DELAY * 2**doublings, _MAX_CARD_RETRY_DELAY)
        if retry_at <= delivery.deadline:
            repos.deliveries.requeue_delivery(delivery.id, attempt, retry_at, reason)
            return
    repos.deliveries.mark_failed(delivery.id, attempt, reason)


def _mark_unreachable(repos: Repositories, delivery: Delivery, reason: str) -> str:
    if delivery.person:
        repos.chat_routes.delete_route(delivery.recipient)
        is_first_failure = repos.people.mark_unreachable(delivery.recipient, reason)
        return "people.unreachable" if is_first_failure else ""
    is_first_failure = repos.teams.mark_unreachable(delivery.workspace, delivery.channel, reason)
    return "channels.unreachable" if is_first_failure else ""
