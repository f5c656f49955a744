import time

import pytest

from tests.chat.slack import payloads
from tests.chat.slack.testbed import FORM, HELLO, SORRY, Bench
from tests.chat.slack.web_api import Answer

EVERY_KIND = {
    "a command": payloads.command(),
    "a button": payloads.pressed("rupture"),
    "a form": payloads.submission("rupture"),
    "a form put away": payloads.closed("rupture"),
    "a shortcut": payloads.shortcut("rupture"),
    "the Home": payloads.event(),
}


async def test_one_listener_a_kind(bench: Bench) -> None:
    """Bolt tries listeners one after another, so there are six, whatever the bot can do."""
    assert len(bench.room.app._async_listeners) == 6


@pytest.mark.parametrize("payload", EVERY_KIND.values(), ids=EVERY_KIND.keys())
async def test_every_kind_is_heard_and_acknowledged(
    bench: Bench, payload: payloads.Payload
) -> None:
    """Each kind of act reaches its handler once and is answered at once."""
    bench.handlers.replies["rupture"] = None

    began = time.monotonic()
    answer = await bench.send(payload)

    assert answer.status == 200
    assert time.monotonic() - began < 1
    assert len(bench.handlers.asked) == 1


UNKNOWN = {
    "a command": payloads.command("/unknown"),
    "a button": payloads.pressed("unknown"),
    "a form": payloads.submission("unknown"),
    "a form put away": payloads.closed("unknown"),
    "a shortcut": payloads.shortcut("unknown"),
    "an event": payloads.event("reaction_added"),
    "another tab": payloads.event(tab="messages"),
    "a member's own token": payloads.event("tokens_revoked", tokens={"oauth": ["U9"]}),
}


@pytest.mark.parametrize("payload", UNKNOWN.values(), ids=UNKNOWN.keys())
async def test_what_nobody_here_answers_is_acknowledged(
    bench: Bench, payload: payloads.Payload
) -> None:
    """An unknown command, button, form, shortcut or event gets a bare 200, not a 404."""
    answer = await bench.send(payload)

    assert (answer.status, answer.body) == (200, b"")
    assert bench.handlers.asked == []
    assert bench.api.calls == []


async def test_a_form_opens_after_the_answer_left_and_the_answer_after_the_write(
    bench: Bench,
) -> None:
    """First what must not be lost is kept, then Slack is answered, then its Web API is called."""
    bench.handlers.replies["rupture"] = FORM

    await bench.send(payloads.command())

    assert bench.api.order == ["kept", "answered", "views.open"]


async def test_an_error_after_the_acknowledgement_is_no_404(bench: Bench) -> None:
    """Should the form fail to open, Slack has its 200 long since, and the person is told."""
    bench.handlers.replies["rupture"] = FORM
    bench.api.refuse("views.open", "expired_trigger_id")

    began = time.monotonic()
    answer = await bench.send(payloads.command(response_url=bench.api.response_url))

    assert (answer.status, answer.body) == (200, b"")
    assert time.monotonic() - began < 1
    told = bench.api.last("response_url")
    assert (told["response_type"], told["text"]) == ("ephemeral", SORRY)


async def test_without_a_place_to_answer_the_person_is_told_in_their_chat(bench: Bench) -> None:
    """A shortcut has no response address, so what went wrong is said in a private message."""
    bench.handlers.replies["debrief"] = FORM
    bench.api.refuse("views.open", "internal_error", status=500)

    await bench.send(payloads.shortcut())

    assert bench.api.methods() == ["views.open", "chat.postMessage"]
    told = bench.api.last("chat.postMessage")
    assert (told["channel"], told["text"]) == (payloads.MARIE, SORRY)
    assert "metadata" not in told


@pytest.mark.parametrize("lost", [Answer(lost=True), Answer("<html>", 502), Answer("no json")])
async def test_a_web_api_that_breaks_is_told_to_the_person_too(bench: Bench, lost: Answer) -> None:
    """A lost connection, a gateway's page and nonsense end in the same kind sentence."""
    bench.handlers.replies["rupture"] = FORM
    bench.api.told["views.open"] = lost

    await bench.send(payloads.command(response_url=bench.api.response_url))

    assert bench.api.last("response_url")["text"] == SORRY


async def test_nobody_left_to_tell_is_no_error(bench: Bench) -> None:
    """When the private message fails as well, the bot goes on serving others."""
    bench.handlers.replies |= {"rupture": FORM, "tip": HELLO}
    for method in ("views.open", "chat.postMessage"):
        bench.api.refuse(method, "fatal_error")

    await bench.send(payloads.command())

    assert (await bench.send(payloads.command("/tip"))).json["text"] == "Hello"


async def test_a_handler_that_raises_is_answered_with_an_apology(bench: Bench) -> None:
    """A handler's failure is said in place of its answer; the listener does not raise."""
    bench.handlers.replies["tip"] = RuntimeError("a bug")

    answer = await bench.send(payloads.command("/tip"))

    assert (answer.status, answer.json["text"]) == (200, SORRY)


async def test_even_a_failed_apology_is_no_silence(bench: Bench) -> None:
    """When the store is gone and nobody's language can be read, the apology is in English."""
    bench.handlers.replies["debrief"] = RuntimeError("a bug")
    bench.handlers.apology = RuntimeError("another")

    answer = await bench.send(payloads.submission())

    said = answer.json["view"]["blocks"][0]["text"]["text"]
    assert said.startswith("Something went wrong on our side")


async def test_a_payload_that_defeats_its_reader_is_acknowledged(bench: Bench) -> None:
    """Should a reader stumble over an act that Slack proved, it has no effect and no 500."""
    answer = await bench.send(payloads.submission(blocks="x"))

    assert (answer.status, answer.body) == (200, b"")
    assert bench.handlers.asked == []


async def test_retries_and_double_clicks_bear_one_key(bench: Bench) -> None:
    """The same act sent again has the same key, and the next act another."""
    bench.handlers.replies |= {"rupture": None, "debrief": None, "tip.next": None}
    for payload in (
        payloads.command(),
        payloads.submission(),
        payloads.pressed(),
        payloads.event(),
    ):
        await bench.send(payload)
        await bench.send({**payload, "trigger_id": payload.get("trigger_id", "")})
    await bench.send(payloads.command(trigger_id="9.9"))
    await bench.send(payloads.submission(id="V2"))

    keys = [one.key for one in bench.handlers.asked]
    assert keys[0:8:2] == keys[1:8:2]
    assert len(set(keys)) == 6


async def test_a_double_click_on_save_bears_one_key_though_its_trigger_differs(
    bench: Bench,
) -> None:
    """Two submissions of one open form are one act, each with a trigger of its own."""
    bench.handlers.replies["debrief"] = None

    await bench.send(payloads.submission())
    await bench.send({**payloads.submission(), "trigger_id": "another"})

    assert len({one.key for one in bench.handlers.asked}) == 1


async def test_no_call_to_slack_is_needed_to_let_a_request_in(bench: Bench) -> None:
    """Authorization asks nobody: an answer in words causes no call to the Web API at all."""
    bench.handlers.replies["tip"] = HELLO

    await bench.send(payloads.command("/tip"))

    assert bench.api.calls == []
