"""SQL conditions and statements on the table ``delivery``.

The statements that run for every message are built once at import, with bound parameters: building
one takes longer than executing it.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, case, delete, select, update

from bot.conversation import Person
from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories.delivery_records import DeliveryState
from bot.store.repositories.unanswered_counts import select_unsent_counts
from bot.store.schema import deliveries

RECONCILE_AFTER = timedelta(seconds=40)
"""Age of a claim from which its unfinished attempt may be reconciled.

A request times out after ten seconds; a product may post up to half a minute later.
"""


def matches_attempt(delivery_id: str, attempt: int, *states: DeliveryState) -> ColumnElement[bool]:
    """Return the optimistic lock of one delivery: its id, attempt and one of *states*."""
    return (
        (deliveries.c.id == delivery_id)
        & (deliveries.c.attempt == attempt)
        & deliveries.c.state.in_(states)
    )


def matches_planned(delivery_id: str) -> ColumnElement[bool]:
    """Return the condition that a row has this primary key and is still planned."""
    return (deliveries.c.id == delivery_id) & (deliveries.c.state == DeliveryState.PLANNED)


def matches_planned_card(workspace: str, channel: str, now: int) -> ColumnElement[bool]:
    """Return the condition of a channel's planned introduction cards with a deadline from *now*."""
    return (
        (deliveries.c.workspace == workspace)
        & (deliveries.c.channel == channel)
        & (deliveries.c.kind == DeliveryKind.INTRODUCTION)
        & (deliveries.c.state == DeliveryState.PLANNED)
        & (deliveries.c.late >= now)
    )


def matches_person(person: Person) -> ColumnElement[bool]:
    """Return the condition on the columns workspace and person."""
    return (deliveries.c.workspace == person.workspace) & (deliveries.c.person == person.id)


def _select_oldest(condition: ColumnElement[bool]) -> Select[Any]:
    """Return the query of one workspace's rows, by due time, with the bound ``row_limit``."""
    query = select(deliveries).where(deliveries.c.workspace == bindparam("workspace_id"), condition)
    return query.order_by(deliveries.c.due, deliveries.c.id).limit(bindparam("row_limit"))


_NOW_PARAMETER = bindparam("now", type_=BigInteger)
_STARTED_BEFORE_PARAMETER = bindparam("started_before", type_=BigInteger)

IS_SENDABLE = (
    (deliveries.c.state == DeliveryState.PLANNED)
    & (deliveries.c.due <= _NOW_PARAMETER)
    & (deliveries.c.late >= _NOW_PARAMETER)
)
"""Planned, due and not past its deadline; binds ``now``."""

IS_UNFINISHED = (deliveries.c.state == DeliveryState.SENDING) & (
    deliveries.c.started <= _STARTED_BEFORE_PARAMETER
)
"""Claimed before ``started_before`` and not finished, as after a crash; binds that parameter."""

SELECT_DUE, SELECT_UNFINISHED = _select_oldest(IS_SENDABLE), _select_oldest(IS_UNFINISHED)
"""Queries that bind ``workspace_id``, ``row_limit`` and the parameters of their conditions."""

SELECT_BY_ID = select(deliveries).where(deliveries.c.id == bindparam("delivery_id"))

_PENDING_STATES = (DeliveryState.PLANNED, DeliveryState.SENDING)

SELECT_LAST_CARD = (
    select(deliveries)
    .where(
        deliveries.c.workspace == bindparam("workspace_id"),
        deliveries.c.channel == bindparam("channel_id"),
        deliveries.c.kind == DeliveryKind.INTRODUCTION,
    )
    .order_by(
        deliveries.c.due.desc(),
        case((deliveries.c.state.in_(_PENDING_STATES), 0), else_=1),
        deliveries.c.id,
    )
    .limit(1)
)
"""The channel's introduction card with the latest due time, on a tie a pending one."""

_ATTEMPT_CONDITION = (deliveries.c.id == bindparam("delivery_id")) & (
    deliveries.c.attempt == bindparam("seen_attempt")
)

CLAIM_STATEMENT = (
    update(deliveries)
    .where(
        _ATTEMPT_CONDITION,
        deliveries.c.state == DeliveryState.PLANNED,
        deliveries.c.late >= bindparam("claimed_at"),
    )
    .values(
        state=DeliveryState.SENDING,
        attempt=bindparam("next_attempt"),
        started=bindparam("claimed_at"),
    )
)
"""Conditional UPDATE of a planned row to ``SENDING``; a row count of 0 means a lost race."""

INVALIDATE_COMPOSED_MESSAGES = (
    update(deliveries)
    .where(
        deliveries.c.workspace == bindparam("workspace_id"),
        deliveries.c.person == bindparam("person_id"),
        deliveries.c.state == DeliveryState.PLANNED,
    )
    .values(attempt=deliveries.c.attempt + 1)
)
"""Invalidates messages that senders have rendered for a person and not claimed yet.

It increments the attempt, so that the conditional UPDATE of a claim matches no row, and the sender
reads and renders the delivery again.
"""

MARK_SENT_STATEMENT = (
    update(deliveries)
    .where(_ATTEMPT_CONDITION, deliveries.c.state == DeliveryState.SENDING)
    .values(state=DeliveryState.SENT, reference=bindparam("message_reference"))
)
"""Conditional UPDATE of the claimed attempt to ``SENT``, with the product's id of the message."""

_IS_OVERDUE = (deliveries.c.state == DeliveryState.PLANNED) & (deliveries.c.late < _NOW_PARAMETER)
_DAY_AGO_PARAMETER = bindparam("day_ago", type_=BigInteger)

SELECT_OVERDUE_COUNTS = select_unsent_counts(_IS_OVERDUE)
MARK_OVERDUE_MISSED = update(deliveries).where(_IS_OVERDUE).values(state=DeliveryState.MISSED)
"""Query of the counts, and UPDATE, of planned rows with a deadline before ``now``."""

MARK_ABANDONED_UNCONFIRMED = (
    update(deliveries)
    .where(
        deliveries.c.state == DeliveryState.SENDING,
        deliveries.c.late < _DAY_AGO_PARAMETER,
        deliveries.c.started < _DAY_AGO_PARAMETER,
    )
    .values(state=DeliveryState.UNCONFIRMED)
)
"""UPDATE of claims that were not finished within a day to ``UNCONFIRMED``; binds ``day_ago``."""

DELETE_BEFORE = delete(deliveries).where(
    deliveries.c.late < bindparam("cutoff"),
    deliveries.c.kind.not_in(bindparam("except_kinds", expanding=True)),
)
