"""States of an authorization: signed, bound to a browser, and valid once."""

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from bot.chat.slack.oauth.state_store import SignedStateStore


class StateClaims:
    """The states that were claimed, as the database of all processes holds them."""

    def __init__(self) -> None:
        """Start without a claim."""
        self.claimed: set[str] = set()

    async def claim(self, state_id: str) -> bool:
        """Claim a state once."""
        is_new = state_id not in self.claimed
        self.claimed.add(state_id)
        return is_new


async def test_a_state_is_consumed_once_by_any_process() -> None:
    """Two processes with the same secret and database accept a state once between them."""
    claims = StateClaims()
    stores = [SignedStateStore("made-up-secret", claims.claim) for _ in range(2)]
    state = await stores[0].async_issue("browser")

    results = [await store.async_consume(state) for store in (stores[1], *stores)]

    assert results == [True, False, False]


async def test_a_state_belongs_to_one_browser() -> None:
    """Another cookie, and none at all, do not match."""
    states = SignedStateStore("made-up-secret", StateClaims().claim)
    state = await states.async_issue("browser")

    matches = [states.is_issued_to(state, browser) for browser in ("browser", "other", "")]

    assert matches == [True, False, False]


async def test_an_old_state_is_refused() -> None:
    """After its time a state is not claimed any more."""
    claims = StateClaims()
    states = SignedStateStore("made-up-secret", claims.claim, valid_seconds=-1)

    assert not await states.async_consume(await states.async_issue("browser"))
    assert claims.claimed == set()


@pytest.mark.parametrize("damage", ["later", "shorter", "text", "empty", "non-ascii"])
async def test_a_changed_state_is_refused(damage: str) -> None:
    """A state with a later end, a missing byte or other text has no valid signature."""
    claims = StateClaims()
    states = SignedStateStore("made-up-secret", claims.claim)
    content = urlsafe_b64decode(await states.async_issue("browser"))
    later = int(time.time() + 86_400).to_bytes(8, "big") + content[8:]
    damaged = {
        "later": urlsafe_b64encode(later).decode(),
        "shorter": urlsafe_b64encode(content[:-1]).decode(),
        "text": "not base64!",
        "empty": "",
        "non-ascii": "é",
    }[damage]

    assert not await states.async_consume(damaged)
    assert not states.is_issued_to(damaged, "browser")
    assert claims.claimed == set()


async def test_another_secret_signs_nothing_here() -> None:
    """A state of another app's secret is refused."""
    other = SignedStateStore("another-secret", StateClaims().claim)
    states = SignedStateStore("made-up-secret", StateClaims().claim)

    assert not await states.async_consume(await other.async_issue("browser"))
