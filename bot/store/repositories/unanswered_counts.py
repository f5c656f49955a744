"""The unanswered count of people, changed with the state of their check-ins."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, case, exists, func, select, tuple_, update

from bot.domain.checkins.frequency import STOP_AFTER_UNANSWERED
from bot.domain.delivery_kind import DeliveryKind
from bot.store.schema import deliveries, people
from bot.store.upsert import MAX_ROWS_PER_STATEMENT

_IS_RECIPIENT = (deliveries.c.workspace == people.c.workspace) & (
    deliveries.c.person == people.c.id
)


def count_as_unanswered(connection: Connection, delivery_ids: Sequence[str]) -> None:
    """Increment the count of the person of each delivery; an id without a row changes nothing."""
    person_key = tuple_(people.c.workspace, people.c.id)
    recipients = select(deliveries.c.workspace, deliveries.c.person)
    for start in range(0, len(delivery_ids), MAX_ROWS_PER_STATEMENT):
        ids = delivery_ids[start : start + MAX_ROWS_PER_STATEMENT]
        is_recipient = person_key.in_(recipients.where(deliveries.c.id.in_(ids)))
        change = update(people).where(is_recipient, people.c.quiet < STOP_AFTER_UNANSWERED)
        connection.execute(change.values(quiet=people.c.quiet + 1))


def discount_unsent(connection: Connection, condition: ColumnElement[bool]) -> None:
    """Decrement the count for each check-in that matches *condition* and is never sent.

    A question that never reached its person, because the workspace was suspended or the product
    refused it, is not unanswered. Called before the state changes, in the same transaction. A
    count that an answer has reset meanwhile stays 0.
    """
    is_checkin = (deliveries.c.kind == DeliveryKind.CHECKIN) & condition
    if not connection.scalar(select(exists().where(is_checkin))):
        return  # nearly always: every tick looks for overdue deliveries
    unsent = select(func.count()).where(_IS_RECIPIENT, is_checkin)
    unsent_count = unsent.correlate(people).scalar_subquery()
    has_unsent = exists().where(_IS_RECIPIENT, is_checkin)
    reduced = case((people.c.quiet > unsent_count, people.c.quiet - unsent_count), else_=0)
    change = update(people).where(people.c.quiet > 0, has_unsent)
    connection.execute(change.values(quiet=reduced))
