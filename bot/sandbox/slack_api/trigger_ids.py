"""What Slack lends the bot for a short while: trigger ids, and addresses for private answers."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.slack_api.api_errors import RefusedError

TRIGGER_SECONDS = 3.0
"""How long a trigger id opens a view; it does so once."""

ADDRESS_SECONDS, ADDRESS_USES = 1800.0, 5
"""How long, and how often, an address for private answers takes them."""


@dataclass
class Trigger:
    """Something a person has just done, for which the bot may open one view."""

    person: str
    until: float
    used: bool = False


@dataclass
class Address:
    """Where the bot may answer a person: their room, and the message they acted in."""

    person: str
    room: str
    message: str
    until: float
    left: int = ADDRESS_USES


class Tickets:
    """Hands them out and takes them back; they are not kept over a restart."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """Go by the clock *seconds*, the machine's own."""
        self._seconds = seconds
        self.trigger_seconds = TRIGGER_SECONDS
        self._triggers: dict[str, Trigger] = {}
        self._addresses: dict[str, Address] = {}

    def trigger(self, person: str) -> str:
        """Return a new trigger id for what *person* has just done."""
        now = self._seconds()
        self._triggers = {t: one for t, one in self._triggers.items() if one.until > now - 60}
        made = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self._triggers[made] = Trigger(person, now + self.trigger_seconds)
        return made

    def exchange(self, trigger_id: str) -> str:
        """Return whose act it was; refuses one that is unknown, late or used."""
        found = self._triggers.get(trigger_id)
        if found is None:
            raise RefusedError("invalid_trigger_id")
        if found.used:
            raise RefusedError("exchanged_trigger_id")
        if self._seconds() > found.until:
            raise RefusedError("expired_trigger_id")
        found.used = True
        return found.person

    def address(self, person: str, room: str, message: str = "") -> str:
        """Return the secret end of a new response URL."""
        made = f"{secrets.randbelow(10**12)}/{secrets.token_urlsafe(18)}"
        self._addresses[made] = Address(person, room, message, self._seconds() + ADDRESS_SECONDS)
        return made

    def answer(self, end: str) -> Address:
        """Return where an answer goes; refuses an address that is unknown, late or used up."""
        found = self._addresses.get(end)
        if found is None:
            raise RefusedError("no_such_url")
        if self._seconds() > found.until:
            raise RefusedError("expired_url")
        if found.left == 0:
            raise RefusedError("used_url")
        found.left -= 1
        return found
