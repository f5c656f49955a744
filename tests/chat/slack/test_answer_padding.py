import pytest

from bot.chat import padding
from bot.conversation import InvalidAnswers, Reply
from tests.chat import asgi
from tests.chat.slack import payloads
from tests.chat.slack.testbed import FORM, HELLO, AdapterBench, defer_reply

REPLIES: dict[str, Reply | Exception] = {
    "a form": FORM,
    "a message": HELLO,
    "errors": InvalidAnswers({"status": "Pick one."}),
    "nothing": None,
    "a deferred reply": defer_reply(FORM),
    "an exception": RuntimeError("a bug"),
}


async def submit_form(bench: AdapterBench, reply: Reply | Exception) -> asgi.Response:
    """Submit a form whose handler returns *reply*."""
    bench.handlers.replies["debrief"] = reply
    return await bench.send_payload(payloads.build_submission())


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES.keys())
async def test_answer_to_a_form_has_one_size(bench: AdapterBench, reply: Reply | Exception) -> None:
    """Whatever the reply, the response to a submission has one size."""
    response = await submit_form(bench, reply)

    assert (response.status, len(response.body)) == (200, padding.PADDING_BLOCK_BYTES)


async def test_answers_to_forms_have_same_headers(bench: AdapterBench) -> None:
    """The responses to submissions have the same headers, which forbid to compress them."""
    headers = [(await submit_form(bench, reply)).headers for reply in REPLIES.values()]

    assert headers == [headers[0]] * len(REPLIES)
    assert headers[0].items() >= padding.NO_TRANSFORM_HEADERS.items()


async def test_unknown_form_gets_answer_of_same_size(bench: AdapterBench) -> None:
    """The response to a form of another release has the same size."""
    response = await bench.send_payload(payloads.build_submission("unknown"))

    assert len(response.body) == padding.PADDING_BLOCK_BYTES
