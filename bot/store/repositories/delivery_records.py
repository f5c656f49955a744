"""A message owed, as the rooms above know it and as a row keeps it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from secrets import token_hex
from typing import Any

from sqlalchemy import Row

from bot.conversation import Person


class DeliveryState(StrEnum):
    """Where a delivery stands. From ``SENDING`` on, nobody else may begin it."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    UNCONFIRMED = "unconfirmed"
    """It may or may not have been posted, and is never sent again."""
    FAILED = "failed"
    """Refused by the product for a reason that is not its addressee's, and never sent again."""
    GONE = "gone"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class PlannedDelivery:
    """A message somebody is to get: a person's, or a channel's.

    Workspace, kind, person, channel and slot are its key: promised again, it stays one.
    ``due`` and ``late`` are aware instants, the first and the last at which it may be
    sent. ``detail`` holds ids of content, never an answer. One with a ``reason`` cannot be
    kept any more: it is remembered as missed, so that the operator can be told.
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
        """Whom it is owed to, when it is a person's."""
        return Person(self.workspace, self.person)


@dataclass(frozen=True)
class Delivery(PlannedDelivery):
    """A promise as it stands: ``id`` is random and says nothing; ``attempt`` counts beginnings."""

    id: str
    state: DeliveryState
    attempt: int
    started_at: datetime
    reference: str


@dataclass(frozen=True)
class DeliveryCount:
    """How many deliveries of a kind, due on a day in UTC, stand where, and why; no names."""

    day: date
    kind: str
    state: DeliveryState
    reason: str
    count: int


def build_delivery_row(planned_delivery: PlannedDelivery) -> dict[str, Any]:
    """Make a promise the row that keeps it, with an id of its own that says nothing."""
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
    """Read a delivery from its row."""
    values = row._asdict()
    for column, attribute in (("due", "due_at"), ("late", "deadline"), ("started", "started_at")):
        values[attribute] = from_unix_seconds(values.pop(column))
    values["state"] = DeliveryState(values["state"])
    return Delivery(**values)


def to_unix_seconds(moment: datetime) -> int:
    """An instant as it is kept: whole Unix seconds."""
    return int(moment.timestamp())


def from_unix_seconds(unix_seconds: int) -> datetime:
    """An instant as it is told: aware, in UTC."""
    return datetime.fromtimestamp(unix_seconds, UTC)
