from collections.abc import Callable
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Person
from bot.domain.counts import pseudonyms

PEPPER, SALT = b"a made-up pepper", b"a made-up salt"
MARIE = Person("slack:T1", "U1")

DeriveToken = Callable[[], bytes]


@pytest.mark.parametrize(
    "derive_other",
    [
        lambda: pseudonyms.derive_contributor_token(b"another pepper", SALT, MARIE),
        lambda: pseudonyms.derive_contributor_token(PEPPER, b"another salt", MARIE),
        lambda: pseudonyms.derive_contributor_token(PEPPER, SALT, Person("slack:T1", "U2")),
        lambda: pseudonyms.derive_contributor_token(PEPPER, SALT, Person("slack:T2", "U1")),
        lambda: pseudonyms.derive_contributor_token(PEPPER, SALT, Person("slack:T1U", "1")),
    ],
)
def test_a_token_depends_on_all_its_parts(derive_other: DeriveToken) -> None:
    """The token depends on pepper, salt, workspace and person."""
    token = pseudonyms.derive_contributor_token(PEPPER, SALT, MARIE)

    assert len(token) == 32
    assert token == pseudonyms.derive_contributor_token(PEPPER, SALT, MARIE)
    assert token != derive_other()


@given(slips=st.lists(st.tuples(st.binary(min_size=32, max_size=32), st.text("abc")), max_size=4))
def test_the_noise_key_is_independent_of_order(
    slips: list[tuple[bytes, str]],
) -> None:
    """The key depends on the slips, the salt and the pepper, not on the order of the slips."""
    key = pseudonyms.derive_noise_key(PEPPER, SALT, slips)

    assert {pseudonyms.derive_noise_key(PEPPER, SALT, order) for order in permutations(slips)} == {
        key
    }
    assert pseudonyms.derive_noise_key(PEPPER, SALT, [*slips, (b"t" * 32, "a")]) != key
    assert pseudonyms.derive_noise_key(PEPPER, b"another salt", slips) != key
    assert pseudonyms.derive_noise_key(b"another pepper", SALT, slips) != key


def test_fingerprints_distinguish_peppers() -> None:
    """A fingerprint is stable, short, specific to its pepper and does not contain it."""
    assert pseudonyms.pepper_fingerprint(PEPPER) == pseudonyms.pepper_fingerprint(PEPPER)
    assert pseudonyms.pepper_fingerprint(PEPPER) != pseudonyms.pepper_fingerprint(b"another pepper")
    assert len(pseudonyms.pepper_fingerprint(PEPPER)) == 16
    assert PEPPER.hex() not in pseudonyms.pepper_fingerprint(PEPPER)


def test_idempotency_keys_differ_by_kind() -> None:
    """Kind and key are separate parts of the hash."""
    assert pseudonyms.derive_idempotency_key(
        PEPPER, "debrief", "1"
    ) != pseudonyms.derive_idempotency_key(PEPPER, "debrief1", "")
    assert pseudonyms.derive_idempotency_key(
        PEPPER, "debrief", "1"
    ) == pseudonyms.derive_idempotency_key(PEPPER, "debrief", "1")


def test_keys_differ_by_purpose() -> None:
    """Keys of different purposes differ for equal input."""
    keys = {
        pseudonyms.derive_contributor_token(PEPPER, b"", Person("", "")),
        pseudonyms.derive_noise_key(PEPPER, b"", []),
        pseudonyms.derive_idempotency_key(PEPPER, "", ""),
    }

    assert len(keys) == 3
