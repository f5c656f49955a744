"""Teams error codes: classify failed calls by exception, HTTP status and code."""

from dataclasses import replace

import httpx

from bot.chat.error_subjects import Subject, choose_send_status
from bot.chat.msteams.outbound.access_token import TokenUnavailableError
from bot.chat.msteams.outbound.error_table import (
    MISSING_CHAT_CODES,
    SUBJECT_BY_CODE,
    TOO_MANY_REQUESTS_STATUS,
    TRANSIENT_STATUSES,
    UNAUTHORIZED_STATUS,
)
from bot.chat.retry_after import DEFAULT_RETRY_SECONDS, parse_retry_after
from bot.conversation import Address, SendResult, SendStatus
from bot.logs import sanitize_error_code

_NO_TOKEN_RETRY_SECONDS = 60.0

_MAX_REASON_LENGTH = 60


def classify_error(error: Exception, to: Address | None = None) -> SendResult:
    """Return the result of a message to the address *to* whose request raised *error*.

    RETRY_LATER only where the message was certainly not posted; UNKNOWN wherever it may have
    been: Microsoft recommends a retry after 502 and 504, which people would see as a
    duplicate message. For any other response the status follows from its code's subject in the
    table: a code about the request itself, or an unknown one, is FAILED and affects this message
    alone.
    """
    if isinstance(error, TokenUnavailableError):
        return SendResult(
            SendStatus.RETRY_LATER, retry_after_seconds=_NO_TOKEN_RETRY_SECONDS, reason="no_token"
        )
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return SendResult(
            SendStatus.RETRY_LATER, retry_after_seconds=DEFAULT_RETRY_SECONDS, reason="unreachable"
        )
    if isinstance(error, httpx.HTTPStatusError):
        return _classify_response(error.response, to)
    return SendResult(SendStatus.UNKNOWN, reason=type(error).__name__[:_MAX_REASON_LENGTH])


def classify_error_before_posting(error: Exception, to: Address | None = None) -> SendResult:
    """Return the result of a message whose chat could not be created, so it was not posted."""
    result = replace(classify_error(error, to), is_chat_missing=False)
    if result.status is SendStatus.UNKNOWN:
        return SendResult(
            SendStatus.RETRY_LATER, retry_after_seconds=DEFAULT_RETRY_SECONDS, reason=result.reason
        )
    return result


def _classify_response(response: httpx.Response, to: Address | None) -> SendResult:
    error_code = _error_code(response)
    reason = sanitize_error_code(error_code or f"http_{response.status_code}")
    if not response.is_client_error:
        return SendResult(SendStatus.UNKNOWN, reason=reason)
    subject = _find_subject(response.status_code, error_code)
    status = choose_send_status(subject, is_channel=bool(to and to.channel))
    if status is SendStatus.RETRY_LATER:
        seconds = parse_retry_after(response.headers)
        is_rate_limited = response.status_code == TOO_MANY_REQUESTS_STATUS
        return SendResult(
            status, retry_after_seconds=seconds, reason=reason, is_rate_limited=is_rate_limited
        )
    is_chat_missing = reason in MISSING_CHAT_CODES and bool(to and to.person)
    return SendResult(status, reason=reason, is_chat_missing=is_chat_missing)


def _find_subject(status: int, error_code: str) -> Subject:
    if status in TRANSIENT_STATUSES:
        return Subject.TRANSIENT
    default = Subject.TRANSIENT if status == UNAUTHORIZED_STATUS else Subject.REQUEST
    return SUBJECT_BY_CODE.get(error_code, default)


def _error_code(response: httpx.Response) -> str:
    """Return the error code of a response; a subcode about the addressee takes precedence.

    Microsoft documents one code with a space in it, ``Bad Argument``.
    """
    try:
        body = response.json()
        error = body.get("error") or {}
        code = str(error.get("code") or "")
        subcode = str(error.get("subCode") or body.get("subCode") or "")
    except (ValueError, AttributeError):
        return ""
    if SUBJECT_BY_CODE.get(subcode) in {Subject.PERSON, Subject.CHAT}:
        return subcode
    joined_code = code.replace(" ", "")
    return joined_code if joined_code in SUBJECT_BY_CODE else code
