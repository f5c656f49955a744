"""Checks of the app token, and of the channels that the bot can post in."""

import pytest

from bot.chat.slack.access_settings import AccessSettings
from bot.chat.slack.adapter import check_app_token, check_channels
from bot.chat.slack.outbound.account_checks import AccountCheck
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer

CHANNELS = ("C1", "C2", "C3", "C4")


def build_access(api: FakeWebApi) -> AccessSettings:
    """Return credentials for the fake."""
    return AccessSettings.with_static_token(api.url, "xoxb-planted", app_token="xapp-planted")


async def test_accepted_app_token_has_no_error(api: FakeWebApi) -> None:
    """Slack is asked with the app token, and opens no connection."""
    check = await check_app_token(build_access(api))

    assert check == AccountCheck()
    assert [(call.method, call.token) for call in api.calls] == [
        ("apps.connections.open", "xapp-planted")
    ]
    assert api.sockets == []


async def test_refused_app_token_is_told_from_an_unreachable_slack(api: FakeWebApi) -> None:
    """Slack's own error code is a refusal; a broken answer is none."""
    api.plan_error("apps.connections.open", "invalid_auth")
    refused = await check_app_token(build_access(api))
    api.planned_answers["apps.connections.open"] = PlannedAnswer("<html>", 502)
    broken = await check_app_token(build_access(api))

    assert (refused.error_code, refused.is_refusal) == ("invalid_auth", True)
    assert not broken.is_refusal


async def test_each_faulty_channel_has_its_error(api: FakeWebApi) -> None:
    """A channel that is unknown, archived or without the bot has an error; a sound one has none."""
    api.planned_answers["conversations.info"] = [
        PlannedAnswer({"ok": True, "channel": {"is_member": True}}),
        PlannedAnswer({"ok": False, "error": "channel_not_found"}),
        PlannedAnswer({"ok": True, "channel": {"is_archived": True}}),
        PlannedAnswer({"ok": True, "channel": {"is_member": False}}),
    ]

    assert await check_channels(build_access(api), CHANNELS) == {
        "C2": "channel_not_found",
        "C3": "is_archived",
        "C4": "not_in_channel",
    }


@pytest.mark.parametrize(("error", "status"), [("missing_scope", 200), ("ratelimited", 429)])
async def test_channels_without_a_definite_answer_are_unchecked(
    api: FakeWebApi, error: str, status: int
) -> None:
    """Without the scope, or beyond a rate limit, nothing is claimed about any channel."""
    api.plan_error("conversations.info", error, status)

    assert await check_channels(build_access(api), CHANNELS) is None
    assert len(api.calls) == 1
