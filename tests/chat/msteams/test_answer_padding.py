from bot.chat import padding
from bot.conversation import InvalidAnswers, Reply
from tests.chat import asgi
from tests.chat.msteams import activities
from tests.chat.msteams.testbed import FORM, GUIDE, HELLO, AdapterBench, find_action

REPLIES: tuple[Reply | Exception, ...] = (
    GUIDE,
    HELLO,
    InvalidAnswers({"form": "Pick one."}),
    RuntimeError("a bug"),
)


async def collect_answers(bench: AdapterBench) -> list[asgi.Response]:
    """Return the responses that open a form, and that answer it, in a dialog and in a card."""
    responses = []
    data = activities.button_data("rupture.open")
    for open_form, submit_form in (
        (activities.build_dialog_fetch, activities.build_dialog_submission),
        (activities.build_card_action, activities.build_card_action),
    ):
        for reply in REPLIES:
            bench.handlers.replies |= {"rupture.open": FORM, "debrief": reply}
            form_response = await bench.send_activity(open_form(bench.ms.service_url, data))
            submitted_data = find_action(form_response.json, "Save")["data"] | {"form": "away"}
            submission = submit_form(bench.ms.service_url, submitted_data)
            responses += [form_response, await bench.send_activity(submission)]
    return responses


async def test_answers_to_cards_and_dialogs_have_one_size(bench: AdapterBench) -> None:
    """Opening a form and each reply to it have one size, whatever the reply."""
    responses = await collect_answers(bench)

    assert {len(response.body) for response in responses} == {padding.PADDING_BLOCK_BYTES}


async def test_answers_to_cards_and_dialogs_have_same_headers(bench: AdapterBench) -> None:
    """They have the same headers, which forbid to compress them."""
    headers = [response.headers for response in await collect_answers(bench)]

    assert headers == [headers[0]] * len(headers)
    assert headers[0].items() >= padding.NO_TRANSFORM_HEADERS.items()
