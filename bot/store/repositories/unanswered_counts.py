"""The counter of unanswered check-ins, changed in the transaction that changes a delivery."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, case, exists, func, select, tuple_, update

from bot.domain.checkins.frequency import STOP_AFTER_UNANSWERED
from bot.domain.delivery_kind import DeliveryKind
from bot.store.schema import deliveries, people
from bot.store.upsert import MAX_ROWS_PER_STATEMENT

_PERSON_KEY = tuple_(people.c.workspace, people.c.id)
_RECIPIENTS = select(deliveries.c.workspace, deliveries.c.person)


def count_as_unanswered(connection: Connection, delivery_ids: Sequence[str]) -> None:
    """Count a check-in more, up to the maximum, for the recipients of *delivery_ids*."""
    for start in range(0, len(delivery_ids), MAX_ROWS_PER_STATEMENT):
        ids = delivery_ids[start : start + MAX_ROWS_PER_STATEMENT]
        is_recipient = _PERSON_KEY.in_(_RECIPIENTS.where(deliveries.c.id.in_(ids)))
        change = update(people).where(is_recipient, people.c.quiet < STOP_AFTER_UNANSWERED)
        connection.execute(change.values(quiet=people.c.quiet + 1))


def uncount_unsent(connection: Connection, condition: ColumnElement[bool]) -> None:
    """Take the check-ins that match *condition* out of their recipients' counts, down to 0.

    To be called before their rows change: a check-in that was never sent cannot be unanswered.
    """
    is_checkin = (deliveries.c.kind == DeliveryKind.CHECKIN) & condition
    if not connection.scalar(select(exists().where(is_checkin))):
        return  # nearly always: every tick looks for overdue deliveries
    unsent_count = (
        select(func.count())
        .select_from(deliveries)
        .where(
            deliveries.c.workspace == people.c.workspace,
            deliveries.c.person == people.c.id,
            is_checkin,
        )
        .correlate(people)
        .scalar_subquery()
    )
    remaining = case((people.c.quiet > unsent_count, people.c.quiet - unsent_count), else_=0)
    is_recipient = _PERSON_KEY.in_(_RECIPIENTS.where(is_checkin))
    change = update(people).where(is_recipient, people.c.quiet > 0)
    connection.execute(change.values(quiet=remaining))
