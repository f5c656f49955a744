import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import sealing
from bot.store.sealing import SealBrokenError

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))


@given(plaintext=st.binary(max_size=300), data=st.lists(st.binary(max_size=9), max_size=3))
def test_opening_inverts_sealing(plaintext: bytes, data: list[bytes]) -> None:
    """With its key and its associated data a body opens to what was sealed."""
    assert sealing.open_sealed(KEY, sealing.seal(KEY, plaintext, *data), *data) == plaintext


@given(plaintext=st.binary(max_size=300))
def test_the_size_depends_on_the_plaintexts_length_alone(plaintext: bytes) -> None:
    """A sealed body is longer by a nonce of 12 bytes and a tag of 16."""
    assert len(sealing.seal(KEY, plaintext)) == len(plaintext) + 28


@given(
    plaintext=st.binary(min_size=1, max_size=40), position=st.integers(0, 60), bit=st.integers(0, 7)
)
def test_any_changed_bit_breaks_the_seal(plaintext: bytes, position: int, bit: int) -> None:
    """Nonce, ciphertext and tag are authenticated."""
    body = bytearray(sealing.seal(KEY, plaintext))
    body[position % len(body)] ^= 1 << bit

    with pytest.raises(SealBrokenError):
        sealing.open_sealed(KEY, bytes(body))


@pytest.mark.parametrize("data", [(), (b"unit",), (b"uni", b"t2"), (b"unit", b"1"), (b"unit2",)])
def test_a_body_opens_with_its_own_associated_data_only(data: tuple[bytes, ...]) -> None:
    """A record copied over another one, or split differently, does not open."""
    with pytest.raises(SealBrokenError):
        sealing.open_sealed(KEY, sealing.seal(KEY, b"record", b"unit", b"2"), *data)


@pytest.mark.parametrize("length", [0, 11, 12, 27])
def test_a_truncated_body_breaks_the_seal(length: int) -> None:
    """A body too short for its nonce and tag is an error of the seal, too."""
    with pytest.raises(SealBrokenError):
        sealing.open_sealed(KEY, sealing.seal(KEY, b"record")[:length])


def test_another_key_does_not_open() -> None:
    """The key decides."""
    with pytest.raises(SealBrokenError):
        sealing.open_sealed(OTHER_KEY, sealing.seal(KEY, b"record"))


def test_nonces_do_not_repeat() -> None:
    """Sealing the same record twice gives two bodies that have nothing in common."""
    bodies = [sealing.seal(KEY, bytes(64)) for _ in range(100)]

    assert len({body[:12] for body in bodies}) == len({body[12:28] for body in bodies}) == 100


def test_subkeys_depend_on_key_label_and_context() -> None:
    """Subkeys of other purposes, units or keys differ, and the same ones are equal."""
    subkeys = [
        sealing.derive_subkey(KEY, sealing.RECORD_LABEL, b"unit", b"total"),
        sealing.derive_subkey(KEY, sealing.TOKEN_LABEL, b"unit", b"total"),
        sealing.derive_subkey(KEY, sealing.RECORD_LABEL, b"unit", b"breakdown"),
        sealing.derive_subkey(KEY, sealing.RECORD_LABEL, b"unitt", b"otal"),
        sealing.derive_subkey(OTHER_KEY, sealing.RECORD_LABEL, b"unit", b"total"),
    ]

    assert len(set(subkeys)) == 5
    assert {len(subkey) for subkey in subkeys} == {32}
    assert subkeys[0] == sealing.derive_subkey(KEY, sealing.RECORD_LABEL, b"unit", b"total")
