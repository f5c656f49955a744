"""Slack error codes: classify the errors of Web API calls into send results."""

from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.chat.slack.token_rotation import TokenRotationError
from bot.conversation import SendResult, SendStatus
from bot.logs import sanitize_error_code

_TOO_MANY_REQUESTS, _SERVER_ERROR, _CLIENT_ERROR = 429, 500, 400
_DEFAULT_RETRY_SECONDS, _UNREACHABLE_RETRY_SECONDS = 30.0, 30.0
"""Seconds until a retry when Slack sends no Retry-After header, and when it is unreachable."""

_AMBIGUOUS_ERRORS = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable"}
)
"""Error codes after which, by Slack's documentation, the call may have succeeded in part."""

_RETRYABLE_ERRORS = frozenset({"ratelimited", "rate_limited", "team_added_to_org"})
"""Error codes after which nothing was posted and a retry may succeed."""

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
"""Error codes that concern the whole workspace: no message to any user in it can succeed."""

_ADDRESSEE_ERRORS = frozenset(
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
"""Error codes that concern the addressed user or channel: no message to it can succeed.

The list is closed. ``user_is_bot`` and ``user_is_restricted`` concern the caller instead.
https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""


def slack_error_code(error: BaseException) -> str:
    """Return the error code in Slack's response, ``""`` when the error has no such response."""
    data = getattr(getattr(error, "response", None), "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def classify_error(error: Exception) -> SendResult:
    """Return the send result of a message whose call raised *error*.

    RETRY_LATER only where it is certain that nothing was posted; UNKNOWN wherever it is not.
    GONE only for the closed list of codes that concern the addressee: a code that concerns our
    request, or that is not listed, is FAILED and affects this message alone.
    """
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return SendResult(
            SendStatus.RETRY_LATER,
            retry_after_seconds=_UNREACHABLE_RETRY_SECONDS,
            reason="unreachable",
        )
    if isinstance(error, TokenRotationError):
        is_closed = error.code in _WORKSPACE_ERRORS
        return SendResult(
            SendStatus.CLOSED if is_closed else SendStatus.RETRY_LATER,
            retry_after_seconds=_DEFAULT_RETRY_SECONDS,
            reason=sanitize_error_code(error.code or "not_renewed"),
        )
    if isinstance(error, SlackApiError):
        return _classify_refusal(error, slack_error_code(error), _http_status(error))
    return SendResult(SendStatus.UNKNOWN, reason=type(error).__name__)


def _classify_refusal(error: SlackApiError, error_code: str, status: int) -> SendResult:
    if status == _TOO_MANY_REQUESTS or error_code in _RETRYABLE_ERRORS:
        return SendResult(
            SendStatus.RETRY_LATER,
            retry_after_seconds=_retry_after_seconds(error),
            reason=sanitize_error_code(error_code or "ratelimited"),
            is_rate_limited=status == _TOO_MANY_REQUESTS,
        )
    if status >= _SERVER_ERROR or error_code in _AMBIGUOUS_ERRORS:
        return SendResult(
            SendStatus.UNKNOWN, reason=sanitize_error_code(error_code or f"http_{status}")
        )
    if not error_code:
        # A gateway's response, not Slack's: only a 4xx status proves that nothing was posted.
        return SendResult(
            SendStatus.RETRY_LATER if status >= _CLIENT_ERROR else SendStatus.UNKNOWN,
            retry_after_seconds=_DEFAULT_RETRY_SECONDS,
            reason=f"http_{status}",
        )
    return SendResult(_classify_error_code(error_code), reason=sanitize_error_code(error_code))


def _classify_error_code(error_code: str) -> SendStatus:
    if error_code in _WORKSPACE_ERRORS:
        return SendStatus.CLOSED
    return SendStatus.GONE if error_code in _ADDRESSEE_ERRORS else SendStatus.FAILED


def _http_status(error: SlackApiError) -> int:
    response: Any = error.response
    return int(getattr(response, "status_code", 0) or getattr(response, "status", 0))


def _retry_after_seconds(error: SlackApiError) -> float:
    headers = getattr(error.response, "headers", None) or {}
    try:
        return max(1.0, float(headers.get("Retry-After", _DEFAULT_RETRY_SECONDS)))
    except ValueError:
        return _DEFAULT_RETRY_SECONDS
