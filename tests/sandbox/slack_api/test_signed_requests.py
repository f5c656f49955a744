from slack_sdk.signature import Clock, SignatureVerifier

from bot.sandbox.slack_api.signed_requests import HttpTransport, sign_request
from bot.sandbox.workspace.engine import SandboxEngine
from tests.sandbox.fake_bot import SIGNING_SECRET, FakeBot


def test_signature_matches_slacks_example() -> None:
    """The signature of Slack's published example request is reproduced exactly."""
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


def test_slacks_library_verifies_the_signature() -> None:
    """The signature passes the verifier of Slack's own library."""
    headers = sign_request(SIGNING_SECRET, b"payload=%7B%7D", 1531420618)

    assert SignatureVerifier(SIGNING_SECRET, _FixedClock()).is_valid_request(
        b"payload=%7B%7D", headers
    )


class _FixedClock(Clock):
    """A clock for the verifier, fixed at the timestamp of the request."""

    def now(self) -> float:
        """Return the timestamp in Unix seconds."""
        return 1531420618.0


async def test_unreachable_bot_and_wrong_secret_are_no_acknowledgement(
    engine: SandboxEngine, bot: FakeBot
) -> None:
    """A connection error, or a signature with a foreign secret, is not an acknowledgement."""
    unreachable_transport = HttpTransport(
        "http://127.0.0.1:1/slack/events", SIGNING_SECRET, engine.workspace.clock.machine_seconds
    )
    foreign_transport = HttpTransport(
        f"{bot.url}/slack/events", "foreign", engine.workspace.clock.machine_seconds
    )

    unreachable = await unreachable_transport.send_command({"command": "/tip"})
    rejected = await foreign_transport.send_command({"command": "/tip"})
    await unreachable_transport.close()
    await foreign_transport.close()

    assert (unreachable.is_acknowledged, unreachable.timed_out) == (False, False)
    assert rejected.status == 401
