import logging

import pytest

from bot.chat import slack
from bot.chat.slack.quiet_logging import quiet, quiet_bolt
from bot.conversation import Address
from bot.elements import Form, Message, Text
from tests.chat.slack import payloads, testbed
from tests.chat.slack.testbed import Bench, later

CANARY = "klrvqx"

TYPED = {"type": "plain_text_input", "value": CANARY}
STATE = {"values": {"form": {"form": payloads.radio(CANARY)}, "name": {"name": TYPED}}}

PAYLOADS = {
    "a command": payloads.command(text=CANARY, user_name=CANARY),
    "an unknown command": payloads.command("/unknown", text=CANARY),
    "a button": payloads.pressed("act", CANARY),
    "an unknown button": payloads.pressed("unknown", CANARY),
    "a message's button": payloads.pressed("act", message={"text": CANARY}),
    "a form": payloads.submission("act", state=STATE, private_metadata=CANARY),
    "an unknown form": payloads.submission("unknown", state=STATE),
    "a form put away": payloads.closed("act", state=STATE),
    "a touched field": payloads.touched(
        payloads.view("act", state=STATE), "form", payloads.radio(CANARY)
    ),
    "a shortcut": {**payloads.shortcut("act"), "message": {"text": CANARY}},
    "an event": payloads.event("message", text=CANARY),
    "the Home": payloads.event(text=CANARY),
    "a function": payloads.event("function_executed", inputs={"text": CANARY}),
    "an unknown kind": {"type": "telepathy", "text": CANARY},
    "throttled events": {"type": "app_rate_limited", "text": CANARY},
    "a malformed event": {"type": "event_callback", "event": CANARY},
    "a malformed form": payloads.submission("act", state={"values": CANARY}),
    "a shape that Bolt stumbles over": payloads.event("x", user=5, text=CANARY),
    "a view that defeats its reader": payloads.submission("act", blocks=CANARY),
}


def overheard(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return every record in which the planted word can be read, in any of its parts."""
    written = [f"{one.getMessage()} {one.exc_text} {vars(one)}" for one in caplog.records]
    return [line for line in written if CANARY in line]


@pytest.fixture(autouse=True)
def listening(caplog: pytest.LogCaptureFixture) -> None:
    """Listen to every logger there is, at the lowest level."""
    caplog.set_level(logging.DEBUG)
    for name in ("attune", "slack_bolt", "slack_sdk", "aiohttp", "asyncio", "uvicorn"):
        caplog.set_level(logging.DEBUG, name)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
async def test_nothing_of_a_payload_is_logged(
    bench: Bench, caplog: pytest.LogCaptureFixture, payload: payloads.Payload
) -> None:
    """Whatever Slack sends, signed or forged, no part of it reaches a log at any level."""
    body, kind = payloads.written(payload)
    for reply in (None, later(None), RuntimeError(CANARY), later(RuntimeError(CANARY))):
        bench.handlers.replies |= {"act": reply, "rupture": reply}
        await bench.post(body, payloads.signed(body, kind))
        await bench.post(body, {"content-type": kind})
        await bench.post(body, payloads.signed(body, kind) | {"x-slack-signature": f"v0={CANARY}"})
        await bench.post(body[:-3] + CANARY.encode(), payloads.signed(body, kind))

    assert overheard(caplog) == []


@pytest.mark.parametrize("error", ["", "fatal_error", "not_a_known_error"])
async def test_nothing_that_leaves_is_logged(
    bench: Bench, caplog: pytest.LogCaptureFixture, error: str
) -> None:
    """Forms and messages on their way to Slack, and what Slack says of them, are quoted nowhere."""
    message = Message(CANARY, (Text(CANARY),))
    if error:
        for method in ("views.open", "chat.postMessage", "users.info", "response_url"):
            bench.api.refuse(method, error, status=200 if error == "fatal_error" else 500)
    bench.handlers.apology = message
    for reply in (Form("act", "Act", message.body, data=CANARY), later(message)):
        bench.handlers.replies["rupture"] = reply
        await bench.send(payloads.command(response_url=bench.api.response_url))
    await bench.room.outlet.send(Address("slack:T1", "U1"), message, "id")

    assert len(bench.api.calls) > 2
    assert overheard(caplog) == []


async def test_what_goes_wrong_is_still_told(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """The operator reads a stable action name and the kind of error, and no sentence of it."""
    bench.handlers.replies["rupture"] = RuntimeError(CANARY)

    await bench.send(payloads.command())

    failed = next(one for one in caplog.records if one.message == "slack.handler_failed")
    assert vars(failed)["error"] == "RuntimeError"


async def test_what_the_operator_asked_to_hear_stays_so(bench: Bench) -> None:
    """Serving Slack quietens Slack's libraries, and not the bot itself."""
    ours = logging.getLogger("attune")
    before = (ours.level, ours.disabled, tuple(ours.filters))

    await bench.send(payloads.command())

    assert (ours.level, ours.disabled, tuple(ours.filters)) == before


def test_every_library_is_given_it(bench: Bench) -> None:
    """Bolt, and every client it makes, speak to those loggers and no others."""
    assert bench.room.app.logger is quiet_bolt()
    assert bench.room.app.client.logger is quiet()


def test_a_token_in_the_environment_is_no_news(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The operator's own settings cause no warning at each start."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-planted")
    access = slack.Access("http://127.0.0.1:1/api/", testbed.one_token)
    slack.build(access, testbed.Handlers([]).routes({}), testbed.words())

    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []


def test_the_libraries_share_one_logger_that_drops_their_words() -> None:
    """Bolt's and slack_sdk's own sentences are dropped, and below a warning never made."""
    logger = quiet()
    record = logger.makeRecord("slack_bolt", logging.WARNING, "f", 1, CANARY, (), None)

    assert logger.level == logging.WARNING
    assert logger.filter(record)
    assert CANARY not in record.getMessage()
    assert quiet().filters == logger.filters
