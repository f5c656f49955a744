"""Signing key cache: Microsoft's public keys (JWKS), refreshed daily in a background task."""

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from bot.logs import log_error
from bot.settings_validation import is_loopback

logger = logging.getLogger("attune.msteams")

_CACHE_SECONDS = 86_400.0
"""Cache expiry of the keys in seconds; Microsoft allows up to five days."""

_MIN_REFRESH_SECONDS = 60.0
"""Minimum seconds between two fetches: forged tokens can name any number of unknown keys.

It does not apply while no key is cached.
"""

_FIRST_FETCH_TIMEOUT_SECONDS = 5.0
"""Seconds that a request waits for its key; other requests are not blocked."""

_TIMEOUT = aiohttp.ClientTimeout(total=30.0)

_MAX_KEYS = 100


class SigningKeysUnavailableError(Exception):
    """Raised while no key has been fetched, so that no token can be accepted or rejected."""


@dataclass(frozen=True)
class SigningKey:
    """Public signing key, and the channel ids for which Microsoft endorses it."""

    public_key: Any
    endorsements: frozenset[str]


class SigningKeyCache:
    """Looks up signing keys by key id; a refresh never blocks a request whose key is cached."""

    def __init__(self, metadata_url: str) -> None:
        """Create an empty cache; *metadata_url* is the OpenID document with the ``jwks_uri``."""
        self._metadata_url = metadata_url
        self._keys: Mapping[str, SigningKey] = {}
        self._fetched_at: float | None = None
        self._requested_at: float | None = None
        self._fetch_task: asyncio.Task[None] | None = None

    def start_refresh(self) -> None:
        """Start a refresh in a task of the running event loop, unless one is running."""
        if self._fetch_task is None or self._fetch_task.done():
            self._requested_at = time.monotonic()
            self._fetch_task = asyncio.get_running_loop().create_task(self._refresh_keys())

    async def get_key(self, key_id: str) -> SigningKey | None:
        """Return the key *key_id*, or ``None`` when Microsoft does not list it.

        Raises :class:`SigningKeysUnavailableError` while the cache is empty.
        """
        if self._needs_refresh(key_id):
            self.start_refresh()
        if key_id not in self._keys and self._fetch_task is not None:
            await asyncio.wait({self._fetch_task}, timeout=_FIRST_FETCH_TIMEOUT_SECONDS)
        if not self._keys:
            raise SigningKeysUnavailableError
        return self._keys.get(key_id)

    async def close(self) -> None:
        """Cancel a running refresh."""
        if self._fetch_task is not None:
            self._fetch_task.cancel()
            with suppress(asyncio.CancelledError):
                await self._fetch_task

    def _needs_refresh(self, key_id: str) -> bool:
        now = time.monotonic()
        if (
            self._requested_at is not None
            and now - self._requested_at < _MIN_REFRESH_SECONDS
            and self._keys
        ):
            return False
        is_expired = self._fetched_at is None or now - self._fetched_at > _CACHE_SECONDS
        return is_expired or key_id not in self._keys

    async def _refresh_keys(self) -> None:
        try:
            self._keys = await _fetch_keys(self._metadata_url)
            self._fetched_at = time.monotonic()
        except Exception as error:  # noqa: BLE001 - the cached keys stay valid until a retry
            log_error(logger, "teams.signing_keys_unavailable", error)


async def _fetch_keys(metadata_url: str) -> dict[str, SigningKey]:
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        metadata = await _fetch_json(session, metadata_url)
        key_set = await _fetch_json(session, str(metadata["jwks_uri"]))
    return {str(jwk["kid"]): key for jwk in key_set["keys"][:_MAX_KEYS] if (key := _parse_key(jwk))}


async def _fetch_json(session: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError
    async with session.get(url, allow_redirects=False, raise_for_status=True) as response:
        document = await response.json(content_type=None)
    if not isinstance(document, dict):
        raise TypeError
    return document


def _parse_key(jwk: Mapping[str, Any]) -> SigningKey | None:
    try:
        public_key = PyJWK(dict(jwk), algorithm="RS256").key
    except PyJWTError:
        return None
    return SigningKey(public_key, frozenset(map(str, jwk.get("endorsements") or ())))
