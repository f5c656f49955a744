"""Team records: a fixed number of slots, one per person, with what would move beside a name.

A slot contains a person's unanswered count and intention. A record's size changes with the
team's list alone, never with what a slot contains; slots are sorted by token, so that a record
tells no order of use.
"""

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import date

from bot.domain.calendar import iso_week, monday_of_iso_week
from bot.domain.checkins.frequency import STOP_AFTER_UNANSWERED
from bot.domain.checkins.questions import Intention

TOKEN_BYTES = 16
"""Length of a person's token."""

CODE_BYTES, SIGN_BYTES = 12, 20
"""Lengths of an intention's code and of its sign's code, filled with zeros."""

_DAY_BYTES = 3
"""Length of a day, the number of days since 1 January of year 1."""

_INTENTION_BYTES = CODE_BYTES + SIGN_BYTES + 2 * _DAY_BYTES
_COUNT_END = TOKEN_BYTES + 1

SLOT_BYTES = _COUNT_END + _INTENTION_BYTES
"""The encoded length of one slot, in use or not."""

_UNUSED, _NO_INTENTION = bytes(SLOT_BYTES - TOKEN_BYTES), bytes(_INTENTION_BYTES)
"""Encoded content of a slot that is not in use, and an intention that is absent: zeros."""

SLOT_STEP = 8
"""Records have a multiple of this number of slots."""


@dataclass(frozen=True)
class TeamSlot:
    """One person's slot: check-ins unanswered in a row, 0 to 6, and the intention, if any."""

    token: bytes
    unanswered_count: int = 0
    intention: Intention | None = None

    @property
    def is_used(self) -> bool:
        """Whether the slot contains anything."""
        return bool(self.unanswered_count or self.intention)


@dataclass(frozen=True)
class TeamRecord:
    """The number of slots of one team, and the slots in use, sorted by token."""

    slot_count: int
    slots: tuple[TeamSlot, ...] = ()


def count_slots(listed_people: int) -> int:
    """Return the number of slots for *listed_people*: the next multiple of :data:`SLOT_STEP`."""
    return max(1, -(-listed_people // SLOT_STEP)) * SLOT_STEP


def find_slot(record: TeamRecord, token: bytes) -> TeamSlot:
    """Return the slot of *token*; an empty one if it has none."""
    position, is_found = _find_position(record, token)
    return record.slots[position] if is_found else TeamSlot(token)


def replace_slot(record: TeamRecord, slot: TeamSlot) -> TeamRecord:
    """Return *record* with *slot*, its count clamped to 0 to 6; an unused slot becomes free.

    Returns *record* itself when no slot is free: a record grows with the team's list alone.
    """
    count = max(0, min(slot.unanswered_count, STOP_AFTER_UNANSWERED))
    slot = replace(slot, unanswered_count=count)
    position, is_found = _find_position(record, slot.token)
    if slot.is_used and not is_found and len(record.slots) >= record.slot_count:
        return record
    added = (slot,) if slot.is_used else ()
    slots = (*record.slots[:position], *added, *record.slots[position + is_found :])
    return replace(record, slots=slots)


def grow_record(record: TeamRecord, listed_people: int) -> TeamRecord:
    """Return *record* with slots for *listed_people*; it never becomes smaller."""
    return replace(record, slot_count=max(record.slot_count, count_slots(listed_people)))


def delete_expired(record: TeamRecord, today: date) -> tuple[TeamRecord, int]:
    """Return *record* without the intentions that expired before *today*, and their number."""
    expired = [
        slot for slot in record.slots if slot.intention and slot.intention.expires_on < today
    ]
    for slot in expired:
        record = replace_slot(record, replace(slot, intention=None))
    return record, len(expired)


def can_encode(intention: Intention) -> bool:
    """Return whether the codes of *intention* fit their fields and its week exists."""
    try:
        _encode_intention(intention)
    except ValueError:
        return False
    return True


def encode_record(record: TeamRecord) -> bytes:
    """Encode *record* to its fixed length; unused slots are zeros at the end.

    Raises ``ValueError`` for a code that is longer than its field.
    """
    body = b"".join(map(_encode_slot, record.slots))
    return body.ljust(record.slot_count * SLOT_BYTES, b"\0")


def decode_record(body: bytes) -> TeamRecord:
    """Decode the *body* of a record; its length is the number of its slots.

    Raises ``ValueError`` for a length that is no multiple of a slot's.
    """
    if len(body) % SLOT_BYTES:
        raise ValueError("the body of a record is not a whole number of slots")
    bodies = [body[start : start + SLOT_BYTES] for start in range(0, len(body), SLOT_BYTES)]
    used_bodies = [slot_body for slot_body in bodies if slot_body[TOKEN_BYTES:] != _UNUSED]
    return TeamRecord(len(bodies), tuple(map(_decode_slot, used_bodies)))


def _find_position(record: TeamRecord, token: bytes) -> tuple[int, bool]:
    """Return the position of *token* in the order of tokens, and whether it has a slot."""
    position = bisect_left(record.slots, token, key=lambda slot: slot.token)
    is_found = position < len(record.slots) and record.slots[position].token == token
    return position, is_found


def _encode_slot(slot: TeamSlot) -> bytes:
    intention = _encode_intention(slot.intention) if slot.intention else _NO_INTENTION
    return slot.token + bytes((slot.unanswered_count,)) + intention


def _encode_intention(intention: Intention) -> bytes:
    days = (monday_of_iso_week(intention.week), intention.expires_on)
    return (
        _pad_code(intention.code, CODE_BYTES)
        + _pad_code(intention.sign_code, SIGN_BYTES)
        + b"".join(day.toordinal().to_bytes(_DAY_BYTES, "big") for day in days)
    )


def _pad_code(code: str, length: int) -> bytes:
    encoded = code.encode()
    if len(encoded) > length:
        raise ValueError("a code is longer than its field")
    return encoded.ljust(length, b"\0")


def _decode_slot(body: bytes) -> TeamSlot:
    intention = body[_COUNT_END:]
    return TeamSlot(
        body[:TOKEN_BYTES],
        body[TOKEN_BYTES],
        _decode_intention(intention) if intention != _NO_INTENTION else None,
    )


def _decode_intention(body: bytes) -> Intention:
    days_start = CODE_BYTES + SIGN_BYTES
    week_start, expires_on = (
        date.fromordinal(int.from_bytes(body[start : start + _DAY_BYTES], "big"))
        for start in (days_start, days_start + _DAY_BYTES)
    )
    code, sign_code = body[:CODE_BYTES], body[CODE_BYTES:days_start]
    return Intention(
        code.rstrip(b"\0").decode(),
        sign_code.rstrip(b"\0").decode(),
        iso_week(week_start),
        expires_on,
    )
