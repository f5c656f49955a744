"""Persistence of rotated Slack tokens: one row of the database, encrypted with the pepper.

Slack invalidates a refresh token when it is used, so the newest pair cannot stay in ``.env``: a
process that lost it at a restart would have no access. A copy of the database without the
pepper reveals no token.
"""

from hashlib import sha256

from bot.chat.slack import TokenPair
from bot.store.store import Store

_ROW_NAME = "slack"
_WRITE_TIMEOUT_SECONDS = 60.0
"""Write timeout of a new pair: Slack returns it once, so that a lost one is not fetched again."""


class SlackTokenStore:
    """Implementation of :class:`bot.chat.slack.token_rotation.TokenStore` by the database."""

    def __init__(self, store: Store, refresh_token: str) -> None:
        """Use *store*; a row is valid only with the SHA-256 hash of the setting *refresh_token*."""
        self._store = store
        self._root_hash = sha256(refresh_token.encode()).hexdigest()

    async def load(self) -> TokenPair | None:
        """Return the newest pair; ``None`` without a row of this refresh token that decrypts."""
        row = await self._store.across_workspaces.read(
            lambda repos: repos.secret_cipher.decrypt(_ROW_NAME)
        )
        if row is None or row["root"] != self._root_hash:
            return None
        return TokenPair(row["token"], row["refresh"], row["expires"])

    async def save(self, pair: TokenPair) -> None:
        """Encrypt *pair* and upsert the row; raises :class:`bot.errors.StoreBusyError`."""
        value = {
            "root": self._root_hash,
            "token": pair.bot_token,
            "refresh": pair.refresh_token,
            "expires": pair.expires_at,
        }
        await self._store.across_workspaces.write(
            lambda repos: repos.secret_cipher.encrypt(_ROW_NAME, value),
            timeout_seconds=_WRITE_TIMEOUT_SECONDS,
        )
