"""Ledger records: a fixed number of slots, one per contributor, and their fixed-size encoding.

A record changes with every debrief; its size never does. Slots are sorted by token and the codes
of a slot by their position in the codebook, so that a record tells no order of filing.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

TOKEN_BYTES = 16
"""Length of a contributor's token."""

MAX_COUNT = 255
"""The largest count that a slot stores; it stays there."""

MIN_RESERVE = 4
"""Minimum number of slots for people who are added to the list while the period is open."""

Draw = Callable[[int], int]
"""Returns a uniform integer from 0 to its argument - 1."""


class RecordFullError(Exception):
    """Every slot of a record is in use: another contributor cannot be counted in it."""


@dataclass(frozen=True)
class RecordShape:
    """What decides a record's size, fixed when the period opens, and the codes that it counts.

    ``cap`` is how many codes a slot stores. ``codes`` is the codebook's order of at most 255
    codes: a stored byte is a position in it plus 1, and 0 is no code.
    """

    slot_count: int
    cap: int
    codes: tuple[str, ...]

    @property
    def slot_bytes(self) -> int:
        """The encoded length of one slot: token, count and codes."""
        return TOKEN_BYTES + 1 + self.cap

    @property
    def record_bytes(self) -> int:
        """The encoded length of the record, in use or not."""
        return self.slot_count * self.slot_bytes


@dataclass(frozen=True, order=True)
class Slot:
    """One contributor's slot: how many debriefs they filed, and the codes of at most ``cap``."""

    token: bytes
    count: int
    codes: tuple[int, ...]


@dataclass(frozen=True)
class LedgerRecord:
    """The slots in use of one unit, ledger and period, sorted by token.

    Each person on the list when the period opens has a slot from then on, filed or not: else the
    others could fill the record and learn from its refusal whether that person had filed.
    """

    shape: RecordShape
    slots: tuple[Slot, ...] = ()


def count_slots(listed_people: int) -> int:
    """Return the number of slots of a period that opens with *listed_people* on its list.

    The reserve is a quarter, at least :data:`MIN_RESERVE`.
    """
    return listed_people + max(MIN_RESERVE, -(-listed_people // 4))


def add_tokens(record: LedgerRecord, tokens: Iterable[bytes]) -> LedgerRecord:
    """Return *record* with a slot without debriefs for each of *tokens* that has none."""
    present = {slot.token for slot in record.slots}
    added = (Slot(token, 0, ()) for token in sorted(set(tokens) - present))
    return replace(record, slots=tuple(sorted((*record.slots, *added))))


def file_code(record: LedgerRecord, token: bytes, code: str, draw: Draw) -> LedgerRecord:
    """Return *record* with one more debrief of *token*.

    Beyond the cap each filed code has the same probability to be stored (reservoir sampling,
    Vitter 1985, algorithm R). Raises :class:`RecordFullError` for a new token without a slot.
    """
    position, slot = _find_slot(record, token)
    if slot is None:
        if len(record.slots) == record.shape.slot_count:
            raise RecordFullError
        slot, next_position = Slot(token, 0, ()), position
    else:
        next_position = position + 1
    codes = _sample_codes(slot, record.shape, record.shape.codes.index(code) + 1, draw)
    slot = Slot(token, min(slot.count + 1, MAX_COUNT), codes)
    return replace(record, slots=(*record.slots[:position], slot, *record.slots[next_position:]))


def withdraw_token(record: LedgerRecord, token: bytes) -> tuple[LedgerRecord, int]:
    """Return *record* without the debriefs of *token*, and how many it counted.

    The slot stays: a withdrawal that freed one would tell the next person without one that it did.
    """
    position, slot = _find_slot(record, token)
    if slot is None:
        return record, 0
    emptied = Slot(token, 0, ())
    slots = (*record.slots[:position], emptied, *record.slots[position + 1 :])
    return replace(record, slots=slots), slot.count


def replace_token(record: LedgerRecord, token: bytes, new_token: bytes) -> LedgerRecord:
    """Return *record* with *new_token* on the slot of *token*: the same person under another id.

    Nothing changes if *new_token* has a slot already, since two people are never merged.
    """
    if any(slot.token == new_token for slot in record.slots):
        return record
    renamed = (
        replace(slot, token=new_token) if slot.token == token else slot for slot in record.slots
    )
    return replace(record, slots=tuple(sorted(renamed)))


def hand_over_debriefs(record: LedgerRecord, token: bytes, new_token: bytes) -> LedgerRecord:
    """Return *record* with the debriefs of *token* under *new_token*, of the same person.

    Both may have a slot: they are exchanged, so that as many are in use as before. Where both have
    debriefs those of *token* are withdrawn, as they were not sampled together.
    """
    if has_debriefs(record, new_token):
        return withdraw_token(record, token)[0]
    exchanged = {token: new_token, new_token: token}
    moved = (replace(slot, token=exchanged.get(slot.token, slot.token)) for slot in record.slots)
    return replace(record, slots=tuple(sorted(moved)))


def has_place(record: LedgerRecord, token: bytes) -> bool:
    """Return whether *record* can count a debrief of *token*: in its slot, or in a free one."""
    has_free_slot = len(record.slots) < record.shape.slot_count
    return has_free_slot or _find_slot(record, token)[1] is not None


def has_debriefs(record: LedgerRecord, token: bytes) -> bool:
    """Return whether *record* counts a debrief of *token*."""
    slot = _find_slot(record, token)[1]
    return slot is not None and slot.count > 0


def token_codes(record: LedgerRecord) -> list[tuple[bytes, str]]:
    """Return the (token, code) pairs that the release rule counts."""
    codes = record.shape.codes
    return [(slot.token, codes[code - 1]) for slot in record.slots for code in slot.codes]


def encode_record(record: LedgerRecord) -> bytes:
    """Encode *record* to its fixed length; unused slots are zeros at the end."""
    shape = record.shape
    slots = (
        slot.token + bytes((slot.count, *slot.codes)).ljust(1 + shape.cap, b"\0")
        for slot in record.slots
    )
    return b"".join(slots).ljust(shape.record_bytes, b"\0")


def decode_record(body: bytes, cap: int, codes: tuple[str, ...]) -> LedgerRecord:
    """Decode the *body* of a record; its length is the number of its slots.

    Raises ``ValueError`` for a length that is no multiple of a slot's.
    """
    slot_bytes = RecordShape(1, cap, codes).slot_bytes
    if len(body) % slot_bytes:
        raise ValueError("the body of a record is not a whole number of slots")
    bodies = [body[start : start + slot_bytes] for start in range(0, len(body), slot_bytes)]
    used_bodies = [slot_body for slot_body in bodies if any(slot_body[:TOKEN_BYTES])]
    return LedgerRecord(RecordShape(len(bodies), cap, codes), tuple(map(_decode_slot, used_bodies)))


def _find_slot(record: LedgerRecord, token: bytes) -> tuple[int, Slot | None]:
    """Return the position of *token* in the order of tokens, and its slot, if it has one."""
    position = bisect_left(record.slots, token, key=lambda slot: slot.token)
    if position < len(record.slots) and record.slots[position].token == token:
        return position, record.slots[position]
    return position, None


def _sample_codes(slot: Slot, shape: RecordShape, code: int, draw: Draw) -> tuple[int, ...]:
    """Return the codes of *slot* after *code* was offered to its reservoir."""
    codes = list(slot.codes)
    if len(codes) < shape.cap:
        codes.append(code)
    elif (drawn := draw(slot.count + 1)) < shape.cap:
        codes[drawn] = code
    return tuple(sorted(codes))


def _decode_slot(body: bytes) -> Slot:
    codes = body[TOKEN_BYTES + 1 :].replace(b"\0", b"")
    return Slot(body[:TOKEN_BYTES], body[TOKEN_BYTES], tuple(codes))
