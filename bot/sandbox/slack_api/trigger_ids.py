"""Short-lived credentials of the bot: trigger ids and response URLs."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.slack_api.api_errors import ApiError
from bot.sandbox.slack_api.signed_requests import RESPONSE_TIMEOUT_SECONDS

RESPONSE_URL_SECONDS, RESPONSE_URL_USES = 1800.0, 5
"""Lifetime of a response URL in seconds, and the number of requests it accepts."""


@dataclass
class Trigger:
    """An interaction of a person, for which the bot may open one view."""

    person_id: str
    expires_at: float
    is_used: bool = False


@dataclass
class ResponseUrl:
    """The target of a response URL: a person, the conversation and the original message."""

    person_id: str
    conversation_id: str
    message_ts: str
    expires_at: float
    uses_remaining: int = RESPONSE_URL_USES


class TriggerIds:
    """Issues and redeems trigger ids and response URLs, in memory: a restart drops them."""

    def __init__(
        self,
        read_machine_seconds: Callable[[], float],
        trigger_seconds: float = RESPONSE_TIMEOUT_SECONDS,
    ) -> None:
        """Measure expiry on the machine's own clock, in seconds, not on the simulated clock.

        A trigger id is valid for *trigger_seconds* and opens one view.
        """
        self._read_machine_seconds = read_machine_seconds
        self.trigger_seconds = trigger_seconds
        self._triggers: dict[str, Trigger] = {}
        self._response_urls: dict[str, ResponseUrl] = {}

    def issue_trigger_id(self, person_id: str) -> str:
        """Issue a trigger id for an interaction, and drop ids that expired over a minute ago."""
        now = self._read_machine_seconds()
        self._triggers = {
            trigger_id: trigger
            for trigger_id, trigger in self._triggers.items()
            if trigger.expires_at > now - 60
        }
        issued_id = (
            f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        )
        self._triggers[issued_id] = Trigger(person_id, now + self.trigger_seconds)
        return issued_id

    def redeem_trigger_id(self, trigger_id: str) -> str:
        """Return the person id of a trigger id and mark it as used.

        Raises ApiError for an id that is unknown, expired or used.
        """
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if trigger.is_used:
            raise ApiError("exchanged_trigger_id")
        if self._read_machine_seconds() > trigger.expires_at:
            raise ApiError("expired_trigger_id")
        trigger.is_used = True
        return trigger.person_id

    def issue_response_url(self, person_id: str, conversation_id: str, message_ts: str = "") -> str:
        """Issue a response URL and return its unguessable suffix."""
        url_suffix = f"{secrets.randbelow(10**12)}/{secrets.token_urlsafe(18)}"
        self._response_urls[url_suffix] = ResponseUrl(
            person_id,
            conversation_id,
            message_ts,
            self._read_machine_seconds() + RESPONSE_URL_SECONDS,
        )
        return url_suffix

    def redeem_response_url(self, url_suffix: str) -> ResponseUrl:
        """Return the target of a response URL and count the use.

        Raises ApiError for a URL that is unknown, expired or used up.
        """
        response_url = self._response_urls.get(url_suffix)
        if response_url is None:
            raise ApiError("no_such_url")
        if self._read_machine_seconds() > response_url.expires_at:
            raise ApiError("expired_url")
        if response_url.uses_remaining == 0:
            raise ApiError("used_url")
        response_url.uses_remaining -= 1
        return response_url
