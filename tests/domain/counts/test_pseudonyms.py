from collections.abc import Callable
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Person
from bot.domain.counts import pseudonyms

PEPPER, SALT = b"a made-up pepper", b"a made-up salt"
MARIE = Person("slack:T1", "U1")

Changed = Callable[[], bytes]


@pytest.mark.parametrize(
    "changed",
    [
        lambda: pseudonyms.derive_contributor_token(b"another pepper", SALT, MARIE),
        lambda: pseudonyms.derive_contributor_token(PEPPER, b"another salt", MARIE),
        lambda: pseudonyms.derive_contributor_token(PEPPER, SALT, Person("slack:T1", "U2")),
        lambda: pseudonyms.derive_contributor_token(PEPPER, SALT, Person("slack:T2", "U1")),
        lambda: pseudonyms.derive_contributor_token(PEPPER, SALT, Person("slack:T1U", "1")),
    ],
)
def test_a_token_needs_the_pepper_the_salt_and_the_person(changed: Changed) -> None:
    """With any one of them different, or gone, the token cannot be made again."""
    token = pseudonyms.derive_contributor_token(PEPPER, SALT, MARIE)

    assert len(token) == 32
    assert token == pseudonyms.derive_contributor_token(PEPPER, SALT, MARIE)
    assert token != changed()


@given(slips=st.lists(st.tuples(st.binary(min_size=32, max_size=32), st.text("abc")), max_size=4))
def test_the_dice_are_keyed_by_what_was_filed_in_whatever_order(
    slips: list[tuple[bytes, str]],
) -> None:
    """Two copies of the same slips give one key; a slip more, less or other gives another."""
    key = pseudonyms.derive_noise_key(PEPPER, SALT, slips)

    assert {pseudonyms.derive_noise_key(PEPPER, SALT, order) for order in permutations(slips)} == {
        key
    }
    assert pseudonyms.derive_noise_key(PEPPER, SALT, [*slips, (b"t" * 32, "a")]) != key
    assert pseudonyms.derive_noise_key(PEPPER, b"another salt", slips) != key
    assert pseudonyms.derive_noise_key(b"another pepper", SALT, slips) != key


def test_a_fingerprint_tells_peppers_apart_and_is_no_pepper() -> None:
    """It is the same each time, short, and holds nothing of what it names."""
    assert pseudonyms.pepper_fingerprint(PEPPER) == pseudonyms.pepper_fingerprint(PEPPER)
    assert pseudonyms.pepper_fingerprint(PEPPER) != pseudonyms.pepper_fingerprint(b"another pepper")
    assert len(pseudonyms.pepper_fingerprint(PEPPER)) == 16
    assert PEPPER.hex() not in pseudonyms.pepper_fingerprint(PEPPER)


def test_acts_of_different_kinds_never_share_a_key() -> None:
    """The same words split otherwise make another act."""
    assert pseudonyms.derive_idempotency_key(
        PEPPER, "debrief", "1"
    ) != pseudonyms.derive_idempotency_key(PEPPER, "debrief1", "")
    assert pseudonyms.derive_idempotency_key(
        PEPPER, "debrief", "1"
    ) == pseudonyms.derive_idempotency_key(PEPPER, "debrief", "1")


def test_no_key_can_serve_for_another() -> None:
    """Each kind of key is made for one purpose, so that one never opens what another guards."""
    made = {
        pseudonyms.derive_contributor_token(PEPPER, b"", Person("", "")),
        pseudonyms.derive_noise_key(PEPPER, b"", []),
        pseudonyms.derive_idempotency_key(PEPPER, "", ""),
    }

    assert len(made) == 3
