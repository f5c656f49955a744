from collections.abc import Callable
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Person
from bot.domain.counts import pseudonyms
from bot.domain.counts.slots import TOKEN_BYTES

PEPPER, KEY = b"a made-up pepper", b"a made-up key of one period"
MARIE = Person("slack:T1", "U1")

DeriveToken = Callable[[], bytes]


@pytest.mark.parametrize(
    "derive_other",
    [
        lambda: pseudonyms.derive_contributor_token(b"another key", MARIE),
        lambda: pseudonyms.derive_contributor_token(KEY, Person("slack:T1", "U2")),
        lambda: pseudonyms.derive_contributor_token(KEY, Person("slack:T2", "U1")),
        lambda: pseudonyms.derive_contributor_token(KEY, Person("slack:T1U", "1")),
    ],
)
def test_a_token_depends_on_all_its_parts(derive_other: DeriveToken) -> None:
    """The token depends on key, workspace and person."""
    token = pseudonyms.derive_contributor_token(KEY, MARIE)

    assert len(token) == TOKEN_BYTES
    assert token == pseudonyms.derive_contributor_token(KEY, MARIE)
    assert token != derive_other()


@given(slips=st.lists(st.tuples(st.binary(min_size=16, max_size=16), st.text("abc")), max_size=4))
def test_the_noise_key_is_independent_of_order(
    slips: list[tuple[bytes, str]],
) -> None:
    """The key depends on the slips and the period's key, not on the order of the slips."""
    key = pseudonyms.derive_noise_key(KEY, slips)

    assert {pseudonyms.derive_noise_key(KEY, order) for order in permutations(slips)} == {key}
    assert pseudonyms.derive_noise_key(KEY, [*slips, (b"t" * 16, "a")]) != key
    assert pseudonyms.derive_noise_key(b"another key", slips) != key


def test_idempotency_keys_differ_by_kind() -> None:
    """Kind and key are separate parts of the hash."""
    assert pseudonyms.derive_idempotency_key(
        PEPPER, "debrief", "1"
    ) != pseudonyms.derive_idempotency_key(PEPPER, "debrief1", "")
    assert pseudonyms.derive_idempotency_key(
        PEPPER, "debrief", "1"
    ) == pseudonyms.derive_idempotency_key(PEPPER, "debrief", "1")


def test_workspace_digests_need_the_key() -> None:
    """Two workspaces have two digests, and one workspace two with another key."""
    digest = pseudonyms.derive_workspace_digest(KEY, "slack:T1")

    assert digest == pseudonyms.derive_workspace_digest(KEY, "slack:T1")
    assert digest != pseudonyms.derive_workspace_digest(KEY, "slack:T2")
    assert digest != pseudonyms.derive_workspace_digest(PEPPER, "slack:T1")


def test_keys_differ_by_purpose() -> None:
    """Keys of different purposes differ for equal input."""
    keys = {
        pseudonyms.derive_contributor_token(KEY, Person("", "")),
        pseudonyms.derive_noise_key(KEY, [])[:TOKEN_BYTES],
        pseudonyms.derive_idempotency_key(KEY, "", "")[:TOKEN_BYTES],
    }

    assert len(keys) == 3


def test_idempotency_key_needs_its_secret_key() -> None:
    """A digest is the same for one secret key, and another one for each other secret key."""
    digest = pseudonyms.derive_idempotency_key(KEY, "form", "week")

    assert pseudonyms.derive_idempotency_key(KEY, "form", "week") == digest
    assert pseudonyms.derive_idempotency_key(bytes(32), "form", "week") != digest
