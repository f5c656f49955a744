"""Dataclasses of rows of the table ``delivery``, their states, and the conversion of rows."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from secrets import token_hex
from typing import Any

from sqlalchemy import Row

from bot.conversation import Person
from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories.column_codecs import from_unix_seconds, to_unix_seconds

_UNIX_EPOCH = date(1970, 1, 1)


class DeliveryState(StrEnum):
    """State of a delivery row. In ``SENDING`` it is claimed: no other process may send it."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    UNCONFIRMED = "unconfirmed"
    """It may or may not have been posted; there is no retry."""
    FAILED = "failed"
    """The product rejected this message, not its recipient; there is no retry."""
    UNREACHABLE = "gone"
    """Its address accepts no messages; there is no retry."""
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


UNSENT_STATES = frozenset(
    {DeliveryState.FAILED, DeliveryState.UNREACHABLE, DeliveryState.MISSED, DeliveryState.WITHDRAWN}
)
"""Final states of rows whose message was certainly never posted."""

LOST_STATES = frozenset({DeliveryState.UNREACHABLE, DeliveryState.WITHDRAWN})
"""Final states of rows whose address accepted no messages."""


@dataclass(frozen=True)
class PlannedDelivery:
    """A message to send to a person or to a channel.

    Workspace, kind, person, channel and slot are its idempotency key, a unique constraint:
    inserted again, it stays one row. ``kind`` is a :class:`DeliveryKind`, or the string of a kind
    that a newer release stored. ``due_at`` and ``deadline`` are aware instants, the first and the
    last at which it may be sent. ``detail`` contains ids of content, never an answer. A delivery
    with a ``reason`` is inserted as ``MISSED`` and never sent, so that the operator sees it.
    """

    workspace: str
    kind: str
    person: str
    channel: str
    slot: str
    due_at: datetime
    deadline: datetime
    detail: str
    reason: str = field(default="", kw_only=True)

    @property
    def recipient(self) -> Person:
        """The addressed person, with the id ``""`` when the delivery is for a channel."""
        return Person(self.workspace, self.person)


@dataclass(frozen=True)
class Delivery(PlannedDelivery):
    """A row: ``id`` is a random primary key; ``attempt`` is the version of optimistic locking."""

    id: str
    state: DeliveryState
    attempt: int
    started_at: datetime
    reference: str


@dataclass(frozen=True)
class DeliveryCount:
    """Number of deliveries of a kind, due day (UTC), state and reason; without names."""

    day: date
    kind: str
    state: DeliveryState
    reason: str
    count: int


def parse_kind(value: str) -> str:
    """Convert the value of the column ``kind`` to its :class:`DeliveryKind`.

    An unknown value stays a string, and raises nothing: after a downgrade, one row of a newer
    release must not block the queue.
    """
    try:
        return DeliveryKind(value)
    except ValueError:
        return value


def build_delivery_row(planned_delivery: PlannedDelivery) -> dict[str, Any]:
    """Convert a planned delivery to a table row with a new random id."""
    return {
        "id": token_hex(16),
        "workspace": planned_delivery.workspace,
        "kind": planned_delivery.kind,
        "person": planned_delivery.person,
        "channel": planned_delivery.channel,
        "slot": planned_delivery.slot,
        "due": to_unix_seconds(planned_delivery.due_at),
        "late": to_unix_seconds(planned_delivery.deadline),
        "state": DeliveryState.MISSED if planned_delivery.reason else DeliveryState.PLANNED,
        "detail": planned_delivery.detail,
        "reason": planned_delivery.reason,
    }


def parse_delivery_row(row: Row[Any]) -> Delivery:
    """Convert a table row to a delivery."""
    values = row._asdict()
    for column, attribute in (("due", "due_at"), ("late", "deadline"), ("started", "started_at")):
        values[attribute] = from_unix_seconds(values.pop(column))
    values["kind"] = parse_kind(values["kind"])
    values["state"] = DeliveryState(values["state"])
    return Delivery(**values)


def build_delivery_count(
    day_number: int, kind: str, state: str, reason: str, count: int
) -> DeliveryCount:
    """Build a count from the columns of the GROUP BY; *day_number* is in days since 1970-01-01."""
    day = _UNIX_EPOCH + timedelta(days=day_number)
    return DeliveryCount(day, parse_kind(kind), DeliveryState(state), reason, count)
