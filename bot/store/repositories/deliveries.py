"""Messages owed to people, and what became of each; a promise is kept once or not at all."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    delete,
    exists,
    func,
    select,
    tuple_,
    update,
)

from bot.conversation import Person
from bot.store.repositories.delivery_records import (
    Delivery,
    DeliveryCount,
    DeliveryState,
    PlannedDelivery,
    build_delivery_row,
    from_unix_seconds,
    parse_delivery_row,
    to_unix_seconds,
)
from bot.store.repositories.workspaces import is_resting_clause
from bot.store.schema import deliveries, people, workspaces
from bot.store.upsert import MAX_ROWS_PER_STATEMENT, insert_missing_rows

__all__ = ["Deliveries", "Delivery", "DeliveryCount", "DeliveryState", "PlannedDelivery"]

RECONCILE_AFTER = timedelta(seconds=40)
"""After it was begun, when the fate of a message may be looked into.

A call takes ten seconds at most, and a product may post what it took half a minute later.
"""

_DAY_SECONDS = 86_400
_UNIX_EPOCH = date(1970, 1, 1)
_MAX_REFERENCE_CHARACTERS = 80
_MAX_REASON_CHARACTERS = 60
_MAX_UNANSWERED = 6


class Deliveries:
    """What is owed to people and channels, so that each message reaches them once.

    A delivery moves only from the state and attempt that its mover saw: of two who try,
    one is told ``False`` and does nothing. Instants are kept in whole seconds.
    """

    def __init__(self, connection: Connection) -> None:
        """Open the book on *connection*."""
        self._connection = connection

    def plan_deliveries(self, planned_deliveries: Iterable[PlannedDelivery]) -> int:
        """Owe what is not owed yet, and say how many that were."""
        return insert_missing_rows(
            self._connection, deliveries, [build_delivery_row(one) for one in planned_deliveries]
        )

    def plan_checkins(self, planned_deliveries: Iterable[PlannedDelivery]) -> int:
        """Owe questions that stay unanswered until their person is heard from again.

        The quiet counter of each person goes up with the promise, in one transaction, and
        only for whoever was not owed it before: two clocks count once.
        """
        rows = [build_delivery_row(one) for one in planned_deliveries]
        kept = insert_missing_rows(self._connection, deliveries, rows)
        who = tuple_(people.c.workspace, people.c.id)
        asked = select(deliveries.c.workspace, deliveries.c.person)
        for start in range(0, len(rows), MAX_ROWS_PER_STATEMENT):
            ids = [one["id"] for one in rows[start : start + MAX_ROWS_PER_STATEMENT]]
            here = who.in_(asked.where(deliveries.c.id.in_(ids)))
            counted = update(people).where(here, people.c.quiet < _MAX_UNANSWERED)
            self._connection.execute(counted.values(quiet=people.c.quiet + 1))
        return kept

    def slots_by_person(
        self, kind: str, persons: Collection[Person], first_slot: str
    ) -> dict[Person, set[str]]:
        """In which slots, from *since* on, each of *persons* had a delivery of *kind* in time."""
        asked = select(deliveries.c.workspace, deliveries.c.person, deliveries.c.slot).where(
            deliveries.c.workspace.in_({one.workspace for one in persons}),
            deliveries.c.kind == kind,
            deliveries.c.person.in_({one.id for one in persons}),
            deliveries.c.slot >= first_slot,
            deliveries.c.state != DeliveryState.MISSED,
        )
        found: dict[Person, set[str]] = {one: set() for one in persons}
        for workspace, person, slot in self._connection.execute(asked):
            found.get(Person(workspace, person), set()).add(slot)
        return found

    def settled_slots(self, kind: str, person: Person) -> set[str]:
        """For which slots nothing of *kind* is owed to *person* any more, whatever became of it."""
        theirs = (deliveries.c.workspace == person.workspace) & (deliveries.c.person == person.id)
        over = (deliveries.c.kind == kind) & (deliveries.c.state != DeliveryState.PLANNED)
        return set(self._connection.scalars(select(deliveries.c.slot).where(theirs, over)))

    def get(self, delivery_id: str) -> Delivery | None:
        """Find a delivery by its id."""
        return next(
            iter(self._fetch_deliveries(select(deliveries).where(deliveries.c.id == delivery_id))),
            None,
        )

    def list_due_workspaces(self, now: datetime) -> tuple[str, ...]:
        """Which are owed something at *now*, or a look into what was begun and never ended.

        One that is suspended or at rest takes nothing.
        """
        takes_nothing = exists().where(
            workspaces.c.id == deliveries.c.workspace,
            (workspaces.c.suspended != "") | is_resting_clause(now),
        )
        either = _IS_SENDABLE | _IS_IN_DOUBT
        found = select(deliveries.c.workspace).where(either, ~takes_nothing).distinct()
        asked = found.order_by(deliveries.c.workspace)
        told = {"now": to_unix_seconds(now), "settled": to_unix_seconds(now - RECONCILE_AFTER)}
        return tuple(self._connection.scalars(asked, told))

    def list_due_deliveries(
        self, workspace: str, now: datetime, limit: int
    ) -> tuple[Delivery, ...]:
        """At most *limit* of what *workspace* is owed at *now*, the longest due first."""
        told = {"there": workspace, "now": to_unix_seconds(now), "most": limit}
        return self._fetch_deliveries(_SELECT_DUE, told)

    def next_due(self, after: datetime) -> datetime | None:
        """When something planned next falls due, later than *after*."""
        soonest = select(func.min(deliveries.c.due)).where(
            deliveries.c.state == DeliveryState.PLANNED, deliveries.c.due > to_unix_seconds(after)
        )
        found = self._connection.scalar(soonest)
        return None if found is None else from_unix_seconds(found)

    def claim_delivery(self, delivery_id: str, attempt: int, now: datetime) -> bool:
        """Claim a planned delivery before its message leaves; ``False`` when it is not to be sent.

        From then on it is known as ``attempt + 1``.
        """
        told = {
            "this": delivery_id,
            "was": attempt,
            "next": attempt + 1,
            "at": to_unix_seconds(now),
        }
        return self._connection.execute(_CLAIM_STATEMENT, told).rowcount == 1

    def mark_sent(self, delivery_id: str, attempt: int, reference: str = "") -> bool:
        """Keep that the message arrived, with the product's own *reference* to it."""
        told = {"this": delivery_id, "was": attempt, "told": reference[:_MAX_REFERENCE_CHARACTERS]}
        return self._connection.execute(_MARK_SENT_STATEMENT, told).rowcount == 1

    def requeue_delivery(
        self, delivery_id: str, attempt: int, not_before: datetime | None = None
    ) -> bool:
        """Owe it as before, as it was certainly not posted; not due before *until*."""
        later = {} if not_before is None else {"due": to_unix_seconds(not_before)}
        return self._finish_attempt(delivery_id, attempt, DeliveryState.PLANNED, **later)

    def mark_unconfirmed(self, delivery_id: str, attempt: int, reason: str = "") -> bool:
        """Keep that nobody knows whether it was posted."""
        return self._finish_attempt(
            delivery_id, attempt, DeliveryState.UNCONFIRMED, reason=reason[:_MAX_REASON_CHARACTERS]
        )

    def failed(self, key: str, attempt: int, reason: str = "") -> bool:
        """Keep that the product refused this one message, and owe it no longer."""
        return self._finish_attempt(
            key, attempt, DeliveryState.FAILED, reason=reason[:_MAX_REASON_CHARACTERS]
        )

    def mark_gone(self, delivery_id: str, attempt: int, reason: str = "") -> bool:
        """Keep that its address takes no messages."""
        return self._finish_attempt(
            delivery_id, attempt, DeliveryState.GONE, reason=reason[:_MAX_REASON_CHARACTERS]
        )

    def mark_missed(self, delivery_id: str, attempt: int, reason: str = "") -> bool:
        """Keep that its time has passed, whether planned or proved absent after a beginning."""
        either = _matches_attempt(delivery_id, DeliveryState.PLANNED, attempt) | _matches_attempt(
            delivery_id, DeliveryState.SENDING, attempt
        )
        return self._update_one(
            (either,), state=DeliveryState.MISSED, reason=reason[:_MAX_REASON_CHARACTERS]
        )

    def mark_withdrawn(self, delivery_id: str) -> bool:
        """Keep that nobody wants a planned delivery any more."""
        planned = (deliveries.c.id == delivery_id) & (deliveries.c.state == DeliveryState.PLANNED)
        return self._update_one((planned,), state=DeliveryState.WITHDRAWN)

    def withdraw_for_person(self, person: Person) -> int:
        """Take back what is planned for *person*, who left or paused, and say how many."""
        return self._change_state(
            DeliveryState.PLANNED,
            (deliveries.c.workspace == person.workspace) & (deliveries.c.person == person.id),
            DeliveryState.WITHDRAWN,
        )

    def withdraw_for_channel(self, workspace: str, channel: str) -> int:
        """Take back what is planned for *channel*, which takes no messages, and say how many."""
        there = (deliveries.c.workspace == workspace) & (deliveries.c.channel == channel)
        return self._change_state(DeliveryState.PLANNED, there, DeliveryState.WITHDRAWN)

    def postpone_delivery(self, delivery_id: str, not_before: datetime) -> bool:
        """Owe a planned delivery not before *until*: now is not the time for it."""
        planned = (deliveries.c.id == delivery_id) & (deliveries.c.state == DeliveryState.PLANNED)
        return self._update_one((planned,), due=to_unix_seconds(not_before))

    def list_unsettled(self, workspace: str, now: datetime, limit: int) -> tuple[Delivery, ...]:
        """At most *limit* of *workspace*'s that were begun, and whose end nobody knows by *now*."""
        told = {
            "there": workspace,
            "settled": to_unix_seconds(now - RECONCILE_AFTER),
            "most": limit,
        }
        return self._fetch_deliveries(_SELECT_UNSETTLED, told)

    def expire_overdue(self, now: datetime) -> int:
        """Settle what can no longer be kept at *now*, and say how many deliveries that were.

        Those planned whose last instant has passed become missed; those begun whose end
        could not be found out a day later become unconfirmed.
        """
        yesterday = to_unix_seconds(now) - _DAY_SECONDS
        missed = self._change_state(
            DeliveryState.PLANNED, deliveries.c.late < to_unix_seconds(now), DeliveryState.MISSED
        )
        unclear = (deliveries.c.late < yesterday) & (deliveries.c.started < yesterday)
        return missed + self._change_state(
            DeliveryState.SENDING, unclear, DeliveryState.UNCONFIRMED
        )

    def count_by_state(self) -> tuple[DeliveryCount, ...]:
        """How deliveries stand, by day, kind, state and reason; for the operator, no names."""
        day = (deliveries.c.due // _DAY_SECONDS).label("day")
        groups = (day, deliveries.c.kind, deliveries.c.state, deliveries.c.reason)
        found = self._connection.execute(
            select(*groups, func.count()).group_by(*groups).order_by(*groups)
        )
        return tuple(
            DeliveryCount(
                _UNIX_EPOCH + timedelta(days=day), kind, DeliveryState(state), reason, number
            )
            for day, kind, state, reason, number in found
        )

    def delete_before(self, cutoff: datetime, *, except_kinds: tuple[str, ...] = ()) -> int:
        """Forget what could last be sent earlier than *before*, and say how many those were.

        The kinds in *but* are promised once and for all, so they are remembered.
        """
        old = delete(deliveries).where(
            deliveries.c.late < to_unix_seconds(cutoff), deliveries.c.kind.not_in(except_kinds)
        )
        return self._connection.execute(old).rowcount

    def _fetch_deliveries(
        self, statement: Select[Any], parameters: Mapping[str, object] | None = None
    ) -> tuple[Delivery, ...]:
        return tuple(
            parse_delivery_row(one) for one in self._connection.execute(statement, parameters)
        )

    def _finish_attempt(
        self, delivery_id: str, attempt: int, state: DeliveryState, **values: object
    ) -> bool:
        return self._update_one(
            (_matches_attempt(delivery_id, DeliveryState.SENDING, attempt),), state=state, **values
        )

    def _update_one(self, where: tuple[ColumnElement[bool], ...], **values: object) -> bool:
        moved = self._connection.execute(update(deliveries).where(*where).values(values))
        return moved.rowcount == 1

    def _change_state(
        self, old_state: DeliveryState, where: ColumnElement[bool], new_state: DeliveryState
    ) -> int:
        change = (
            update(deliveries).where(deliveries.c.state == old_state, where).values(state=new_state)
        )
        return self._connection.execute(change).rowcount


def _matches_attempt(delivery_id: str, state: DeliveryState, attempt: int) -> ColumnElement[bool]:
    return (
        (deliveries.c.id == delivery_id)
        & (deliveries.c.state == state)
        & (deliveries.c.attempt == attempt)
    )


def _select_oldest(condition: ColumnElement[bool]) -> Select[Any]:
    """At most so many of one workspace's, the longest due first."""
    here = (deliveries.c.workspace == bindparam("there")) & condition
    asked = select(deliveries).where(here).order_by(deliveries.c.due, deliveries.c.id)
    return asked.limit(bindparam("most"))


_NOW_PARAMETER = bindparam("now", type_=Integer)
_STARTED_BEFORE_PARAMETER = bindparam("settled", type_=Integer)

_IS_SENDABLE = (
    (deliveries.c.state == DeliveryState.PLANNED)
    & (deliveries.c.due <= _NOW_PARAMETER)
    & (deliveries.c.late >= _NOW_PARAMETER)
)
_IS_IN_DOUBT = (deliveries.c.state == DeliveryState.SENDING) & (
    deliveries.c.started <= _STARTED_BEFORE_PARAMETER
)
_SELECT_DUE, _SELECT_UNSETTLED = _select_oldest(_IS_SENDABLE), _select_oldest(_IS_IN_DOUBT)

_ATTEMPT_CONDITION = (deliveries.c.id == bindparam("this")) & (
    deliveries.c.attempt == bindparam("was")
)

_CLAIM_STATEMENT = (
    update(deliveries)
    .where(
        _ATTEMPT_CONDITION,
        deliveries.c.state == DeliveryState.PLANNED,
        deliveries.c.late >= bindparam("at"),
    )
    .values(state=DeliveryState.SENDING, attempt=bindparam("next"), started=bindparam("at"))
)
_MARK_SENT_STATEMENT = (
    update(deliveries)
    .where(_ATTEMPT_CONDITION, deliveries.c.state == DeliveryState.SENDING)
    .values(state=DeliveryState.SENT, reference=bindparam("told"))
)
"""What every message asks, made once: making a statement costs more than running it."""
