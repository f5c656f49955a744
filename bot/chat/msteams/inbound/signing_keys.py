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

from bot.logs import trouble
from bot.settings import is_loopback

logger = logging.getLogger("attune.msteams")

_FRESH = 86_400.0
"""Seconds for which keys are used before they are fetched again; Microsoft says up to five days."""

_AGAIN = 60.0
"""Seconds between two fetches: forged tokens name as many unknown keys as their sender likes."""

_PATIENCE = 5.0
"""Seconds that a request waits for the first keys; nobody else waits with it."""

_TIMEOUT = aiohttp.ClientTimeout(total=30.0)

_MOST_KEYS = 100


class KeysAwayError(Exception):
    """No key could be fetched yet, so nothing can be proved or refused."""


@dataclass(frozen=True)
class Key:
    """One signing key: what verifies with it, and for which channels Microsoft endorses it."""

    public: Any
    endorsements: frozenset[str]


class Keyring:
    """Finds the key that a token names. Fetching never holds up whoever needs no new key."""

    def __init__(self, metadata_url: str) -> None:
        """Begin with no key; *metadata_url* is an OpenID document that tells where they are."""
        self._url = metadata_url
        self._keys: Mapping[str, Key] = {}
        self._fetched: float | None = None
        self._asked: float | None = None
        self._fetching: asyncio.Task[None] | None = None

    def warm(self) -> None:
        """Begin to fetch, inside a running loop, without waiting."""
        if self._fetching is None or self._fetching.done():
            self._asked = time.monotonic()
            self._fetching = asyncio.get_running_loop().create_task(self._fetch())

    async def find(self, name: str) -> Key | None:
        """Return the key called *name*; ``None`` when Microsoft has none of that name.

        Raises KeysAwayError while there is not a single key.
        """
        if self._is_due(name):
            self.warm()
        if name not in self._keys and self._fetching is not None:
            await asyncio.wait({self._fetching}, timeout=_PATIENCE)
        if not self._keys:
            raise KeysAwayError
        return self._keys.get(name)

    async def close(self) -> None:
        """Fetch no more."""
        if self._fetching is not None:
            self._fetching.cancel()
            with suppress(asyncio.CancelledError):
                await self._fetching

    def _is_due(self, name: str) -> bool:
        now = time.monotonic()
        if self._asked is not None and now - self._asked < _AGAIN and self._keys:
            return False
        old = self._fetched is None or now - self._fetched > _FRESH
        return old or name not in self._keys

    async def _fetch(self) -> None:
        try:
            self._keys = await _fetched(self._url)
            self._fetched = time.monotonic()
        except Exception as error:  # noqa: BLE001 - the keys in use stay, and it is tried again
            trouble(logger, "teams.keys_away", error)


async def _fetched(url: str) -> dict[str, Key]:
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        metadata = await _json(session, url)
        listed = await _json(session, str(metadata["jwks_uri"]))
    return {str(one["kid"]): key for one in listed["keys"][:_MOST_KEYS] if (key := _key(one))}


async def _json(session: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError
    async with session.get(url, allow_redirects=False, raise_for_status=True) as answered:
        read = await answered.json(content_type=None)
    if not isinstance(read, dict):
        raise TypeError
    return read


def _key(listed: Mapping[str, Any]) -> Key | None:
    try:
        public = PyJWK(dict(listed), algorithm="RS256").key
    except PyJWTError:
        return None
    return Key(public, frozenset(map(str, listed.get("endorsements") or ())))
