"""Persistence of rotated Slack tokens: an encrypted row in the store, keyed by the pepper.

Slack invalidates a refresh token when it is used, so the newest pair cannot stay in `.env`,
and a process that lost it at a restart would have no access. A copy of the database alone
reveals no token.
"""

from hashlib import sha256

from bot.chat.slack import TokenPair
from bot.store.store import Store

_ROW_NAME = "slack"
_WRITE_TIMEOUT_SECONDS = 60.0
"""Seconds that saving a new pair waits for a busy store; a lost pair cannot be fetched again."""


class SlackTokenStore:
    """Loads and saves the token pair derived from the operator's own refresh token."""

    def __init__(self, store: Store, refresh_token: str) -> None:
        """Use *store* for the pair that descends from *refresh_token*, recognized by its hash."""
        self._store = store
        self._root_hash = sha256(refresh_token.encode()).hexdigest()

    async def load(self) -> TokenPair | None:
        """Return the newest pair; ``None`` if none is saved or the operator set another token."""
        row = await self._store.across_workspaces.read(
            lambda repos: repos.secret_cipher.decrypt(_ROW_NAME)
        )
        if row is None or row["root"] != self._root_hash:
            return None
        return TokenPair(row["token"], row["refresh"], row["expires"])

    async def save(self, pair: TokenPair) -> None:
        """Encrypt *pair* and replace the previous one."""
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
