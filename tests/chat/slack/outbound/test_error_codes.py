from collections.abc import Callable
from types import SimpleNamespace

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.chat.slack.outbound import error_codes
from bot.conversation import SendStatus


def build_api_error(error: str = "", status: int = 200, **headers: str) -> SlackApiError:
    """Return the exception that slack_sdk raises for an error response."""
    named_headers = {key.replace("_", "-"): value for key, value in headers.items()}
    data = {"ok": False, "error": error} if error else {}
    create_error: Callable[..., SlackApiError] = SlackApiError
    return create_error("x", SimpleNamespace(data=data, status_code=status, headers=named_headers))


REJECTED_CODES = [
    "token_revoked",
    "account_inactive",
    "invalid_auth",
    "not_authed",
    "missing_scope",
]
UNREACHABLE_CODES = [
    "cannot_dm_bot",
    "channel_not_found",
    "is_archived",
    "not_in_channel",
    "user_disabled",
    "user_not_found",
    "user_not_visible",
]
FAILED_CODES = ["invalid_blocks", "msg_too_long", "user_is_bot", "restricted_action", "a_new_code"]
UNKNOWN_CODES = ["fatal_error", "internal_error", "request_timeout", "service_unavailable"]
RETRYABLE_CODES = ["ratelimited", "rate_limited", "team_added_to_org"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        *((code, SendStatus.REJECTED_BY_WORKSPACE) for code in REJECTED_CODES),
        *((code, SendStatus.ADDRESS_UNREACHABLE) for code in UNREACHABLE_CODES),
        *((code, SendStatus.FAILED) for code in FAILED_CODES),
        *((code, SendStatus.UNKNOWN) for code in UNKNOWN_CODES),
        *((code, SendStatus.RETRY_LATER) for code in RETRYABLE_CODES),
    ],
)
def test_error_code_determines_status(error: str, status: SendStatus) -> None:
    """Slack's error code determines whether workspace, addressee or request is at fault."""
    result = error_codes.classify_error(build_api_error(error))

    assert (result.status, result.reason) == (status, error)


@pytest.mark.parametrize(
    ("http_status", "status"),
    [
        (429, SendStatus.RETRY_LATER),
        (403, SendStatus.RETRY_LATER),
        (500, SendStatus.UNKNOWN),
        (502, SendStatus.UNKNOWN),
        (200, SendStatus.UNKNOWN),
    ],
)
def test_http_status_decides_without_error_code(http_status: int, status: SendStatus) -> None:
    """A gateway's 4xx status proves that nothing was posted; any other status proves nothing."""
    assert error_codes.classify_error(build_api_error(status=http_status)).status is status


def test_server_error_has_unknown_result() -> None:
    """A 503 with a definite error code may still have posted."""
    assert (
        error_codes.classify_error(build_api_error("channel_not_found", 503)).status
        is SendStatus.UNKNOWN
    )


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", 1), ("inf", 3600), ("1e15", 3600), ("soon", 30), ("", 30)],
)
def test_retry_after_header_is_used(header: str, seconds: float) -> None:
    """The Retry-After header counts, from a second to an hour, and 30 where it is unreadable."""
    headers = {"Retry_After": header} if header else {}

    assert (
        error_codes.classify_error(
            build_api_error("ratelimited", 429, **headers)
        ).retry_after_seconds
        == seconds
    )


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (aiohttp.ConnectionTimeoutError(), SendStatus.RETRY_LATER),
        (aiohttp.ServerDisconnectedError(), SendStatus.UNKNOWN),
        (TimeoutError(), SendStatus.UNKNOWN),
        (ConnectionResetError(), SendStatus.UNKNOWN),
        (AttributeError(), SendStatus.UNKNOWN),
    ],
)
def test_only_failed_connection_allows_retry(error: Exception, status: SendStatus) -> None:
    """An error after the connection was established has an unknown result."""
    assert error_codes.classify_error(error).status is status


def test_reason_is_truncated() -> None:
    """A code longer than its column is truncated."""
    assert len(error_codes.classify_error(build_api_error("x" * 99)).reason) == 60


def test_reason_contains_no_sentence() -> None:
    """An error that is no plain code is counted and logged as unreadable."""
    result = error_codes.classify_error(build_api_error('not "sent" to Marie'))

    assert (result.status, result.reason) == (SendStatus.FAILED, "unreadable_code")


def test_other_exception_has_no_code() -> None:
    """Only Slack's error responses have an error code."""
    assert error_codes.slack_error_code(ValueError()) == ""
    assert error_codes.slack_error_code(build_api_error("ratelimited")) == "ratelimited"
