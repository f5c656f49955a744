"""Teams error codes: classify failed calls by exception, HTTP status and code."""

import httpx

from bot.chat.msteams.outbound.access_token import TokenUnavailableError
from bot.conversation import SendResult, SendStatus
from bot.logs import sanitize_error_code

_DEFAULT_RETRY_SECONDS = 30.0
"""Retry delay without a ``Retry-After`` header, and when Teams cannot be reached at all."""

_NO_TOKEN_RETRY_SECONDS = 60.0

_MAX_REASON_LENGTH = 60

_RETRYABLE_STATUSES = frozenset({401, 408, 412, 429})
"""Temporary rejections: rate limit, a chat with a write conflict, a token not yet accepted."""

_WORKSPACE_ERRORS = frozenset({"BotDisabledByAdmin", "TenantNotAllowed"})
"""Error codes about the whole tenant: no message to any address in it can succeed."""

_ADDRESSEE_ERRORS = frozenset(
    {
        "BotDisabledByUser",
        "BotNotInConversationRoster",
        "ConversationBlockedByUser",
        "ConversationNotFound",
        "ForbiddenOperationException",
        "MessageWritesBlocked",
    }
)
"""Error codes about one chat or channel: no message to it can succeed. The list is closed.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
"""


def classify_error(error: Exception) -> SendResult:
    """Return the result of a message whose request raised *error*.

    RETRY_LATER only where the message was certainly not posted; UNKNOWN wherever it may have
    been: Microsoft recommends a retry after 502 and 504, which people would see as a
    duplicate message. GONE only for the closed list of codes about the addressee: a code about
    the request itself, or an unknown one, is FAILED and affects this message alone.
    """
    if isinstance(error, TokenUnavailableError):
        return SendResult(
            SendStatus.RETRY_LATER, retry_after_seconds=_NO_TOKEN_RETRY_SECONDS, reason="no_token"
        )
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return SendResult(
            SendStatus.RETRY_LATER, retry_after_seconds=_DEFAULT_RETRY_SECONDS, reason="unreachable"
        )
    if isinstance(error, httpx.HTTPStatusError):
        return _classify_response(error.response)
    return SendResult(SendStatus.UNKNOWN, reason=type(error).__name__[:_MAX_REASON_LENGTH])


def classify_error_before_posting(error: Exception) -> SendResult:
    """Return the result of a message whose chat could not be created, so it was not posted."""
    result = classify_error(error)
    if result.status is SendStatus.UNKNOWN:
        return SendResult(
            SendStatus.RETRY_LATER, retry_after_seconds=_DEFAULT_RETRY_SECONDS, reason=result.reason
        )
    return result


def _classify_response(response: httpx.Response) -> SendResult:
    status = response.status_code
    error_code = sanitize_error_code(_error_code(response) or f"http_{status}")
    if status in _RETRYABLE_STATUSES:
        return SendResult(
            SendStatus.RETRY_LATER,
            retry_after_seconds=_retry_after_seconds(response),
            reason=error_code,
        )
    if response.is_client_error:
        return SendResult(_classify_code(error_code), reason=error_code)
    return SendResult(SendStatus.UNKNOWN, reason=error_code)


def _classify_code(error_code: str) -> SendStatus:
    if error_code in _WORKSPACE_ERRORS:
        return SendStatus.CLOSED
    return SendStatus.GONE if error_code in _ADDRESSEE_ERRORS else SendStatus.FAILED


def _error_code(response: httpx.Response) -> str:
    """Return the error code of a response; a subcode about the addressee takes precedence."""
    try:
        body = response.json()
        error = body.get("error") or {}
        subcode = str(error.get("subCode") or body.get("subCode") or "")
        return subcode if subcode in _ADDRESSEE_ERRORS else str(error.get("code") or "")
    except (ValueError, AttributeError):
        return ""


def _retry_after_seconds(response: httpx.Response) -> float:
    try:
        return max(1.0, float(response.headers.get("Retry-After", _DEFAULT_RETRY_SECONDS)))
    except ValueError:
        return _DEFAULT_RETRY_SECONDS
