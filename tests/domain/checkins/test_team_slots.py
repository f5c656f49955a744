"""Team records: slots of fixed size, whatever they contain."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content import catalogue
from bot.domain.calendar import iso_week
from bot.domain.checkins import questions, team_slots
from bot.domain.checkins.questions import Intention
from bot.domain.checkins.team_slots import SLOT_BYTES, TeamRecord, TeamSlot

DAY = date(2026, 9, 15)
INTENTION = Intention("I1", "ring", "2026-W37", DAY)
CATALOGUE = catalogue.load_catalogue()
WORDS = CATALOGUE.get_pack("en")
CODES = (*WORDS.questions["intention"].option_codes, questions.UNNAMED_INTENTION)
SIGN_CODES = tuple(sign.code for sign in WORDS.signs)

DAYS = st.dates(date(2020, 1, 6), date(2100, 1, 1))
INTENTIONS = st.builds(
    Intention,
    st.sampled_from(CODES),
    st.sampled_from(SIGN_CODES),
    st.builds(iso_week, DAYS),
    DAYS,
)
SLOTS = st.builds(
    TeamSlot,
    st.binary(min_size=16, max_size=16),
    st.integers(0, 6),
    st.none() | INTENTIONS,
)


def fill_record(slot_count: int, slots: list[TeamSlot]) -> TeamRecord:
    """Return a record into which each of *slots* was put."""
    record = TeamRecord(slot_count)
    for slot in slots:
        record = team_slots.replace_slot(record, slot)
    return record


@given(slots=st.lists(SLOTS, max_size=12), slot_count=st.sampled_from((8, 16)))
def test_size_depends_on_the_number_of_slots_alone(slots: list[TeamSlot], slot_count: int) -> None:
    """Whatever the slots contain, the encoded length is that of an empty record."""
    record = fill_record(slot_count, slots)

    assert len(team_slots.encode_record(record)) == slot_count * SLOT_BYTES


@given(slots=st.lists(SLOTS, max_size=12))
def test_decoding_returns_what_was_encoded(slots: list[TeamSlot]) -> None:
    """Counts, codes, weeks and days come back, for every code and sign of the content."""
    record = fill_record(8, slots)

    assert team_slots.decode_record(team_slots.encode_record(record)) == record


@given(slots=st.lists(SLOTS, max_size=8, unique_by=lambda slot: slot.token), data=st.data())
def test_encoding_tells_no_order_of_use(slots: list[TeamSlot], data: st.DataObject) -> None:
    """The same slots give the same bytes, whichever was used first."""
    shuffled = data.draw(st.permutations(slots))

    first, second = (
        team_slots.encode_record(fill_record(8, order)) for order in (slots, list(shuffled))
    )
    assert first == second


@given(slots=st.lists(SLOTS, max_size=8, unique_by=lambda slot: slot.token))
def test_each_token_has_its_own_slot(slots: list[TeamSlot]) -> None:
    """A slot is found by its token, and clearing one leaves all others."""
    record = fill_record(8, slots)
    for slot in slots:
        assert team_slots.find_slot(record, slot.token) == slot
        record = team_slots.replace_slot(record, TeamSlot(slot.token))
        assert team_slots.find_slot(record, slot.token) == TeamSlot(slot.token)

    assert record == TeamRecord(8)


def test_full_record_takes_no_further_slot() -> None:
    """A person without a free slot is not stored, and the others stay."""
    slots = [TeamSlot(bytes((number,)) * 16, 1) for number in range(9)]

    assert fill_record(8, slots) == fill_record(8, slots[:8])


@pytest.mark.parametrize(("count", "stored"), [(-1, 0), (0, 0), (6, 6), (7, 6)])
def test_count_is_clamped(count: int, stored: int) -> None:
    """Counts are from 0 to 6."""
    record = team_slots.replace_slot(TeamRecord(8), TeamSlot(b"t" * 16, count))

    assert team_slots.find_slot(record, b"t" * 16).unanswered_count == stored


@pytest.mark.parametrize(("people", "slot_count"), [(0, 8), (1, 8), (8, 8), (9, 16), (17, 24)])
def test_slots_are_a_multiple_of_eight(people: int, slot_count: int) -> None:
    """The number of slots tells the size of the list only roughly."""
    assert team_slots.count_slots(people) == slot_count
    assert team_slots.grow_record(TeamRecord(8), people).slot_count == slot_count


def test_record_never_shrinks() -> None:
    """A shorter list leaves the slots that people may still use."""
    assert team_slots.grow_record(TeamRecord(24), 3).slot_count == 24


def test_intention_expires_after_its_last_day() -> None:
    """An intention stays through its last day; the person's count stays longer."""
    slot = TeamSlot(b"t" * 16, 2, INTENTION)
    later = TeamSlot(b"u" * 16, 0, replace(INTENTION, expires_on=DAY + timedelta(days=9)))
    record = fill_record(8, [slot, later])

    assert team_slots.delete_expired(record, DAY) == (record, 0)
    assert team_slots.delete_expired(record, DAY + timedelta(days=1)) == (
        fill_record(8, [replace(slot, intention=None), later]),
        1,
    )


def test_code_longer_than_its_field_is_an_error() -> None:
    """A code is never cut: another code could begin like it."""
    record = fill_record(8, [TeamSlot(b"t" * 16, 0, replace(INTENTION, code="I" * 13))])

    with pytest.raises(ValueError, match="longer than its field"):
        team_slots.encode_record(record)


@pytest.mark.parametrize(
    ("intention", "can_encode"),
    [
        (INTENTION, True),
        (replace(INTENTION, sign_code="s" * 21), False),
        (replace(INTENTION, week="2026-W60"), False),
    ],
)
def test_intention_that_cannot_be_encoded_is_detected(
    intention: Intention, *, can_encode: bool
) -> None:
    """A row of an earlier release with a longer code or without a real week is detected."""
    assert team_slots.can_encode(intention) == can_encode


def test_body_of_another_length_is_an_error() -> None:
    """A body that is no whole number of slots is not decoded in part."""
    with pytest.raises(ValueError, match="whole number"):
        team_slots.decode_record(bytes(SLOT_BYTES - 1))
