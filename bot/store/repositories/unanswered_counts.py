"""Increment and decrement the unanswered counts in the transaction that changes deliveries."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, tuple_

from bot.conversation import Person
from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories.team_slots import TeamSlots, add_to_count
from bot.store.schema import deliveries, people
from bot.store.upsert import MAX_ROWS_PER_STATEMENT

_PERSON_KEY = tuple_(people.c.workspace, people.c.id)
_RECIPIENTS = select(deliveries.c.workspace, deliveries.c.person)
_IS_RECIPIENT = (deliveries.c.workspace == people.c.workspace) & (
    deliveries.c.person == people.c.id
)


def count_as_unanswered(slots: TeamSlots, delivery_ids: Sequence[str]) -> None:
    """Increment the count of each recipient of *delivery_ids* by one, up to the maximum of 6."""
    for start in range(0, len(delivery_ids), MAX_ROWS_PER_STATEMENT):
        ids = delivery_ids[start : start + MAX_ROWS_PER_STATEMENT]
        is_recipient = _PERSON_KEY.in_(_RECIPIENTS.where(deliveries.c.id.in_(ids)))
        slots.change_recipients(is_recipient, add_to_count(1))


def select_unsent_counts(condition: ColumnElement[bool]) -> Select[Any]:
    """Return the query of the number of check-in rows that match *condition*, by recipient."""
    recipient = (people.c.workspace, people.c.id, people.c.home_team)
    return (
        select(*recipient, func.count().label("unsent_count"))
        .select_from(deliveries)
        .join(people, _IS_RECIPIENT)
        .where(deliveries.c.kind == DeliveryKind.CHECKIN, condition)
        .group_by(*recipient)
    )


def uncount_unsent(
    connection: Connection,
    slots: TeamSlots,
    query: Select[Any],
    parameters: Mapping[str, object] | None = None,
) -> None:
    """Decrement the recipients' counts by the numbers that *query* returns, down to 0.

    A check-in that was never sent cannot be unanswered. *query* is that of
    :func:`select_unsent_counts`; it must be executed before the UPDATE that changes the state of
    its rows, after which it would match none.
    """
    slots.subtract_counts(
        ((Person(row.workspace, row.id), row.home_team), row.unsent_count)
        for row in connection.execute(query, parameters)
    )
