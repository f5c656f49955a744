"""Slack error codes: classify the errors of Web API calls into send results."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.chat.error_subjects import Subject, choose_send_status
from bot.chat.retry_after import DEFAULT_RETRY_SECONDS, parse_retry_after
from bot.chat.slack.oauth.installation_rows import InstallationUnreadableError, NotInstalledError
from bot.chat.slack.outbound.error_table import (
    AMBIGUOUS_CODES,
    MISSING_CHAT_CODES,
    SUBJECT_BY_CODE,
)
from bot.chat.slack.token_rotation import TokenRotationError
from bot.conversation import Address, SendResult, SendStatus
from bot.logs import sanitize_error_code

_TOO_MANY_REQUESTS, _SERVER_ERROR, _CLIENT_ERROR = 429, 500, 400


def slack_error_code(error: BaseException) -> str:
    """Return the error code in Slack's response, ``""`` when the error has no such response."""
    data = getattr(getattr(error, "response", None), "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def classify_error(error: Exception, to: Address | None = None) -> SendResult:
    """Return the send result of a message to the address *to* whose call raised *error*.

    RETRY_LATER only where it is certain that nothing was posted; UNKNOWN wherever it is not.
    For any other code the status follows from its subject in the table: a code that concerns our
    request, or that is not listed, is FAILED and affects this message alone.
    """
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return _retry_later("unreachable")
    if isinstance(error, InstallationUnreadableError):
        return SendResult(SendStatus.REJECTED_BY_WORKSPACE, reason="installation_unreadable")
    if isinstance(error, NotInstalledError):
        return SendResult(SendStatus.REJECTED_BY_WORKSPACE, reason="not_installed")
    if isinstance(error, TokenRotationError):
        is_rejected = SUBJECT_BY_CODE.get(error.code) is Subject.WORKSPACE
        result = _retry_later(error.code or "not_renewed")
        return replace(result, status=SendStatus.REJECTED_BY_WORKSPACE) if is_rejected else result
    if isinstance(error, SlackApiError):
        return _classify_refusal(error, slack_error_code(error), _http_status(error), to)
    return SendResult(SendStatus.UNKNOWN, reason=type(error).__name__)


def classify_error_before_posting(error: Exception) -> SendResult:
    """Return the result of a message whose chat could not be opened, so it was not posted."""
    result = classify_error(error)
    return _retry_later(result.reason) if result.status is SendStatus.UNKNOWN else result


def _classify_refusal(
    error: SlackApiError, error_code: str, status: int, to: Address | None
) -> SendResult:
    subject = SUBJECT_BY_CODE.get(error_code, Subject.REQUEST)
    is_ambiguous = status >= _SERVER_ERROR or error_code in AMBIGUOUS_CODES
    if status == _TOO_MANY_REQUESTS or (subject is Subject.TRANSIENT and not is_ambiguous):
        return replace(
            _retry_later(error_code or "ratelimited", getattr(error.response, "headers", None)),
            is_rate_limited=status == _TOO_MANY_REQUESTS,
        )
    if is_ambiguous:
        reason = sanitize_error_code(error_code or f"http_{status}")
        return SendResult(SendStatus.UNKNOWN, reason=reason)
    if not error_code:
        # A gateway's response, not Slack's: only a 4xx status proves that nothing was posted.
        result = _retry_later(f"http_{status}")
        return result if status >= _CLIENT_ERROR else replace(result, status=SendStatus.UNKNOWN)
    return SendResult(
        choose_send_status(subject, is_channel=bool(to and to.channel)),
        reason=sanitize_error_code(error_code),
        is_chat_missing=error_code in MISSING_CHAT_CODES and bool(to and to.person),
    )


def _retry_later(reason: str, headers: Mapping[str, str] | None = None) -> SendResult:
    seconds = DEFAULT_RETRY_SECONDS if headers is None else parse_retry_after(headers)
    return SendResult(
        SendStatus.RETRY_LATER, retry_after_seconds=seconds, reason=sanitize_error_code(reason)
    )


def _http_status(error: SlackApiError) -> int:
    response: Any = error.response
    return int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
