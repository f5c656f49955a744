from collections.abc import Callable
from types import SimpleNamespace

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.chat.slack.outbound import error_codes
from bot.conversation import SendStatus


def refusal(error: str = "", status: int = 200, **headers: str) -> SlackApiError:
    """Return what slack_sdk raises when Slack refuses."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    data = {"ok": False, "error": error} if error else {}
    made: Callable[..., SlackApiError] = SlackApiError
    return made("x", SimpleNamespace(data=data, status_code=status, headers=named))


CLOSED = ["token_revoked", "account_inactive", "invalid_auth", "not_authed", "missing_scope"]
GONE = [
    "cannot_dm_bot",
    "channel_not_found",
    "is_archived",
    "not_in_channel",
    "user_disabled",
    "user_not_found",
    "user_not_visible",
]
FAILED = ["invalid_blocks", "msg_too_long", "user_is_bot", "restricted_action", "a_new_code"]
UNSURE = ["fatal_error", "internal_error", "request_timeout", "service_unavailable"]
PASSING = ["ratelimited", "rate_limited", "team_added_to_org"]


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        *((one, SendStatus.CLOSED) for one in CLOSED),
        *((one, SendStatus.GONE) for one in GONE),
        *((one, SendStatus.FAILED) for one in FAILED),
        *((one, SendStatus.UNKNOWN) for one in UNSURE),
        *((one, SendStatus.RETRY_LATER) for one in PASSING),
    ],
)
def test_every_code_has_its_fate(error: str, fate: SendStatus) -> None:
    """Slack's code tells workspace, addressee, request, doubt and moment apart."""
    outcome = error_codes.classify_error(refusal(error))

    assert (outcome.status, outcome.reason) == (fate, error)


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        (429, SendStatus.RETRY_LATER),
        (403, SendStatus.RETRY_LATER),
        (500, SendStatus.UNKNOWN),
        (502, SendStatus.UNKNOWN),
        (200, SendStatus.UNKNOWN),
    ],
)
def test_where_slack_says_nothing_the_status_speaks(status: int, fate: SendStatus) -> None:
    """A gateway's refusal proves that nothing was posted; its failure proves nothing."""
    assert error_codes.classify_error(refusal(status=status)).status is fate


def test_a_server_error_is_a_doubt_whatever_it_says() -> None:
    """A 503 with a definite code in it may still have posted."""
    assert (
        error_codes.classify_error(refusal("channel_not_found", 503)).status is SendStatus.UNKNOWN
    )


@pytest.mark.parametrize(("said", "seconds"), [("7", 7), ("0", 1), ("soon", 30), ("", 30)])
def test_a_workspace_rests_for_as_long_as_slack_says(said: str, seconds: float) -> None:
    """The rest is Slack's, at least a second, and half a minute where none can be read."""
    headers = {"Retry_After": said} if said else {}

    assert (
        error_codes.classify_error(refusal("ratelimited", 429, **headers)).retry_after_seconds
        == seconds
    )


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        (aiohttp.ConnectionTimeoutError(), SendStatus.RETRY_LATER),
        (aiohttp.ServerDisconnectedError(), SendStatus.UNKNOWN),
        (TimeoutError(), SendStatus.UNKNOWN),
        (ConnectionResetError(), SendStatus.UNKNOWN),
        (AttributeError(), SendStatus.UNKNOWN),
    ],
)
def test_only_a_connection_that_never_came_about_is_certain(
    error: Exception, fate: SendStatus
) -> None:
    """Whatever broke after the connection stood leaves a doubt."""
    assert error_codes.classify_error(error).status is fate


def test_a_reason_is_short_enough_to_keep() -> None:
    """A code longer than its column is cut."""
    assert len(error_codes.classify_error(refusal("x" * 99)).reason) == 60


def test_a_reason_never_quotes_a_sentence() -> None:
    """What is no plain code is counted and logged as unreadable."""
    outcome = error_codes.classify_error(refusal('not "sent" to Marie'))

    assert (outcome.status, outcome.reason) == (SendStatus.FAILED, "unreadable_code")


def test_an_error_of_nobodys_has_no_code() -> None:
    """Only Slack's own refusals have a code."""
    assert error_codes.slack_error_code(ValueError()) == ""
    assert error_codes.slack_error_code(refusal("ratelimited")) == "ratelimited"
