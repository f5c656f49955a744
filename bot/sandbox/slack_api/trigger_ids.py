"""What Slack lends the bot for a short while: trigger ids, and addresses for private answers."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.slack_api.api_errors import ApiError

TRIGGER_SECONDS = 3.0
"""How long a trigger id opens a view; it does so once."""

RESPONSE_URL_SECONDS, RESPONSE_URL_USES = 1800.0, 5
"""How long, and how often, an address for private answers takes them."""


@dataclass
class Trigger:
    """Something a person has just done, for which the bot may open one view."""

    person_id: str
    expires_at: float
    is_used: bool = False


@dataclass
class ResponseUrl:
    """Where the bot may answer a person: their room, and the message they acted in."""

    person_id: str
    conversation_id: str
    message_ts: str
    expires_at: float
    uses_remaining: int = RESPONSE_URL_USES


class TriggerIds:
    """Hands them out and takes them back; they are not kept over a restart."""

    def __init__(self, read_seconds: Callable[[], float]) -> None:
        """Go by the clock *seconds*, the machine's own."""
        self._read_seconds = read_seconds
        self.trigger_seconds = TRIGGER_SECONDS
        self._triggers: dict[str, Trigger] = {}
        self._response_urls: dict[str, ResponseUrl] = {}

    def issue_trigger_id(self, person_id: str) -> str:
        """Return a new trigger id for what *person* has just done."""
        now = self._read_seconds()
        self._triggers = {t: one for t, one in self._triggers.items() if one.expires_at > now - 60}
        made = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self._triggers[made] = Trigger(person_id, now + self.trigger_seconds)
        return made

    def redeem_trigger_id(self, trigger_id: str) -> str:
        """Return whose act it was; refuses one that is unknown, late or used."""
        found = self._triggers.get(trigger_id)
        if found is None:
            raise ApiError("invalid_trigger_id")
        if found.is_used:
            raise ApiError("exchanged_trigger_id")
        if self._read_seconds() > found.expires_at:
            raise ApiError("expired_trigger_id")
        found.is_used = True
        return found.person_id

    def issue_response_url(self, person_id: str, conversation_id: str, message_ts: str = "") -> str:
        """Return the secret end of a new response URL."""
        made = f"{secrets.randbelow(10**12)}/{secrets.token_urlsafe(18)}"
        self._response_urls[made] = ResponseUrl(
            person_id, conversation_id, message_ts, self._read_seconds() + RESPONSE_URL_SECONDS
        )
        return made

    def redeem_response_url(self, url_suffix: str) -> ResponseUrl:
        """Return where an answer goes; refuses an address that is unknown, late or used up."""
        found = self._response_urls.get(url_suffix)
        if found is None:
            raise ApiError("no_such_url")
        if self._read_seconds() > found.expires_at:
            raise ApiError("expired_url")
        if found.uses_remaining == 0:
            raise ApiError("used_url")
        found.uses_remaining -= 1
        return found
