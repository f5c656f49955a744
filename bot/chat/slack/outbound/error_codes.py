"""What became of a call to Slack that did not succeed, told without guessing."""

from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.chat.slack.token_rotation import TokenRotationError
from bot.conversation import SendResult, SendStatus
from bot.logs import clean_code

_TOO_MANY_REQUESTS, _SERVER_ERROR, _CLIENT_ERROR = 429, 500, 400
_DEFAULT_RETRY_SECONDS, _UNREACHABLE_RETRY_SECONDS = 30.0, 30.0
"""Seconds to rest when Slack names none, and when it cannot be reached at all."""

_AMBIGUOUS_ERRORS = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable"}
)
"""Errors after which, Slack says, part of what was asked may have been done."""

_RETRYABLE_ERRORS = frozenset({"ratelimited", "rate_limited", "team_added_to_org"})

_WORKSPACE_ERRORS = frozenset(
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


def slack_error_code(error: BaseException) -> str:
    """Return Slack's own error code, or ``""`` when it was not Slack who spoke."""
    data = getattr(getattr(error, "response", None), "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def classify_error(error: Exception) -> SendResult:
    """Return the fate of a message whose sending raised *error*.

    WAIT only where it is certain that nothing was posted; UNKNOWN wherever it is not. GONE
    only for the closed list of codes that speak of the addressee: a code that speaks of our
    request, or that nobody here knows, is FAILED and costs this message alone.
    """
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return SendResult(
            SendStatus.RETRY_LATER,
            retry_after_seconds=_UNREACHABLE_RETRY_SECONDS,
            reason="unreachable",
        )
    if isinstance(error, TokenRotationError):
        fate = SendStatus.CLOSED if error.code in _WORKSPACE_ERRORS else SendStatus.RETRY_LATER
        return SendResult(
            fate,
            retry_after_seconds=_DEFAULT_RETRY_SECONDS,
            reason=clean_code(error.code or "not_renewed"),
        )
    if isinstance(error, SlackApiError):
        return _classify_refusal(error, slack_error_code(error), _http_status(error))
    return SendResult(SendStatus.UNKNOWN, reason=type(error).__name__)


def _classify_refusal(error: SlackApiError, error_code: str, status: int) -> SendResult:
    if status == _TOO_MANY_REQUESTS or error_code in _RETRYABLE_ERRORS:
        return SendResult(
            SendStatus.RETRY_LATER,
            retry_after_seconds=_retry_after_seconds(error),
            reason=clean_code(error_code or "ratelimited"),
            is_rate_limited=status == _TOO_MANY_REQUESTS,
        )
    if status >= _SERVER_ERROR or error_code in _AMBIGUOUS_ERRORS:
        return SendResult(SendStatus.UNKNOWN, reason=clean_code(error_code or f"http_{status}"))
    if not error_code:
        # Not Slack's own words: a gateway on the way. Only a plain refusal proves anything.
        fate = SendStatus.RETRY_LATER if status >= _CLIENT_ERROR else SendStatus.UNKNOWN
        return SendResult(fate, retry_after_seconds=_DEFAULT_RETRY_SECONDS, reason=f"http_{status}")
    return SendResult(_classify(error_code), reason=clean_code(error_code))


def _classify(error_code: str) -> SendStatus:
    if error_code in _WORKSPACE_ERRORS:
        return SendStatus.CLOSED
    return SendStatus.GONE if error_code in _ADDRESSEE else SendStatus.FAILED


def _http_status(error: SlackApiError) -> int:
    response: Any = error.response
    return int(getattr(response, "status_code", 0) or getattr(response, "status", 0))


def _retry_after_seconds(error: SlackApiError) -> float:
    headers = getattr(error.response, "headers", None) or {}
    try:
        return max(1.0, float(headers.get("Retry-After", _DEFAULT_RETRY_SECONDS)))
    except ValueError:
        return _DEFAULT_RETRY_SECONDS
