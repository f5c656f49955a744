from dataclasses import dataclass

import pytest

from bot.chat import slack
from tests.chat import asgi
from tests.chat.slack import payloads, testbed
from tests.chat.slack.testbed import FORM, AdapterBench
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer


@dataclass(frozen=True)
class Secret:
    """A setting that shows itself only when asked to."""

    value: str

    def get_secret_value(self) -> str:
        """Show itself."""
        return self.value


async def test_settings_open_slacks_doors() -> None:
    """The operator's secrets become an access, which shows none of them."""
    access = slack.AccessSettings.from_settings(
        signing_secret=Secret("signed"),
        bot_token=Secret("xoxb-1"),
        app_token=None,
        api_url="http://127.0.0.1/api/",
    )

    assert (access.signing_secret, access.app_token) == ("signed", "")
    assert await access.token_provider("slack:T1") == "xoxb-1"
    assert "signed" not in repr(access)


@pytest.mark.parametrize(("secret", "served"), [("", False), ("signed", True)])
async def test_without_a_signing_secret_there_is_no_http_door(
    api: FakeWebApi, secret: str, *, served: bool
) -> None:
    """What cannot be proved is not received: the door is there only with the secret."""
    async with testbed.open_bench(api, signing_secret=secret) as bench:
        assert (bench.adapter.asgi is not None) is served
        assert bench.adapter.is_connected


async def test_a_stop_finishes_what_was_begun(api: FakeWebApi) -> None:
    """A form that is still being opened when the bot is stopped is opened."""
    async with testbed.open_bench(api) as bench:
        bench.handlers.replies["rupture"] = FORM
        api.planned_answers["views.open"] = PlannedAnswer({"ok": True}, delay_seconds=0.1)
        await _answered(bench)

    assert api.called_methods() == ["views.open"]
    await bench.adapter.wait_for_background_tasks()


async def _answered(bench: AdapterBench) -> None:
    assert bench.adapter.asgi
    body, kind = payloads.encode_payload(payloads.build_command())
    await asgi.send_request(
        bench.adapter.asgi, "POST", "/slack/events", body, payloads.sign_headers(body, kind)
    )


async def test_the_operator_can_ask_who_the_bot_is_before_it_runs(api: FakeWebApi) -> None:
    """A check-up needs a token and an address, and leaves nothing open."""
    api.planned_answers["auth.test"] = PlannedAnswer(
        {"ok": True, "team": "Clinic", "team_id": "T1"}
    )

    async def token(_workspace: str) -> str:
        return "xoxb-1"

    account = await slack.check_account(slack.AccessSettings(api.url, token))

    assert (account.workspace_name, account.team_id) == ("Clinic", "T1")
    assert api.calls[0].token == "xoxb-1"
