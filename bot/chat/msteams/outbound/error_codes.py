"""What became of a call to Teams that did not succeed, told without guessing."""

import httpx

from bot.chat.msteams.outbound.access_token import NoTokenError
from bot.conversation import Fate, Outcome
from bot.logs import clean_code

_REST = 30.0
"""Seconds to rest when Teams names none, and when it cannot be reached at all."""

_NO_TOKEN_REST = 60.0

_LONGEST_REASON = 60

_LATER = frozenset({401, 408, 412, 429})
"""Refusals that pass: too many at once, a chat that is busy, a token that is not taken now."""

_CLOSED = frozenset({"BotDisabledByAdmin", "TenantNotAllowed"})
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


def outcome(error: Exception) -> Outcome:
    """Return the fate of a message whose sending raised *error*.

    WAIT only where it is certain that nothing was posted; UNKNOWN wherever it is not: after
    502 and 504 Microsoft's advice is to send again, which people would see as a message twice.
    GONE only for the closed list of codes that speak of the addressee: a code that speaks of
    our request, or that nobody here knows, is FAILED and costs this message alone.
    """
    if isinstance(error, NoTokenError):
        return Outcome(Fate.WAIT, seconds=_NO_TOKEN_REST, reason="no_token")
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return Outcome(Fate.WAIT, seconds=_REST, reason="unreachable")
    if isinstance(error, httpx.HTTPStatusError):
        return _refused(error.response)
    return Outcome(Fate.UNKNOWN, reason=type(error).__name__[:_LONGEST_REASON])


def before_posting(error: Exception) -> Outcome:
    """Return the fate of a message that was not posted yet: a chat had to be opened first."""
    found = outcome(error)
    if found.fate is Fate.UNKNOWN:
        return Outcome(Fate.WAIT, seconds=_REST, reason=found.reason)
    return found


def _refused(response: httpx.Response) -> Outcome:
    status = response.status_code
    said = clean_code(_code(response) or f"http_{status}")
    if status in _LATER:
        return Outcome(Fate.WAIT, seconds=_rest(response), reason=said)
    if response.is_client_error:
        return Outcome(_classify(said), reason=said)
    return Outcome(Fate.UNKNOWN, reason=said)


def _classify(error_code: str) -> Fate:
    if error_code in _CLOSED:
        return Fate.CLOSED
    return Fate.GONE if error_code in _ADDRESSEE else Fate.FAILED


def _code(response: httpx.Response) -> str:
    """Return Teams' error code; a subcode that speaks of the addressee says more than it."""
    try:
        body = response.json()
        error = body.get("error") or {}
        subcode = str(error.get("subCode") or body.get("subCode") or "")
        return subcode if subcode in _ADDRESSEE else str(error.get("code") or "")
    except (ValueError, AttributeError):
        return ""


def _rest(response: httpx.Response) -> float:
    try:
        return max(1.0, float(response.headers.get("Retry-After", _REST)))
    except ValueError:
        return _REST
