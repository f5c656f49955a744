"""What became of a call to Slack that did not succeed, told without guessing."""

from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.chat.slack.token_rotation import RenewalError
from bot.conversation import Fate, Outcome
from bot.logs import clean_code

_TOO_MANY, _SERVER_ERROR, _CLIENT_ERROR = 429, 500, 400
_REST, _UNREACHED = 30.0, 30.0
"""Seconds to rest when Slack names none, and when it cannot be reached at all."""

_UNSURE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""Errors after which, Slack says, part of what was asked may have been done."""

_PASSING = frozenset({"ratelimited", "rate_limited", "team_added_to_org"})

_CLOSED = frozenset(
    {
        "access_denied",
        "accesslimited",
        "account_inactive",
        "bad_client_secret",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "invalid_client_id",
        "invalid_refresh_token",
        "messages_tab_disabled",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    }
)
"""Errors that speak of the whole workspace: no message to anybody in it can succeed."""

_ADDRESSEE = frozenset(
    {
        "cannot_dm_bot",
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    }
)
"""Errors that speak of this person or channel: no message to them can succeed.

The list is closed. ``user_is_bot`` and ``user_is_restricted`` speak of whoever calls.
https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""


def code(error: BaseException) -> str:
    """Return Slack's own error code, or ``""`` when it was not Slack who spoke."""
    data = getattr(getattr(error, "response", None), "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def outcome(error: Exception) -> Outcome:
    """Return the fate of a message whose sending raised *error*.

    WAIT only where it is certain that nothing was posted; UNKNOWN wherever it is not. GONE
    only for the closed list of codes that speak of the addressee: a code that speaks of our
    request, or that nobody here knows, is FAILED and costs this message alone.
    """
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Outcome(Fate.WAIT, seconds=_UNREACHED, reason="unreachable")
    if isinstance(error, RenewalError):
        fate = Fate.CLOSED if error.code in _CLOSED else Fate.WAIT
        return Outcome(fate, seconds=_REST, reason=clean_code(error.code or "not_renewed"))
    if isinstance(error, SlackApiError):
        return _refused(error, code(error), _status(error))
    return Outcome(Fate.UNKNOWN, reason=type(error).__name__)


def _refused(error: SlackApiError, said: str, status: int) -> Outcome:
    if status == _TOO_MANY or said in _PASSING:
        return Outcome(
            Fate.WAIT,
            seconds=_rest(error),
            reason=clean_code(said or "ratelimited"),
            slower=status == _TOO_MANY,
        )
    if status >= _SERVER_ERROR or said in _UNSURE:
        return Outcome(Fate.UNKNOWN, reason=clean_code(said or f"http_{status}"))
    if not said:
        # Not Slack's own words: a gateway on the way. Only a plain refusal proves anything.
        fate = Fate.WAIT if status >= _CLIENT_ERROR else Fate.UNKNOWN
        return Outcome(fate, seconds=_REST, reason=f"http_{status}")
    return Outcome(_classify(said), reason=clean_code(said))


def _classify(error_code: str) -> Fate:
    if error_code in _CLOSED:
        return Fate.CLOSED
    return Fate.GONE if error_code in _ADDRESSEE else Fate.FAILED


def _status(error: SlackApiError) -> int:
    response: Any = error.response
    return int(getattr(response, "status_code", 0) or getattr(response, "status", 0))


def _rest(error: SlackApiError) -> float:
    headers = getattr(error.response, "headers", None) or {}
    try:
        return max(1.0, float(headers.get("Retry-After", _REST)))
    except ValueError:
        return _REST
