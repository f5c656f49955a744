"""OAuth ``state`` parameter: HMAC-signed, bound to a browser's cookie, one-shot, with an expiry."""

import hmac
import logging
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from hashlib import sha256

from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.chat.slack.redacting_logging import redacting_logger

STATE_SECONDS = 10 * 60
"""Validity of a state in seconds, and the cookie's max-age: time to read and decide."""

_TIME_BYTES, _NONCE_BYTES, _TAG_BYTES, _MAC_BYTES = 8, 16, 16, 32
_STATE_BYTES = _TIME_BYTES + _NONCE_BYTES + _TAG_BYTES + _MAC_BYTES
_KEY_CONTEXT = b"attune oauth state 1\0"

ClaimState = Callable[[str], Awaitable[bool]]
"""Inserts a state's idempotency key; ``False`` if any process has inserted it before."""


class SignedStateStore(AsyncOAuthStateStore):
    """Issues states without storing them; a consumed one is stored as an idempotency key.

    A state is the URL-safe base64 of its expiry, a nonce, a truncated SHA-256 digest of the
    browser's cookie and an HMAC-SHA256 of these. The key is derived from the app's client secret,
    so that each process verifies the states of the others.
    """

    def __init__(
        self, client_secret: str, claim_state: ClaimState, valid_seconds: int = STATE_SECONDS
    ) -> None:
        """Derive the HMAC key from *client_secret*; *claim_state* rejects a second consumption."""
        self._valid_seconds = valid_seconds
        self._key = sha256(_KEY_CONTEXT + client_secret.encode()).digest()
        self._claim_state = claim_state

    @property
    def logger(self) -> logging.Logger:
        """The redacting logger, which the base class requires."""
        return redacting_logger()

    async def async_issue(self, browser_id: str) -> str:
        """Return a new state, bound to the cookie value *browser_id*."""
        ends_at = int(time.time()) + self._valid_seconds
        body = (
            ends_at.to_bytes(_TIME_BYTES, "big")
            + secrets.token_bytes(_NONCE_BYTES)
            + _digest_browser(browser_id)
        )
        return urlsafe_b64encode(body + self._sign(body)).decode()

    async def async_consume(self, state: str) -> bool:
        """Return whether *state* has a valid signature and expiry, and claim it; once at most.

        Raises :class:`bot.chat.slack.oauth.installation_rows.InstallationsUnavailableError`.
        """
        body = self._verify(state)
        if body is None or int.from_bytes(body[:_TIME_BYTES], "big") < time.time():
            return False
        return await self._claim_state(body.hex())

    def is_issued_to(self, state: str, browser_id: str) -> bool:
        """Return whether *state* is signed, and bound to the cookie value *browser_id*."""
        body = self._verify(state)
        tag = b"" if body is None else body[-_TAG_BYTES:]
        return bool(browser_id) and hmac.compare_digest(tag, _digest_browser(browser_id))

    def _verify(self, state: str) -> bytes | None:
        """Return the signed bytes of *state*; ``None`` for an invalid encoding or signature."""
        try:
            content = urlsafe_b64decode(state.encode("ascii"))
        except ValueError:
            return None
        body, signature = content[:-_MAC_BYTES], content[-_MAC_BYTES:]
        is_signed = len(content) == _STATE_BYTES and hmac.compare_digest(
            signature, self._sign(body)
        )
        return body if is_signed else None

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, sha256)


def _digest_browser(browser_id: str) -> bytes:
    return sha256(browser_id.encode()).digest()[:_TAG_BYTES]
