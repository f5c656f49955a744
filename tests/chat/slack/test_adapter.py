import pytest

from bot.chat import slack
from tests.chat import asgi
from tests.chat.slack import payloads, testbed
from tests.chat.slack.testbed import FORM, AdapterBench
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer


async def test_access_settings_hide_secrets() -> None:
    """The repr of access settings with one token for every workspace contains no secret."""
    access = slack.AccessSettings.with_static_token(
        "http://127.0.0.1/api/", "xoxb-1", signing_secret="signed"
    )

    assert (access.signing_secret, access.app_token) == ("signed", "")
    assert await access.token_provider("slack:T1") == "xoxb-1"
    assert "signed" not in repr(access)


@pytest.mark.parametrize(("secret", "has_endpoint"), [("", False), ("signed", True)])
async def test_http_endpoint_requires_signing_secret(
    api: FakeWebApi, secret: str, *, has_endpoint: bool
) -> None:
    """The HTTP endpoint exists only with a signing secret, which is needed to verify requests."""
    async with testbed.open_bench(api, signing_secret=secret) as bench:
        assert (bench.adapter.asgi is not None) is has_endpoint
        assert bench.adapter.is_connected


async def test_stop_waits_for_background_tasks(api: FakeWebApi) -> None:
    """A form that is being opened when the adapter is stopped is opened."""
    async with testbed.open_bench(api) as bench:
        bench.handlers.replies["rupture"] = FORM
        api.planned_answers["views.open"] = PlannedAnswer({"ok": True}, delay_seconds=0.1)
        await _send_command(bench)

    assert api.called_methods() == ["views.open"]
    await bench.adapter.wait_for_background_tasks()


async def _send_command(bench: AdapterBench) -> None:
    assert bench.adapter.asgi
    body, content_type = payloads.encode_payload(payloads.build_command())
    await asgi.send_request(
        bench.adapter.asgi, "POST", "/slack/events", body, payloads.sign_headers(body, content_type)
    )


async def test_account_check_needs_no_running_bot(api: FakeWebApi) -> None:
    """An account check needs only a token and an address, and closes its session."""
    api.planned_answers["auth.test"] = PlannedAnswer(
        {"ok": True, "team": "Clinic", "team_id": "T1"}
    )

    async def get_token(_workspace: str) -> str:
        return "xoxb-1"

    account = await slack.check_account(slack.AccessSettings(api.url, get_token))

    assert (account.workspace_name, account.team_id) == ("Clinic", "T1")
    assert api.calls[0].token == "xoxb-1"
