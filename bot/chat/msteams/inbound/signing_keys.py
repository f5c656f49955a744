"""The keys with which Microsoft signs for Teams: fetched beside everything else, kept for a day."""

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
from bot.settings import is_loopback

logger = logging.getLogger("attune.msteams")

_CACHE_SECONDS = 86_400.0
"""Seconds for which keys are used before they are fetched again; Microsoft says up to five days."""

_MIN_REFRESH_SECONDS = 60.0
"""Seconds between two fetches: forged tokens name as many unknown keys as their sender likes."""

_FIRST_FETCH_TIMEOUT_SECONDS = 5.0
"""Seconds that a request waits for the first keys; nobody else waits with it."""

_TIMEOUT = aiohttp.ClientTimeout(total=30.0)

_MAX_KEYS = 100


class SigningKeysUnavailableError(Exception):
    """No key could be fetched yet, so nothing can be proved or refused."""


@dataclass(frozen=True)
class SigningKey:
    """One signing key: what verifies with it, and for which channels Microsoft endorses it."""

    public_key: Any
    endorsements: frozenset[str]


class SigningKeyCache:
    """Finds the key that a token names. Fetching never holds up whoever needs no new key."""

    def __init__(self, metadata_url: str) -> None:
        """Begin with no key; *metadata_url* is an OpenID document that tells where they are."""
        self._metadata_url = metadata_url
        self._keys: Mapping[str, SigningKey] = {}
        self._fetched_at: float | None = None
        self._requested_at: float | None = None
        self._fetch_task: asyncio.Task[None] | None = None

    def start_refresh(self) -> None:
        """Begin to fetch, inside a running loop, without waiting."""
        if self._fetch_task is None or self._fetch_task.done():
            self._requested_at = time.monotonic()
            self._fetch_task = asyncio.get_running_loop().create_task(self._refresh_keys())

    async def get_key(self, key_id: str) -> SigningKey | None:
        """Return the key called *name*; ``None`` when Microsoft has none of that name.

        Raises KeysAwayError while there is not a single key.
        """
        if self._needs_refresh(key_id):
            self.start_refresh()
        if key_id not in self._keys and self._fetch_task is not None:
            await asyncio.wait({self._fetch_task}, timeout=_FIRST_FETCH_TIMEOUT_SECONDS)
        if not self._keys:
            raise SigningKeysUnavailableError
        return self._keys.get(key_id)

    async def close(self) -> None:
        """Fetch no more."""
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
        old = self._fetched_at is None or now - self._fetched_at > _CACHE_SECONDS
        return old or key_id not in self._keys

    async def _refresh_keys(self) -> None:
        try:
            self._keys = await _fetch_keys(self._metadata_url)
            self._fetched_at = time.monotonic()
        except Exception as error:  # noqa: BLE001 - the keys in use stay, and it is tried again
            log_error(logger, "teams.keys_away", error)


async def _fetch_keys(metadata_url: str) -> dict[str, SigningKey]:
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        metadata = await _fetch_json(session, metadata_url)
        listed = await _fetch_json(session, str(metadata["jwks_uri"]))
    return {str(one["kid"]): key for one in listed["keys"][:_MAX_KEYS] if (key := _parse_key(one))}


async def _fetch_json(session: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError
    async with session.get(url, allow_redirects=False, raise_for_status=True) as answered:
        read = await answered.json(content_type=None)
    if not isinstance(read, dict):
        raise TypeError
    return read


def _parse_key(jwk: Mapping[str, Any]) -> SigningKey | None:
    try:
        public = PyJWK(dict(jwk), algorithm="RS256").key
    except PyJWTError:
        return None
    return SigningKey(public, frozenset(map(str, jwk.get("endorsements") or ())))
