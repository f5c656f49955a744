from slack_sdk.signature import Clock, SignatureVerifier

from bot.sandbox.slack_api.signed_requests import HttpTransport, sign_request
from bot.sandbox.workspace.engine import SandboxEngine
from tests.sandbox.fake_bot import SIGNING_SECRET, FakeBot


def test_a_signature_is_one_that_slack_made() -> None:
    """The example that Slack publishes comes out to the last digit."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&"
        b"channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&"
        b"command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2F"
        b"commands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&"
        b"trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )

    headers = sign_request("8f742231b10e8888abcd99yyyzzz85a5", body, 1531420618.7)

    assert headers == {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": (
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
        ),
    }


def test_slacks_own_library_takes_the_signature() -> None:
    """What is signed here passes a verifier that somebody else wrote."""
    headers = sign_request(SIGNING_SECRET, b"payload=%7B%7D", 1531420618)

    assert SignatureVerifier(SIGNING_SECRET, _Then()).is_valid_request(b"payload=%7B%7D", headers)


class _Then(Clock):
    """The verifier's clock, at that moment."""

    def now(self) -> float:
        """Tell it."""
        return 1531420618.0


async def test_a_bot_that_is_not_there_took_nothing(engine: SandboxEngine, bot: FakeBot) -> None:
    """Nobody at the address, or a secret that is not the bot's, is no acknowledgement."""
    nowhere = HttpTransport(
        "http://127.0.0.1:1/slack/events", SIGNING_SECRET, engine.workspace.clock.machine_seconds
    )
    stranger = HttpTransport(
        f"{bot.url}/slack/events", "foreign", engine.workspace.clock.machine_seconds
    )

    unreached = await nowhere.send_command({"command": "/tip"})
    refused = await stranger.send_command({"command": "/tip"})
    await nowhere.close()
    await stranger.close()

    assert (unreached.is_acknowledged, unreached.timed_out) == (False, False)
    assert refused.status == 401
