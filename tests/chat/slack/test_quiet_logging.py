import logging

import pytest

from bot.chat import slack
from bot.chat.slack.quiet_logging import bolt_logger, redacting_logger
from bot.conversation import Address
from bot.elements import Form, Message, Text
from tests.chat.slack import payloads, testbed
from tests.chat.slack.testbed import AdapterBench, defer_reply

CANARY = "klrvqx"

TYPED = {"type": "plain_text_input", "value": CANARY}
STATE = {"values": {"form": {"form": payloads.radio_state(CANARY)}, "name": {"name": TYPED}}}

PAYLOADS = {
    "a command": payloads.build_command(text=CANARY, user_name=CANARY),
    "an unknown command": payloads.build_command("/unknown", text=CANARY),
    "a button": payloads.build_button_press("act", CANARY),
    "an unknown button": payloads.build_button_press("unknown", CANARY),
    "a message's button": payloads.build_button_press("act", message={"text": CANARY}),
    "a form": payloads.build_submission("act", state=STATE, private_metadata=CANARY),
    "an unknown form": payloads.build_submission("unknown", state=STATE),
    "a form put away": payloads.build_view_closed("act", state=STATE),
    "a touched field": payloads.build_field_change(
        payloads.build_view("act", state=STATE), "form", payloads.radio_state(CANARY)
    ),
    "a shortcut": {**payloads.build_shortcut("act"), "message": {"text": CANARY}},
    "an event": payloads.build_event("message", text=CANARY),
    "the Home": payloads.build_event(text=CANARY),
    "a function": payloads.build_event("function_executed", inputs={"text": CANARY}),
    "an unknown kind": {"type": "telepathy", "text": CANARY},
    "throttled events": {"type": "app_rate_limited", "text": CANARY},
    "a malformed event": {"type": "event_callback", "event": CANARY},
    "a malformed form": payloads.build_submission("act", state={"values": CANARY}),
    "a shape that Bolt stumbles over": payloads.build_event("x", user=5, text=CANARY),
    "a view that defeats its reader": payloads.build_submission("act", blocks=CANARY),
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
    bench: AdapterBench, caplog: pytest.LogCaptureFixture, payload: payloads.Payload
) -> None:
    """Whatever Slack sends, signed or forged, no part of it reaches a log at any level."""
    body, kind = payloads.encode_payload(payload)
    for reply in (None, defer_reply(None), RuntimeError(CANARY), defer_reply(RuntimeError(CANARY))):
        bench.handlers.replies |= {"act": reply, "rupture": reply}
        await bench.post_body(body, payloads.sign_headers(body, kind))
        await bench.post_body(body, {"content-type": kind})
        await bench.post_body(
            body, payloads.sign_headers(body, kind) | {"x-slack-signature": f"v0={CANARY}"}
        )
        await bench.post_body(body[:-3] + CANARY.encode(), payloads.sign_headers(body, kind))

    assert overheard(caplog) == []


@pytest.mark.parametrize("error", ["", "fatal_error", "not_a_known_error"])
async def test_nothing_that_leaves_is_logged(
    bench: AdapterBench, caplog: pytest.LogCaptureFixture, error: str
) -> None:
    """Forms and messages on their way to Slack, and what Slack says of them, are quoted nowhere."""
    message = Message(CANARY, (Text(CANARY),))
    if error:
        for method in ("views.open", "chat.postMessage", "users.info", "response_url"):
            bench.api.plan_error(method, error, status=200 if error == "fatal_error" else 500)
    bench.handlers.apology = message
    for reply in (Form("act", "Act", message.body, data=CANARY), defer_reply(message)):
        bench.handlers.replies["rupture"] = reply
        await bench.send_payload(payloads.build_command(response_url=bench.api.response_url))
    await bench.adapter.outlet.send(Address("slack:T1", "U1"), message, "id")

    assert len(bench.api.calls) > 2
    assert overheard(caplog) == []


async def test_what_goes_wrong_is_still_told(
    bench: AdapterBench, caplog: pytest.LogCaptureFixture
) -> None:
    """The operator reads a stable action name and the kind of error, and no sentence of it."""
    bench.handlers.replies["rupture"] = RuntimeError(CANARY)

    await bench.send_payload(payloads.build_command())

    failed = next(one for one in caplog.records if one.message == "slack.handler_failed")
    assert vars(failed)["error"] == "RuntimeError"


async def test_what_the_operator_asked_to_hear_stays_so(bench: AdapterBench) -> None:
    """Serving Slack quietens Slack's libraries, and not the bot itself."""
    ours = logging.getLogger("attune")
    before = (ours.level, ours.disabled, tuple(ours.filters))

    await bench.send_payload(payloads.build_command())

    assert (ours.level, ours.disabled, tuple(ours.filters)) == before


def test_every_library_is_given_it(bench: AdapterBench) -> None:
    """Bolt, and every client it makes, speak to those loggers and no others."""
    assert bench.adapter.app.logger is bolt_logger()
    assert bench.adapter.app.client.logger is redacting_logger()


def test_a_token_in_the_environment_is_no_news(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The operator's own settings cause no warning at each start."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-planted")
    access = slack.AccessSettings("http://127.0.0.1:1/api/", testbed.fixed_token)
    slack.build_adapter(access, testbed.StubHandlers([]).build_routes({}), testbed.load_words())

    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []


def test_the_libraries_share_one_logger_that_drops_their_words() -> None:
    """Bolt's and slack_sdk's own sentences are dropped, and below a warning never made."""
    logger = redacting_logger()
    record = logger.makeRecord("slack_bolt", logging.WARNING, "f", 1, CANARY, (), None)

    assert logger.level == logging.WARNING
    assert logger.filter(record)
    assert CANARY not in record.getMessage()
    assert redacting_logger().filters == logger.filters
