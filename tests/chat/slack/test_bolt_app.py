import time

import pytest

from tests.chat.slack import payloads
from tests.chat.slack.testbed import ERROR_TEXT, FORM, HELLO, AdapterBench
from tests.chat.slack.web_api import PlannedAnswer

EVERY_KIND = {
    "a command": payloads.build_command(),
    "a button": payloads.build_button_press("rupture"),
    "a form": payloads.build_submission("rupture"),
    "a form put away": payloads.build_view_closed("rupture"),
    "a shortcut": payloads.build_shortcut("rupture"),
    "the Home": payloads.build_event(),
}


async def test_one_listener_a_kind(bench: AdapterBench) -> None:
    """Bolt tries listeners one after another, so there are six, whatever the bot can do."""
    assert len(bench.adapter.app._async_listeners) == 6


@pytest.mark.parametrize("payload", EVERY_KIND.values(), ids=EVERY_KIND.keys())
async def test_every_kind_is_heard_and_acknowledged(
    bench: AdapterBench, payload: payloads.Payload
) -> None:
    """Each kind of act reaches its handler once and is answered at once."""
    bench.handlers.replies["rupture"] = None

    began = time.monotonic()
    answer = await bench.send_payload(payload)

    assert answer.status == 200
    assert time.monotonic() - began < 1
    assert len(bench.handlers.requests) == 1


UNKNOWN = {
    "a command": payloads.build_command("/unknown"),
    "a button": payloads.build_button_press("unknown"),
    "a form": payloads.build_submission("unknown"),
    "a form put away": payloads.build_view_closed("unknown"),
    "a shortcut": payloads.build_shortcut("unknown"),
    "an event": payloads.build_event("reaction_added"),
    "another tab": payloads.build_event(tab="messages"),
    "a member's own token": payloads.build_event("tokens_revoked", tokens={"oauth": ["U9"]}),
}


@pytest.mark.parametrize("payload", UNKNOWN.values(), ids=UNKNOWN.keys())
async def test_what_nobody_here_answers_is_acknowledged(
    bench: AdapterBench, payload: payloads.Payload
) -> None:
    """An unknown command, button, form, shortcut or event gets a bare 200, not a 404."""
    answer = await bench.send_payload(payload)

    assert (answer.status, answer.body) == (200, b"")
    assert bench.handlers.requests == []
    assert bench.api.calls == []


async def test_a_form_opens_after_the_answer_left_and_the_answer_after_the_write(
    bench: AdapterBench,
) -> None:
    """First what must not be lost is kept, then Slack is answered, then its Web API is called."""
    bench.handlers.replies["rupture"] = FORM

    await bench.send_payload(payloads.build_command())

    assert bench.api.event_order == ["kept", "answered", "views.open"]


async def test_an_error_after_the_acknowledgement_is_no_404(bench: AdapterBench) -> None:
    """Should the form fail to open, Slack has its 200 long since, and the person is told."""
    bench.handlers.replies["rupture"] = FORM
    bench.api.plan_error("views.open", "expired_trigger_id")

    began = time.monotonic()
    answer = await bench.send_payload(payloads.build_command(response_url=bench.api.response_url))

    assert (answer.status, answer.body) == (200, b"")
    assert time.monotonic() - began < 1
    told = bench.api.last_arguments("response_url")
    assert (told["response_type"], told["text"]) == ("ephemeral", ERROR_TEXT)


async def test_without_a_place_to_answer_the_person_is_told_in_their_chat(
    bench: AdapterBench,
) -> None:
    """A shortcut has no response address, so what went wrong is said in a private message."""
    bench.handlers.replies["debrief"] = FORM
    bench.api.plan_error("views.open", "internal_error", status=500)

    await bench.send_payload(payloads.build_shortcut())

    assert bench.api.called_methods() == ["views.open", "chat.postMessage"]
    told = bench.api.last_arguments("chat.postMessage")
    assert (told["channel"], told["text"]) == (payloads.MARIE, ERROR_TEXT)
    assert "metadata" not in told


@pytest.mark.parametrize(
    "lost",
    [PlannedAnswer(drops_connection=True), PlannedAnswer("<html>", 502), PlannedAnswer("no json")],
)
async def test_a_web_api_that_breaks_is_told_to_the_person_too(
    bench: AdapterBench, lost: PlannedAnswer
) -> None:
    """A lost connection, a gateway's page and nonsense end in the same kind sentence."""
    bench.handlers.replies["rupture"] = FORM
    bench.api.planned_answers["views.open"] = lost

    await bench.send_payload(payloads.build_command(response_url=bench.api.response_url))

    assert bench.api.last_arguments("response_url")["text"] == ERROR_TEXT


async def test_nobody_left_to_tell_is_no_error(bench: AdapterBench) -> None:
    """When the private message fails as well, the bot goes on serving others."""
    bench.handlers.replies |= {"rupture": FORM, "tip": HELLO}
    for method in ("views.open", "chat.postMessage"):
        bench.api.plan_error(method, "fatal_error")

    await bench.send_payload(payloads.build_command())

    assert (await bench.send_payload(payloads.build_command("/tip"))).json["text"] == "Hello"


async def test_a_handler_that_raises_is_answered_with_an_apology(bench: AdapterBench) -> None:
    """A handler's failure is said in place of its answer; the listener does not raise."""
    bench.handlers.replies["tip"] = RuntimeError("a bug")

    answer = await bench.send_payload(payloads.build_command("/tip"))

    assert (answer.status, answer.json["text"]) == (200, ERROR_TEXT)


async def test_even_a_failed_apology_is_no_silence(bench: AdapterBench) -> None:
    """When the store is gone and nobody's language can be read, the apology is in English."""
    bench.handlers.replies["debrief"] = RuntimeError("a bug")
    bench.handlers.apology = RuntimeError("another")

    answer = await bench.send_payload(payloads.build_submission())

    said = answer.json["view"]["blocks"][0]["text"]["text"]
    assert said.startswith("Something went wrong on our side")


async def test_a_payload_that_defeats_its_reader_is_acknowledged(bench: AdapterBench) -> None:
    """Should a reader stumble over an act that Slack proved, it has no effect and no 500."""
    answer = await bench.send_payload(payloads.build_submission(blocks="x"))

    assert (answer.status, answer.body) == (200, b"")
    assert bench.handlers.requests == []


async def test_retries_and_double_clicks_bear_one_key(bench: AdapterBench) -> None:
    """The same act sent again has the same key, and the next act another."""
    bench.handlers.replies |= {"rupture": None, "debrief": None, "tip.next": None}
    for payload in (
        payloads.build_command(),
        payloads.build_submission(),
        payloads.build_button_press(),
        payloads.build_event(),
    ):
        await bench.send_payload(payload)
        await bench.send_payload({**payload, "trigger_id": payload.get("trigger_id", "")})
    await bench.send_payload(payloads.build_command(trigger_id="9.9"))
    await bench.send_payload(payloads.build_submission(id="V2"))

    keys = [one.idempotency_key for one in bench.handlers.requests]
    assert keys[0:8:2] == keys[1:8:2]
    assert len(set(keys)) == 6


async def test_a_double_click_on_save_bears_one_key_though_its_trigger_differs(
    bench: AdapterBench,
) -> None:
    """Two submissions of one open form are one act, each with a trigger of its own."""
    bench.handlers.replies["debrief"] = None

    await bench.send_payload(payloads.build_submission())
    await bench.send_payload({**payloads.build_submission(), "trigger_id": "another"})

    assert len({one.idempotency_key for one in bench.handlers.requests}) == 1


async def test_no_call_to_slack_is_needed_to_let_a_request_in(bench: AdapterBench) -> None:
    """Authorization asks nobody: an answer in words causes no call to the Web API at all."""
    bench.handlers.replies["tip"] = HELLO

    await bench.send_payload(payloads.build_command("/tip"))

    assert bench.api.calls == []
