"""Where Slack's renewed tokens outlive the process: in the store, sealed with the pepper.

Slack ends a refresh token when it is used, so the newest pair cannot stay in `.env`, and a
bot that forgot it at a restart would be shut out. A copy of the database alone opens none.
"""

from hashlib import sha256

from bot.chat.slack import Pair, Renewed
from bot.settings import Settings
from bot.store.store import Store

_NAME = "slack"
_PATIENCE = 60.0
"""Seconds that a new pair may wait for a busy store: lost, it could not be had again."""


class Sealed:
    """Keeps the pair that descends from the operator's own refresh token, and no other."""

    def __init__(self, store: Store, first: str) -> None:
        """Keep in *store* what descends from the refresh token *first*."""
        self._store = store
        self._root = sha256(first.encode()).hexdigest()

    async def load(self) -> Pair | None:
        """Return the newest pair; ``None`` once the operator has set another token."""
        kept = await self._store.read(lambda books: books.vault.open(_NAME))
        if kept is None or kept["root"] != self._root:
            return None
        return Pair(kept["token"], kept["refresh"], kept["expires"])

    async def save(self, pair: Pair) -> None:
        """Seal *pair* in the place of an older one."""
        value = {
            "root": self._root,
            "token": pair.token,
            "refresh": pair.refresh,
            "expires": pair.expires,
        }
        await self._store.write(lambda books: books.vault.seal(_NAME, value), patience=_PATIENCE)


def renewed(settings: Settings, store: Store) -> Renewed | None:
    """Return what renews the bot token; ``None`` for a token that does not expire."""
    token, refresh = settings.slack_bot_token, settings.slack_refresh_token
    secret, client = settings.slack_client_secret, settings.slack_client_id
    if not (token and refresh and secret and client):
        return None
    first = Pair(token.get_secret_value(), refresh.get_secret_value())
    kept = Sealed(store, first.refresh)
    return Renewed(first, client, secret.get_secret_value(), kept)
