"""A message owed, as the rooms above know it and as a row keeps it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from secrets import token_hex
from typing import Any

from sqlalchemy import Row

from bot.conversation import Person


class State(StrEnum):
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
class Promise:
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
    due: datetime
    late: datetime
    detail: str
    reason: str = field(default="", kw_only=True)

    @property
    def recipient(self) -> Person:
        """Whom it is owed to, when it is a person's."""
        return Person(self.workspace, self.person)


@dataclass(frozen=True)
class Delivery(Promise):
    """A promise as it stands: ``id`` is random and says nothing; ``attempt`` counts beginnings."""

    id: str
    state: State
    attempt: int
    started: datetime
    reference: str


@dataclass(frozen=True)
class Tally:
    """How many deliveries of a kind, due on a day in UTC, stand where, and why; no names."""

    day: date
    kind: str
    state: State
    reason: str
    number: int


def row(promise: Promise) -> dict[str, Any]:
    """Make a promise the row that keeps it, with an id of its own that says nothing."""
    return {
        "id": token_hex(16),
        "workspace": promise.workspace,
        "kind": promise.kind,
        "person": promise.person,
        "channel": promise.channel,
        "slot": promise.slot,
        "due": seconds(promise.due),
        "late": seconds(promise.late),
        "state": State.MISSED if promise.reason else State.PLANNED,
        "detail": promise.detail,
        "reason": promise.reason,
    }


def delivery(kept: Row[Any]) -> Delivery:
    """Read a delivery from its row."""
    values = kept._asdict()
    for name in ("due", "late", "started"):
        values[name] = instant(values[name])
    values["state"] = State(values["state"])
    return Delivery(**values)


def seconds(at: datetime) -> int:
    """An instant as it is kept: whole Unix seconds."""
    return int(at.timestamp())


def instant(kept: int) -> datetime:
    """An instant as it is told: aware, in UTC."""
    return datetime.fromtimestamp(kept, UTC)
