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
    Promise,
    State,
    Tally,
    delivery,
    instant,
    row,
    seconds,
)
from bot.store.repositories.workspaces import resting
from bot.store.schema import deliveries, people, workspaces
from bot.store.upsert import BATCH, add

__all__ = ["Deliveries", "Delivery", "Promise", "State", "Tally"]

SETTLE = timedelta(seconds=40)
"""After it was begun, when the fate of a message may be looked into.

A call takes ten seconds at most, and a product may post what it took half a minute later.
"""

_DAY = 86_400
_EPOCH = date(1970, 1, 1)
_REFERENCE = 80
_REASON = 60
_MOST_QUIET = 6


class Deliveries:
    """What is owed to people and channels, so that each message reaches them once.

    A delivery moves only from the state and attempt that its mover saw: of two who try,
    one is told ``False`` and does nothing. Instants are kept in whole seconds.
    """

    def __init__(self, connection: Connection) -> None:
        """Open the book on *connection*."""
        self._connection = connection

    def promise(self, promises: Iterable[Promise]) -> int:
        """Owe what is not owed yet, and say how many that were."""
        return add(self._connection, deliveries, [row(one) for one in promises])

    def ask(self, promises: Iterable[Promise]) -> int:
        """Owe questions that stay unanswered until their person is heard from again.

        The quiet counter of each person goes up with the promise, in one transaction, and
        only for whoever was not owed it before: two clocks count once.
        """
        rows = [row(one) for one in promises]
        kept = add(self._connection, deliveries, rows)
        who = tuple_(people.c.workspace, people.c.id)
        asked = select(deliveries.c.workspace, deliveries.c.person)
        for start in range(0, len(rows), BATCH):
            ids = [one["id"] for one in rows[start : start + BATCH]]
            here = who.in_(asked.where(deliveries.c.id.in_(ids)))
            counted = update(people).where(here, people.c.quiet < _MOST_QUIET)
            self._connection.execute(counted.values(quiet=people.c.quiet + 1))
        return kept

    def slots(self, kind: str, persons: Collection[Person], since: str) -> dict[Person, set[str]]:
        """In which slots, from *since* on, each of *persons* had a delivery of *kind* in time."""
        asked = select(deliveries.c.workspace, deliveries.c.person, deliveries.c.slot).where(
            deliveries.c.workspace.in_({one.workspace for one in persons}),
            deliveries.c.kind == kind,
            deliveries.c.person.in_({one.id for one in persons}),
            deliveries.c.slot >= since,
            deliveries.c.state != State.MISSED,
        )
        found: dict[Person, set[str]] = {one: set() for one in persons}
        for workspace, person, slot in self._connection.execute(asked):
            found.get(Person(workspace, person), set()).add(slot)
        return found

    def settled(self, kind: str, person: Person) -> set[str]:
        """For which slots nothing of *kind* is owed to *person* any more, whatever became of it."""
        theirs = (deliveries.c.workspace == person.workspace) & (deliveries.c.person == person.id)
        over = (deliveries.c.kind == kind) & (deliveries.c.state != State.PLANNED)
        return set(self._connection.scalars(select(deliveries.c.slot).where(theirs, over)))

    def get(self, key: str) -> Delivery | None:
        """Find a delivery by its id."""
        return next(iter(self._found(select(deliveries).where(deliveries.c.id == key))), None)

    def workspaces_owed(self, now: datetime) -> tuple[str, ...]:
        """Which are owed something at *now*, or a look into what was begun and never ended.

        One that is suspended or at rest takes nothing.
        """
        takes_nothing = exists().where(
            workspaces.c.id == deliveries.c.workspace,
            (workspaces.c.suspended != "") | resting(now),
        )
        either = _SENDABLE | _IN_DOUBT
        found = select(deliveries.c.workspace).where(either, ~takes_nothing).distinct()
        asked = found.order_by(deliveries.c.workspace)
        told = {"now": seconds(now), "settled": seconds(now - SETTLE)}
        return tuple(self._connection.scalars(asked, told))

    def owed(self, workspace: str, now: datetime, limit: int) -> tuple[Delivery, ...]:
        """At most *limit* of what *workspace* is owed at *now*, the longest due first."""
        told = {"there": workspace, "now": seconds(now), "most": limit}
        return self._found(_OWED, told)

    def next_due(self, after: datetime) -> datetime | None:
        """When something planned next falls due, later than *after*."""
        soonest = select(func.min(deliveries.c.due)).where(
            deliveries.c.state == State.PLANNED, deliveries.c.due > seconds(after)
        )
        found = self._connection.scalar(soonest)
        return None if found is None else instant(found)

    def begin(self, key: str, attempt: int, now: datetime) -> bool:
        """Claim a planned delivery before its message leaves; ``False`` when it is not to be sent.

        From then on it is known as ``attempt + 1``.
        """
        told = {"this": key, "was": attempt, "next": attempt + 1, "at": seconds(now)}
        return self._connection.execute(_BEGIN, told).rowcount == 1

    def sent(self, key: str, attempt: int, reference: str = "") -> bool:
        """Keep that the message arrived, with the product's own *reference* to it."""
        told = {"this": key, "was": attempt, "told": reference[:_REFERENCE]}
        return self._connection.execute(_SENT, told).rowcount == 1

    def wait(self, key: str, attempt: int, until: datetime | None = None) -> bool:
        """Owe it as before, as it was certainly not posted; not due before *until*."""
        later = {} if until is None else {"due": seconds(until)}
        return self._end(key, attempt, State.PLANNED, **later)

    def unconfirmed(self, key: str, attempt: int, reason: str = "") -> bool:
        """Keep that nobody knows whether it was posted."""
        return self._end(key, attempt, State.UNCONFIRMED, reason=reason[:_REASON])

    def failed(self, key: str, attempt: int, reason: str = "") -> bool:
        """Keep that the product refused this one message, and owe it no longer."""
        return self._end(key, attempt, State.FAILED, reason=reason[:_REASON])

    def gone(self, key: str, attempt: int, reason: str = "") -> bool:
        """Keep that its address takes no messages."""
        return self._end(key, attempt, State.GONE, reason=reason[:_REASON])

    def missed(self, key: str, attempt: int, reason: str = "") -> bool:
        """Keep that its time has passed, whether planned or proved absent after a beginning."""
        either = _at(key, State.PLANNED, attempt) | _at(key, State.SENDING, attempt)
        return self._move((either,), state=State.MISSED, reason=reason[:_REASON])

    def withdrawn(self, key: str) -> bool:
        """Keep that nobody wants a planned delivery any more."""
        planned = (deliveries.c.id == key) & (deliveries.c.state == State.PLANNED)
        return self._move((planned,), state=State.WITHDRAWN)

    def withdraw_for(self, person: Person) -> int:
        """Take back what is planned for *person*, who left or paused, and say how many."""
        return self._all(
            State.PLANNED,
            (deliveries.c.workspace == person.workspace) & (deliveries.c.person == person.id),
            State.WITHDRAWN,
        )

    def withdraw_in(self, workspace: str, channel: str) -> int:
        """Take back what is planned for *channel*, which takes no messages, and say how many."""
        there = (deliveries.c.workspace == workspace) & (deliveries.c.channel == channel)
        return self._all(State.PLANNED, there, State.WITHDRAWN)

    def put_off(self, key: str, until: datetime) -> bool:
        """Owe a planned delivery not before *until*: now is not the time for it."""
        planned = (deliveries.c.id == key) & (deliveries.c.state == State.PLANNED)
        return self._move((planned,), due=seconds(until))

    def unsettled(self, workspace: str, now: datetime, limit: int) -> tuple[Delivery, ...]:
        """At most *limit* of *workspace*'s that were begun, and whose end nobody knows by *now*."""
        told = {"there": workspace, "settled": seconds(now - SETTLE), "most": limit}
        return self._found(_UNSETTLED, told)

    def give_up(self, now: datetime) -> int:
        """Settle what can no longer be kept at *now*, and say how many deliveries that were.

        Those planned whose last instant has passed become missed; those begun whose end
        could not be found out a day later become unconfirmed.
        """
        yesterday = seconds(now) - _DAY
        missed = self._all(State.PLANNED, deliveries.c.late < seconds(now), State.MISSED)
        unclear = (deliveries.c.late < yesterday) & (deliveries.c.started < yesterday)
        return missed + self._all(State.SENDING, unclear, State.UNCONFIRMED)

    def tally(self) -> tuple[Tally, ...]:
        """How deliveries stand, by day, kind, state and reason; for the operator, no names."""
        day = (deliveries.c.due // _DAY).label("day")
        groups = (day, deliveries.c.kind, deliveries.c.state, deliveries.c.reason)
        found = self._connection.execute(
            select(*groups, func.count()).group_by(*groups).order_by(*groups)
        )
        return tuple(
            Tally(_EPOCH + timedelta(days=day), kind, State(state), reason, number)
            for day, kind, state, reason, number in found
        )

    def sweep(self, before: datetime, *, but: tuple[str, ...] = ()) -> int:
        """Forget what could last be sent earlier than *before*, and say how many those were.

        The kinds in *but* are promised once and for all, so they are remembered.
        """
        old = delete(deliveries).where(
            deliveries.c.late < seconds(before), deliveries.c.kind.not_in(but)
        )
        return self._connection.execute(old).rowcount

    def _found(
        self, asked: Select[Any], told: Mapping[str, object] | None = None
    ) -> tuple[Delivery, ...]:
        return tuple(delivery(one) for one in self._connection.execute(asked, told))

    def _end(self, key: str, attempt: int, state: State, **values: object) -> bool:
        return self._move((_at(key, State.SENDING, attempt),), state=state, **values)

    def _move(self, where: tuple[ColumnElement[bool], ...], **values: object) -> bool:
        moved = self._connection.execute(update(deliveries).where(*where).values(values))
        return moved.rowcount == 1

    def _all(self, before: State, where: ColumnElement[bool], after: State) -> int:
        change = update(deliveries).where(deliveries.c.state == before, where).values(state=after)
        return self._connection.execute(change).rowcount


def _at(key: str, state: State, attempt: int) -> ColumnElement[bool]:
    return (
        (deliveries.c.id == key) & (deliveries.c.state == state) & (deliveries.c.attempt == attempt)
    )


def _next(which: ColumnElement[bool]) -> Select[Any]:
    """At most so many of one workspace's, the longest due first."""
    here = (deliveries.c.workspace == bindparam("there")) & which
    asked = select(deliveries).where(here).order_by(deliveries.c.due, deliveries.c.id)
    return asked.limit(bindparam("most"))


_NOW = bindparam("now", type_=Integer)
_SETTLED = bindparam("settled", type_=Integer)

_SENDABLE = (
    (deliveries.c.state == State.PLANNED) & (deliveries.c.due <= _NOW) & (deliveries.c.late >= _NOW)
)
_IN_DOUBT = (deliveries.c.state == State.SENDING) & (deliveries.c.started <= _SETTLED)
_OWED, _UNSETTLED = _next(_SENDABLE), _next(_IN_DOUBT)

_THIS = (deliveries.c.id == bindparam("this")) & (deliveries.c.attempt == bindparam("was"))

_BEGIN = (
    update(deliveries)
    .where(_THIS, deliveries.c.state == State.PLANNED, deliveries.c.late >= bindparam("at"))
    .values(state=State.SENDING, attempt=bindparam("next"), started=bindparam("at"))
)
_SENT = (
    update(deliveries)
    .where(_THIS, deliveries.c.state == State.SENDING)
    .values(state=State.SENT, reference=bindparam("told"))
)
"""What every message asks, made once: making a statement costs more than running it."""
