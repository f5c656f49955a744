"""What became of a call to Teams that did not succeed, told without guessing."""

import httpx

from bot.chat.msteams.outbound.access_token import TokenUnavailableError
from bot.conversation import SendResult, SendStatus
from bot.logs import clean_code

_DEFAULT_RETRY_SECONDS = 30.0
"""Seconds to rest when Teams names none, and when it cannot be reached at all."""

_NO_TOKEN_RETRY_SECONDS = 60.0

_MAX_REASON_LENGTH = 60

_RETRYABLE_STATUSES = frozenset({401, 408, 412, 429})
"""Refusals that pass: too many at once, a chat that is busy, a token that is not taken now."""

_WORKSPACE_ERRORS = frozenset({"BotDisabledByAdmin", "TenantNotAllowed"})
"""Errors that speak of the whole tenant: no message to anybody in it can succeed."""

_ADDRESSEE = frozenset(
    {
        "BotDisabledByUser",
        "BotNotInConversationRoster",
        "ConversationBlockedByUser",
        "ConversationNotFound",
        "ForbiddenOperationException",
        "MessageWritesBlocked",
    }
)
"""Errors that speak of this chat or channel: no message to it can succeed. The list is closed.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
"""


def classify_error(error: Exception) -> SendResult:
    """Return the fate of a message whose sending raised *error*.

    WAIT only where it is certain that nothing was posted; UNKNOWN wherever it is not: after
    502 and 504 Microsoft's advice is to send again, which people would see as a message twice.
    GONE only for the closed list of codes that speak of the addressee: a code that speaks of
    our request, or that nobody here knows, is FAILED and costs this message alone.
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
        return _classify_refusal(error.response)
    return SendResult(SendStatus.UNKNOWN, reason=type(error).__name__[:_MAX_REASON_LENGTH])


def classify_error_before_posting(error: Exception) -> SendResult:
    """Return the fate of a message that was not posted yet: a chat had to be opened first."""
    found = classify_error(error)
    if found.status is SendStatus.UNKNOWN:
        return SendResult(
            SendStatus.RETRY_LATER, retry_after_seconds=_DEFAULT_RETRY_SECONDS, reason=found.reason
        )
    return found


def _classify_refusal(response: httpx.Response) -> SendResult:
    status = response.status_code
    said = clean_code(_error_code(response) or f"http_{status}")
    if status in _RETRYABLE_STATUSES:
        return SendResult(
            SendStatus.RETRY_LATER, retry_after_seconds=_retry_after_seconds(response), reason=said
        )
    if response.is_client_error:
        return SendResult(_classify(said), reason=said)
    return SendResult(SendStatus.UNKNOWN, reason=said)


def _classify(error_code: str) -> SendStatus:
    if error_code in _WORKSPACE_ERRORS:
        return SendStatus.CLOSED
    return SendStatus.GONE if error_code in _ADDRESSEE else SendStatus.FAILED


def _error_code(response: httpx.Response) -> str:
    """Return Teams' error code; a subcode that speaks of the addressee says more than it."""
    try:
        body = response.json()
        error = body.get("error") or {}
        subcode = str(error.get("subCode") or body.get("subCode") or "")
        return subcode if subcode in _ADDRESSEE else str(error.get("code") or "")
    except (ValueError, AttributeError):
        return ""


def _retry_after_seconds(response: httpx.Response) -> float:
    try:
        return max(1.0, float(response.headers.get("Retry-After", _DEFAULT_RETRY_SECONDS)))
    except ValueError:
        return _DEFAULT_RETRY_SECONDS
