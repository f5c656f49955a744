"""Where Slack's renewed tokens outlive the process: in the store, sealed with the pepper.

Slack ends a refresh token when it is used, so the newest pair cannot stay in `.env`, and a
bot that forgot it at a restart would be shut out. A copy of the database alone opens none.
"""

from hashlib import sha256

from bot.chat.slack import TokenPair, TokenRotator
from bot.settings import Settings
from bot.store.store import Store

_ROW_NAME = "slack"
_WRITE_TIMEOUT_SECONDS = 60.0
"""Seconds that a new pair may wait for a busy store: lost, it could not be had again."""


class SlackTokenStore:
    """Keeps the pair that descends from the operator's own refresh token, and no other."""

    def __init__(self, store: Store, refresh_token: str) -> None:
        """Keep in *store* what descends from the refresh token *first*."""
        self._store = store
        self._root_hash = sha256(refresh_token.encode()).hexdigest()

    async def load(self) -> TokenPair | None:
        """Return the newest pair; ``None`` once the operator has set another token."""
        kept = await self._store.read(lambda repos: repos.secret_cipher.decrypt(_ROW_NAME))
        if kept is None or kept["root"] != self._root_hash:
            return None
        return TokenPair(kept["token"], kept["refresh"], kept["expires"])

    async def save(self, pair: TokenPair) -> None:
        """Seal *pair* in the place of an older one."""
        value = {
            "root": self._root_hash,
            "token": pair.bot_token,
            "refresh": pair.refresh_token,
            "expires": pair.expires_at,
        }
        await self._store.write(
            lambda repos: repos.secret_cipher.encrypt(_ROW_NAME, value),
            timeout_seconds=_WRITE_TIMEOUT_SECONDS,
        )


def build_token_rotator(settings: Settings, store: Store) -> TokenRotator | None:
    """Return what renews the bot token; ``None`` for a token that does not expire."""
    token, refresh = settings.slack_bot_token, settings.slack_refresh_token
    secret, client = settings.slack_client_secret, settings.slack_client_id
    if not (token and refresh and secret and client):
        return None
    first = TokenPair(token.get_secret_value(), refresh.get_secret_value())
    kept = SlackTokenStore(store, first.refresh_token)
    return TokenRotator(first, client, secret.get_secret_value(), kept)
