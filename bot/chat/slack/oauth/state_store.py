"""The state of an authorization: signed, bound to one browser, valid once and for minutes."""

import hmac
import logging
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from hashlib import sha256

from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.chat.slack.quiet_logging import redacting_logger

STATE_SECONDS = 10 * 60
"""Seconds for which a state is valid: the time to read Slack's page and decide."""

_TIME_BYTES, _NONCE_BYTES, _TAG_BYTES, _MAC_BYTES = 8, 16, 16, 32
_STATE_BYTES = _TIME_BYTES + _NONCE_BYTES + _TAG_BYTES + _MAC_BYTES
_KEY_CONTEXT = b"attune oauth state 1\0"

ClaimState = Callable[[str], Awaitable[bool]]
"""Claims a state's id; ``False`` if any process claimed it before."""


class SignedStateStore(AsyncOAuthStateStore):
    """Issues states without storing them, and consumes each once, in whichever process.

    A state is the instant at which it ends, a random number, a digest of the browser's cookie
    and a signature; its key is derived from the app's client secret.
    """

    def __init__(
        self, client_secret: str, claim_state: ClaimState, valid_seconds: int = STATE_SECONDS
    ) -> None:
        """Sign with *client_secret*, and make states one-shot with *claim_state*."""
        self._valid_seconds = valid_seconds
        self._key = sha256(_KEY_CONTEXT + client_secret.encode()).digest()
        self._claim_state = claim_state

    @property
    def logger(self) -> logging.Logger:
        """A logger that shows no content."""
        return redacting_logger()

    async def async_issue(self, browser_id: str) -> str:
        """Return a new state for the browser whose cookie is *browser_id*."""
        ends_at = int(time.time()) + self._valid_seconds
        body = (
            ends_at.to_bytes(_TIME_BYTES, "big")
            + secrets.token_bytes(_NONCE_BYTES)
            + _digest_browser(browser_id)
        )
        return urlsafe_b64encode(body + self._sign(body)).decode()

    async def async_consume(self, state: str) -> bool:
        """Return whether *state* is valid, and was not consumed before.

        Raises :class:`.installation_rows.InstallationsUnavailableError`.
        """
        body = self._verify(state)
        if body is None or int.from_bytes(body[:_TIME_BYTES], "big") < time.time():
            return False
        return await self._claim_state(body.hex())

    def is_issued_to(self, state: str, browser_id: str) -> bool:
        """Return whether *state* was issued to the browser whose cookie is *browser_id*."""
        body = self._verify(state)
        tag = b"" if body is None else body[-_TAG_BYTES:]
        return bool(browser_id) and hmac.compare_digest(tag, _digest_browser(browser_id))

    def _verify(self, state: str) -> bytes | None:
        """Return the signed part of *state*; ``None`` for anything that was not issued here."""
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
