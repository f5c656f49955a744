import logging

import pytest

from bot.chat import slack
from bot.chat.slack.redacting_logging import bolt_logger, redacting_logger
from bot.conversation import Address
from bot.elements import Form, Message, Text
from tests.chat.slack import payloads, testbed
from tests.chat.slack.testbed import AdapterBench, defer_reply

CANARY = "klrvqx"

TEXT_INPUT = {"type": "plain_text_input", "value": CANARY}
STATE = {"values": {"form": {"form": payloads.radio_state(CANARY)}, "name": {"name": TEXT_INPUT}}}

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


def find_leaks(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return every log record that contains the canary word in any attribute."""
    lines = [f"{record.getMessage()} {record.exc_text} {vars(record)}" for record in caplog.records]
    return [line for line in lines if CANARY in line]


@pytest.fixture(autouse=True)
def capture_all_loggers(caplog: pytest.LogCaptureFixture) -> None:
    """Capture the records of every logger, at the lowest level."""
    caplog.set_level(logging.DEBUG)
    for name in ("attune", "slack_bolt", "slack_sdk", "aiohttp", "asyncio", "uvicorn"):
        caplog.set_level(logging.DEBUG, name)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
async def test_payloads_are_not_logged(
    bench: AdapterBench, caplog: pytest.LogCaptureFixture, payload: payloads.Payload
) -> None:
    """No part of a payload, signed or forged, is logged at any level."""
    body, content_type = payloads.encode_payload(payload)
    for reply in (None, defer_reply(None), RuntimeError(CANARY), defer_reply(RuntimeError(CANARY))):
        bench.handlers.replies |= {"act": reply, "rupture": reply}
        await bench.post_body(body, payloads.sign_headers(body, content_type))
        await bench.post_body(body, {"content-type": content_type})
        await bench.post_body(
            body, payloads.sign_headers(body, content_type) | {"x-slack-signature": f"v0={CANARY}"}
        )
        await bench.post_body(
            body[:-3] + CANARY.encode(), payloads.sign_headers(body, content_type)
        )

    assert find_leaks(caplog) == []


@pytest.mark.parametrize("error", ["", "fatal_error", "not_a_known_error"])
async def test_outgoing_content_is_not_logged(
    bench: AdapterBench, caplog: pytest.LogCaptureFixture, error: str
) -> None:
    """Neither the forms and messages sent to Slack nor its error responses are logged."""
    message = Message(CANARY, (Text(CANARY),))
    if error:
        for method in ("views.open", "chat.postMessage", "users.info", "response_url"):
            bench.api.plan_error(method, error, status=200 if error == "fatal_error" else 500)
    bench.handlers.error_reply = message
    for reply in (Form("act", "Act", message.body, data=CANARY), defer_reply(message)):
        bench.handlers.replies["rupture"] = reply
        await bench.send_payload(payloads.build_command(response_url=bench.api.response_url))
    await bench.adapter.outlet.send(Address("slack:T1", "U1"), message, "id")

    assert len(bench.api.calls) > 2
    assert find_leaks(caplog) == []


async def test_errors_are_logged_without_content(
    bench: AdapterBench, caplog: pytest.LogCaptureFixture
) -> None:
    """The log contains a stable action name and the exception's type, without its message."""
    bench.handlers.replies["rupture"] = RuntimeError(CANARY)

    await bench.send_payload(payloads.build_command())

    failure_record = next(
        record for record in caplog.records if record.message == "slack.handler_failed"
    )
    assert vars(failure_record)["error"] == "RuntimeError"


async def test_own_logger_is_unchanged(bench: AdapterBench) -> None:
    """Serving a request changes nothing in the configuration of the bot's own logger."""
    own_logger = logging.getLogger("attune")
    settings = (own_logger.level, own_logger.disabled, tuple(own_logger.filters))

    await bench.send_payload(payloads.build_command())

    assert (own_logger.level, own_logger.disabled, tuple(own_logger.filters)) == settings


def test_libraries_use_redacting_loggers(bench: AdapterBench) -> None:
    """Bolt and each of its clients use the redacting loggers and no others."""
    assert bench.adapter.app.logger is bolt_logger()
    assert bench.adapter.app.client.logger is redacting_logger()


def test_token_in_environment_causes_no_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A token in the environment causes no warning at each start."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-planted")
    access = slack.AccessSettings("http://127.0.0.1:1/api/", testbed.fixed_token)
    outbound = slack.SlackOutboundSide(access, testbed.load_words())
    outbound.create_adapter(testbed.StubHandlers([]).build_routes({}))

    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_redacting_logger_removes_messages() -> None:
    """The libraries' messages are removed, and below WARNING they are not even formatted."""
    logger = redacting_logger()
    record = logger.makeRecord("slack_bolt", logging.WARNING, "f", 1, CANARY, (), None)

    assert logger.level == logging.WARNING
    assert logger.filter(record)
    assert CANARY not in record.getMessage()
    assert redacting_logger().filters == logger.filters
