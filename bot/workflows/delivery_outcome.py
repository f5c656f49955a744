"""What the fate of a message changes in the books, so that every process keeps it alike."""

from datetime import datetime, timedelta
from typing import Literal

from bot.conversation import Address, Fate, Outcome
from bot.store.repositories import Books
from bot.store.repositories.deliveries import Delivery
from bot.store.repositories.workspaces import LONGEST_REST

Found = Literal["yes", "no", "unable", "later"]
"""What became of the search for a message: there, not there, not to be known, not known yet."""


def address(delivery: Delivery) -> Address:
    """Where a delivery is owed, without the route there."""
    return Address(delivery.workspace, delivery.person, delivery.channel)


def keep(books: Books, delivery: Delivery, outcome: Outcome, now: datetime, pace: int) -> str:
    """Keep what became of *delivery*, which was begun, and return what a log should say of it.

    *pace* is how many messages a minute its workspace gets from now on, should it have asked
    for fewer. An unknown fate is left as it is: begun, and not ended. What suspends a
    workspace or an address is said once; ``""`` says nothing.
    """
    key, attempt = delivery.id, delivery.attempt + 1
    match outcome.fate:
        case Fate.SENT:
            books.deliveries.sent(key, attempt, outcome.reference)
            books.ways.keep(address(delivery), outcome.way)
        case Fate.WAIT:
            books.deliveries.wait(key, attempt)
            until = now + min(timedelta(seconds=outcome.seconds), LONGEST_REST)
            books.workspaces.rest(delivery.workspace, until, pace if outcome.slower else None)
            return "workspaces.resting"
        case Fate.FAILED:
            books.deliveries.failed(key, attempt, outcome.reason)
            return "deliveries.failed"
        case Fate.GONE:
            books.deliveries.gone(key, attempt, outcome.reason)
            return _gone(books, delivery, outcome.reason)
        case Fate.CLOSED:
            # Nothing was posted: should the workspace let us in again in time, it still is.
            books.deliveries.wait(key, attempt)
            news = books.workspaces.suspend(delivery.workspace, outcome.reason)
            return "workspaces.closed" if news else ""
        case Fate.UNKNOWN:
            return "deliveries.in_doubt"
    return ""


def settle(books: Books, delivery: Delivery, found: Found, now: datetime) -> str:
    """Keep what the search for a begun *delivery* brought, and return what a log should say."""
    key, attempt, in_time = delivery.id, delivery.attempt, now <= delivery.late
    if found == "yes":
        books.deliveries.sent(key, attempt)
        return "deliveries.found"
    if found == "no":
        # Proved absent, so that sending it again is sending it once.
        if in_time:
            books.deliveries.wait(key, attempt)
        else:
            books.deliveries.missed(key, attempt, "late")
        return "deliveries.absent"
    if found == "unable" or not in_time:
        books.deliveries.unconfirmed(key, attempt, "in_doubt")
        return "deliveries.unconfirmed"
    return ""


def _gone(books: Books, delivery: Delivery, reason: str) -> str:
    if delivery.person:
        news = books.people.mark_unreachable(delivery.recipient, reason)
        return "people.unreachable" if news else ""
    news = books.teams.mark_unreachable(delivery.workspace, delivery.channel, reason)
    return "channels.unreachable" if news else ""
