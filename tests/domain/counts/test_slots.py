from collections import Counter
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.codebook import FORM_CODES
from bot.domain.counts import slots
from bot.domain.counts.slots import LedgerRecord, RecordFullError, RecordShape

TOKENS = tuple(bytes([number]) * slots.TOKEN_BYTES for number in range(1, 8))
SHAPE = RecordShape(slot_count=7, cap=2, codes=FORM_CODES)

FILED_CODES = st.lists(st.tuples(st.sampled_from(TOKENS), st.sampled_from(FORM_CODES)), max_size=30)


def draw_zero(_limit: int) -> int:
    """Draw the first position."""
    return 0


def draw_in_order(sequence: tuple[int, ...]) -> slots.Draw:
    """Return a draw whose results are those of *sequence*."""
    remaining = iter(sequence)
    return lambda _limit: next(remaining)


def file_codes(
    filed: list[tuple[bytes, str]], shape: RecordShape = SHAPE, draw: slots.Draw = draw_zero
) -> LedgerRecord:
    """Return a record in which these codes were filed in this order, of people on no list."""
    return file_codes_into(LedgerRecord(shape), filed, draw)


def file_codes_into(
    record: LedgerRecord, filed: list[tuple[bytes, str]], draw: slots.Draw = draw_zero
) -> LedgerRecord:
    """Return *record* after these codes were filed in this order."""
    for token, code in filed:
        record = slots.file_code(record, token, code, draw)
    return record


@given(filed=FILED_CODES)
def test_the_encoded_size_is_constant(filed: list[tuple[bytes, str]]) -> None:
    """A record has the same length whether nobody or everybody filed."""
    assert len(slots.encode_record(file_codes(filed))) == SHAPE.record_bytes


@given(filed=FILED_CODES, offset=st.integers(0, 5))
def test_decoding_inverts_encoding(filed: list[tuple[bytes, str]], offset: int) -> None:
    """Nothing is lost by encoding, whatever was filed."""
    record = file_codes(filed, draw=lambda limit: min(offset, limit - 1))

    assert slots.decode_record(slots.encode_record(record), SHAPE.cap, FORM_CODES) == record


@given(filed=FILED_CODES)
def test_codes_below_the_cap_are_all_counted(filed: list[tuple[bytes, str]]) -> None:
    """With a cap that nobody reaches, the record contains exactly what was filed."""
    record = file_codes(filed, RecordShape(7, 30, FORM_CODES))

    assert Counter(slots.token_codes(record)) == Counter(filed)


@given(filed=FILED_CODES.flatmap(lambda codes: st.tuples(st.just(codes), st.permutations(codes))))
def test_below_the_cap_the_order_of_filing_is_not_stored(
    filed: tuple[list[tuple[bytes, str]], list[tuple[bytes, str]]],
) -> None:
    """Two orders of the same debriefs leave the same bytes."""
    shape = RecordShape(7, 30, FORM_CODES)

    assert slots.encode_record(file_codes(filed[0], shape)) == slots.encode_record(
        file_codes(filed[1], shape)
    )


@given(filed=FILED_CODES, token=st.sampled_from(TOKENS))
def test_withdrawal_removes_all_of_one_person_and_nothing_else(
    filed: list[tuple[bytes, str]], token: bytes
) -> None:
    """After it the record of a listed person is that in which they filed nothing."""
    empty_record = slots.add_tokens(LedgerRecord(SHAPE), TOKENS)
    record, count = slots.withdraw_token(file_codes_into(empty_record, filed), token)

    assert count == sum(filer == token for filer, _ in filed)
    assert record == file_codes_into(
        empty_record, [(filer, code) for filer, code in filed if filer != token]
    )
    assert slots.withdraw_token(record, token) == (record, 0)


@given(filed=FILED_CODES, token=st.sampled_from(TOKENS))
def test_a_replaced_token_keeps_what_was_filed(
    filed: list[tuple[bytes, str]], token: bytes
) -> None:
    """The same person has the same debriefs under another token, and nobody else's change."""
    new_token = b"n" * slots.TOKEN_BYTES
    record = file_codes(filed)

    renamed = slots.replace_token(record, token, new_token)

    assert renamed == file_codes(
        [(new_token if filer == token else filer, code) for filer, code in filed]
    )


def test_two_people_are_never_merged() -> None:
    """A token that has a slot already takes over no other slot."""
    record = slots.add_tokens(LedgerRecord(SHAPE), TOKENS[:2])

    assert slots.replace_token(record, TOKENS[0], TOKENS[1]) == record


@pytest.mark.parametrize("listed", [(), (TOKENS[0],), (TOKENS[1],), (TOKENS[0], TOKENS[1])])
def test_debriefs_handed_over_keep_the_number_of_slots(listed: tuple[bytes, ...]) -> None:
    """The other account of the person has them, whichever had a slot; nobody else's change."""
    former, successor, other = TOKENS[:3]
    filed = [(former, FORM_CODES[0]), (other, FORM_CODES[1])]
    record = file_codes_into(slots.add_tokens(LedgerRecord(SHAPE), listed), filed)

    handed_over = slots.hand_over_debriefs(record, former, successor)

    assert sorted(slots.token_codes(handed_over)) == [
        (successor, FORM_CODES[0]),
        (other, FORM_CODES[1]),
    ]
    assert len(handed_over.slots) == len(record.slots)


def test_debriefs_of_both_accounts_are_not_added_up() -> None:
    """Those of the former account are withdrawn, and its slot stays."""
    former, successor = TOKENS[:2]
    record = file_codes([(former, FORM_CODES[0]), (successor, FORM_CODES[1])])

    handed_over = slots.hand_over_debriefs(record, former, successor)

    assert slots.token_codes(handed_over) == [(successor, FORM_CODES[1])]
    assert len(handed_over.slots) == 2


@pytest.mark.parametrize("filed_count", [1, 2, 3, 5])
@pytest.mark.parametrize("cap", [1, 2])
def test_each_code_is_stored_with_equal_probability(filed_count: int, cap: int) -> None:
    """Over every sequence of draws, each of the filed codes is stored equally often."""
    codes = tuple(f"code {number}" for number in range(filed_count))
    shape = RecordShape(1, cap, codes)
    stored: Counter[str] = Counter()
    limits = [range(limit) for limit in range(cap + 1, filed_count + 1)]
    draws = list(product(*limits))
    for sequence in draws:
        filed = [(TOKENS[0], code) for code in codes]
        record = file_codes(filed, shape, draw_in_order(sequence))
        stored.update(code for _, code in slots.token_codes(record))

    share = min(Fraction(1), Fraction(cap, filed_count))
    assert {code: Fraction(stored[code], len(draws)) for code in codes} == dict.fromkeys(
        codes, share
    )


def test_the_draw_is_among_all_that_were_filed() -> None:
    """The reservoir draws among the number of debriefs, the new one included."""
    limits = []

    def record_limit(limit: int) -> int:
        limits.append(limit)
        return 0

    file_codes([(TOKENS[0], "away")] * 5, draw=record_limit)

    assert limits == [3, 4, 5]


def test_the_count_saturates() -> None:
    """A count of one byte stays at its maximum, and the record's size with it."""
    record = file_codes([(TOKENS[0], "away")] * 300)

    assert slots.withdraw_token(record, TOKENS[0])[1] == slots.MAX_COUNT
    assert len(slots.encode_record(record)) == SHAPE.record_bytes


def test_a_full_record_accepts_only_its_own_contributors() -> None:
    """Without a free slot a further person is rejected, and one with a slot is not."""
    record = file_codes([(TOKENS[0], "away"), (TOKENS[1], "both")], RecordShape(2, 2, FORM_CODES))

    with pytest.raises(RecordFullError):
        slots.file_code(record, TOKENS[2], "away", draw_zero)
    assert len(slots.token_codes(slots.file_code(record, TOKENS[1], "away", draw_zero))) == 3


@pytest.mark.parametrize(("people", "slot_count"), [(0, 4), (5, 9), (16, 20), (17, 22), (100, 125)])
def test_a_quarter_of_the_slots_is_reserved(people: int, slot_count: int) -> None:
    """At least four people can be added to the list while the period is open."""
    assert slots.count_slots(people) == slot_count


def test_a_body_of_another_length_is_rejected() -> None:
    """A body that is not a whole number of slots is not decoded."""
    with pytest.raises(ValueError, match="whole number"):
        slots.decode_record(bytes(SHAPE.record_bytes + 1), SHAPE.cap, FORM_CODES)


@given(filed=FILED_CODES, stranger_count=st.integers(0, 6))
def test_refusals_do_not_tell_which_listed_people_filed(
    filed: list[tuple[bytes, str]], stranger_count: int
) -> None:
    """How many others find a free slot is the same whether the listed people filed or not."""
    shape = RecordShape(len(TOKENS) + 4, 2, FORM_CODES)
    record = file_codes_into(slots.add_tokens(LedgerRecord(shape), TOKENS), filed)
    strangers = [bytes([200 + number]) * slots.TOKEN_BYTES for number in range(stranger_count)]

    for stranger in strangers[:4]:
        record = slots.file_code(record, stranger, "away", draw_zero)
    for stranger in strangers[4:]:
        with pytest.raises(RecordFullError):
            slots.file_code(record, stranger, "away", draw_zero)


def test_withdrawal_frees_no_slot() -> None:
    """The slot of a person who withdrew is not given to another."""
    record = file_codes([(TOKENS[0], "away")], RecordShape(1, 2, FORM_CODES))
    record, _ = slots.withdraw_token(record, TOKENS[0])

    with pytest.raises(RecordFullError):
        slots.file_code(record, TOKENS[1], "away", draw_zero)


@given(filed=FILED_CODES)
def test_people_without_debriefs_keep_their_slot_when_encoded(
    filed: list[tuple[bytes, str]],
) -> None:
    """A record with slots that count nothing is decoded as it was."""
    record = file_codes_into(slots.add_tokens(LedgerRecord(SHAPE), TOKENS), filed)

    assert slots.decode_record(slots.encode_record(record), SHAPE.cap, FORM_CODES) == record


@given(filed=FILED_CODES, token=st.sampled_from(TOKENS))
def test_only_filed_debriefs_count_as_such(filed: list[tuple[bytes, str]], token: bytes) -> None:
    """A slot of the list alone is no debrief."""
    record = file_codes_into(slots.add_tokens(LedgerRecord(SHAPE), TOKENS), filed)

    assert slots.has_debriefs(record, token) is any(filer == token for filer, _ in filed)


@given(filers=st.lists(st.sampled_from(TOKENS), max_size=12), token=st.sampled_from(TOKENS))
def test_a_token_has_a_place_exactly_if_it_can_file(filers: list[bytes], token: bytes) -> None:
    """A place is the token's own slot, or one that is still free."""
    record = LedgerRecord(RecordShape(slot_count=3, cap=2, codes=FORM_CODES))
    for filer in filers:
        if slots.has_place(record, filer):
            record = slots.file_code(record, filer, FORM_CODES[0], draw_zero)

    if slots.has_place(record, token):
        slots.file_code(record, token, FORM_CODES[0], draw_zero)
    else:
        with pytest.raises(RecordFullError):
            slots.file_code(record, token, FORM_CODES[0], draw_zero)


@given(filed=FILED_CODES, token=st.sampled_from(TOKENS))
def test_withdrawal_of_nothing_changes_nothing(
    filed: list[tuple[bytes, str]], token: bytes
) -> None:
    """The record of others stays as it is for a person without a slot."""
    record = file_codes([(filer, code) for filer, code in filed if filer != token])

    assert slots.withdraw_token(record, token) == (record, 0)
