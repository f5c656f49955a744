"""Dispatch of messages, and the replies to them."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.chat.msteams.action_data import (
    Action,
    CardContext,
    CardSurface,
    HandlerTable,
    pack_action_data,
    unpack_action_data,
)
from bot.conversation import InvalidAnswers, Reply, RequestStep
from bot.elements import Form, Home, Text
from bot.keywords import UNKNOWN_KEYWORD
from tests.chat.msteams import activities, microsoft
from tests.chat.msteams.activities import CHANNEL_ID, CHAT_ID, MARIE
from tests.chat.msteams.microsoft import TENANT_ID
from tests.chat.msteams.testbed import (
    FORM,
    HELLO,
    MARIE_PERSON,
    AdapterBench,
    collect_actions,
    collect_texts,
)
from tests.chat.slack.testbed import ERROR_TEXT, defer_reply, load_words

REQUEST_BY_TEXT = {
    "tip": ("tip", ""),
    "/TIP  Next": ("tip", "next"),
    "tip next for my client": ("tip", "next"),
    "tip my client": ("tip", "\ufffd"),
}


@pytest.mark.parametrize(("text", "expected"), REQUEST_BY_TEXT.items())
async def test_a_command_in_the_private_chat_is_answered_there(
    bench: AdapterBench, text: str, expected: tuple[str, str]
) -> None:
    """With or without a slash, a command is answered in its chat; other words are not passed on."""
    bench.handlers.replies["tip"] = HELLO

    await bench.send_activity(activities.build_message(bench.ms.service_url, text))

    request = bench.handlers.requests[0]
    assert (request.person, request.name, request.keyword) == (MARIE_PERSON, *expected)
    assert (request.channel, request.locale) == (CHAT_ID, "en-CA")
    (post,) = bench.ms.posted_messages
    assert (post.path, post.query) == (f"/v3/conversations/{CHAT_ID}/activities", {})
    assert post.body["summary"] == "Hello"
    assert collect_texts(post.card)[0] == "Hello you"


@pytest.mark.parametrize("text", ["", "hello", "my client was silent today"])
async def test_other_messages_are_answered_with_the_home_page(
    bench: AdapterBench, text: str
) -> None:
    """A message without a command is answered with the home page; its text reaches no handler."""
    await bench.send_activity(activities.build_message(bench.ms.service_url, text))

    assert collect_texts(bench.ms.posted_messages[0].card) == ["Your page"]
    assert not text or text not in repr(bench.handlers.requests) + str(bench.ms.posted_messages)


async def test_the_response_is_sent_before_any_api_call(bench: AdapterBench) -> None:
    """Data is stored first, then the HTTP response is sent, and only then the API is called."""
    bench.handlers.replies["tip"] = HELLO

    await bench.send_activity(activities.build_message(bench.ms.service_url, "tip"))

    assert bench.ms.event_order == ["kept", "kept", "kept", "answered", "POST activities"]


@pytest.mark.parametrize("text", ["tip", "rupture", "my client was silent today"])
async def test_a_mention_in_a_channel_always_has_the_same_answer(
    bench: AdapterBench, text: str
) -> None:
    """A mention in a channel is answered with one sentence, so that its use discloses nothing."""
    await bench.send_activity(activities.build_mention(bench.ms.service_url, text))

    (post,) = bench.ms.posted_messages
    assert post.body["text"].startswith("Please use the personal chat with Attune")
    assert post.path == f"/v3/conversations/{CHANNEL_ID};messageid=1/activities"
    assert bench.handlers.requests == []


async def test_a_targeted_command_has_an_ephemeral_reply(bench: AdapterBench) -> None:
    """The reply to a slash command in a channel is visible to its sender only."""
    bench.handlers.replies["tip"] = HELLO

    await bench.send_activity(activities.build_targeted_command(bench.ms.service_url, "tip next"))

    (post,) = bench.ms.posted_messages
    assert post.query == {"isTargetedActivity": "true"}
    assert post.body["recipient"] == {"id": f"29:{MARIE}", "isTargeted": True}
    assert bench.handlers.requests[0].channel == CHANNEL_ID


async def test_an_ephemeral_reply_never_falls_back_to_the_channel(bench: AdapterBench) -> None:
    """When Teams rejects an ephemeral reply, an error message is sent to the private chat."""
    bench.handlers.replies["tip"] = HELLO
    bench.ms.planned_answers["activities"] = [
        microsoft.PlannedAnswer(403, {"error": {"code": "x"}})
    ]

    await bench.send_activity(activities.build_targeted_command(bench.ms.service_url, "tip"))

    rejected_call, create_call, error_call = bench.ms.calls
    assert rejected_call.query == {"isTargetedActivity": "true"}
    assert create_call.body == {"members": [{"id": MARIE}], "tenantId": TENANT_ID}
    assert error_call.path == f"/v3/conversations/a:chat-with-{MARIE}/activities"
    assert collect_texts(error_call.card) == [ERROR_TEXT]


async def test_a_retried_message_is_processed_once(bench: AdapterBench) -> None:
    """The second delivery of an activity is acknowledged and not processed."""
    bench.handlers.replies["tip"] = HELLO
    activity = activities.build_message(bench.ms.service_url, "tip")

    responses = [await bench.send_activity(activity), await bench.send_activity(activity)]

    assert [response.status for response in responses] == [200, 200]
    assert len(bench.ms.posted_messages) == len(bench.handlers.requests) == 1


async def test_a_form_command_is_answered_with_a_launcher_card(bench: AdapterBench) -> None:
    """The posted card opens the form, in a dialog or in the card, and contains no input."""
    bench.handlers.replies["rupture"] = FORM

    await bench.send_activity(activities.build_message(bench.ms.service_url, "rupture"))

    card = bench.ms.posted_messages[0].card
    dialog_action, inline_action = collect_actions(card)
    assert "Input.ChoiceSet" not in json.dumps(card)
    assert dialog_action["data"]["msteams"] == {"type": "task/fetch"}
    assert (inline_action["type"], unpack_action_data(inline_action["data"]).action) == (
        "Action.Execute",
        Action("commands", "rupture"),
    )


REPLIES: dict[str, Reply] = {
    "a message": HELLO,
    "the home page": Home((Text("Hello you"),)),
    "a deferred reply": defer_reply(HELLO),
    "validation errors": InvalidAnswers({"x": "Hello you"}),
    "a form to read": Form("note", "Note", (Text("Hello you"),), close="Close"),
}


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES.keys())
async def test_every_reply_type_can_be_posted_and_returned(
    bench: AdapterBench, reply: Reply
) -> None:
    """Every type of reply is rendered in a chat, in a card and in a dialog."""
    bench.handlers.replies |= {"tip": reply, "tip.next": reply}
    data = activities.button_data("tip.next")

    await bench.send_activity(activities.build_message(bench.ms.service_url, "tip"))
    cards = [
        await bench.send_for_card(activities.build_card_action(bench.ms.service_url, data)),
        await bench.send_for_card(activities.build_dialog_fetch(bench.ms.service_url, data)),
    ]

    assert all(
        "Hello you" in collect_texts(card) for card in (bench.ms.posted_messages[0].card, *cards)
    )


async def test_a_handler_error_is_answered_with_a_message(bench: AdapterBench) -> None:
    """A handler that raises is answered with an error message, in the chat and in a dialog."""
    bench.handlers.replies |= {"tip": RuntimeError(), "tip.next": RuntimeError()}

    await bench.send_activity(activities.build_message(bench.ms.service_url, "tip"))
    card = await bench.send_for_card(
        activities.build_dialog_fetch(bench.ms.service_url, activities.button_data("tip.next"))
    )

    assert ERROR_TEXT in collect_texts(bench.ms.posted_messages[0].card)
    assert ERROR_TEXT in collect_texts(card)


@pytest.mark.parametrize("build", [activities.build_card_action, activities.build_dialog_fetch])
async def test_an_action_in_a_foreign_tenant_is_not_served(
    bench: AdapterBench, build: Callable[..., activities.Activity]
) -> None:
    """It is answered that Attune is not installed; no handler, event or API call follows."""
    tenant_id = "99999999-2222-4333-8444-555555555555"
    activity = build(
        bench.ms.service_url,
        activities.button_data("tip.next"),
        conversation={"id": CHAT_ID, "conversationType": "personal", "tenantId": tenant_id},
        channelData={"tenant": {"id": tenant_id}},
    )

    card = await bench.send_for_card(activity)

    sentence = load_words().get_pack("en").translate("error.not_installed")
    assert sentence in collect_texts(card)
    assert (bench.handlers.requests, bench.handlers.events, bench.ms.calls) == ([], [], [])


async def test_a_forged_opener_passes_on_no_text(bench: AdapterBench) -> None:
    """The keyword of the action that opened a form is matched like a typed one."""
    bench.handlers.replies |= {"debrief": InvalidAnswers({"form": "Choose one."}), "rupture": FORM}
    opener = Action("commands", "rupture", keyword="my client was silent")
    data = pack_action_data(
        Action("forms", "debrief", step=RequestStep.SUBMITTED),
        CardContext(CardSurface.DIALOG, "k", reopen_action=opener),
    )

    await bench.send_activity(activities.build_dialog_submission(bench.ms.service_url, data))

    assert [request.keyword for request in bench.handlers.requests] == ["", UNKNOWN_KEYWORD]


async def test_a_request_that_stores_something_is_not_repeated(bench: AdapterBench) -> None:
    """The form that follows it is shown again by what led to the form before."""
    bench.handlers.replies |= {
        "debrief": replace(FORM, name="setup", is_repeatable=False),
        "setup": InvalidAnswers({"form": "Choose one."}),
        "rupture": FORM,
    }
    data = pack_action_data(
        Action("forms", "debrief", step=RequestStep.SUBMITTED),
        CardContext(CardSurface.DIALOG, "k", reopen_action=Action("commands", "rupture")),
    )
    card = await bench.send_for_card(activities.build_dialog_submission(bench.ms.service_url, data))
    (submitted, *_) = collect_actions(card)

    await bench.send_activity(
        activities.build_dialog_submission(bench.ms.service_url, submitted["data"])
    )

    assert [request.name for request in bench.handlers.requests] == ["debrief", "setup", "rupture"]


@pytest.mark.parametrize("table", ["buttons", "forms"])
async def test_an_open_form_that_cannot_be_built_again_is_kept_by_an_error(
    bench: AdapterBench, table: HandlerTable
) -> None:
    """An error response leaves the dialog and its inputs in the client, which reports the error."""
    name = "rupture.deeper" if table == "buttons" else "debrief"
    bench.handlers.replies |= {name: InvalidAnswers({"": "Busy."}), "rupture": HELLO}
    data = pack_action_data(
        Action(table, name, step=RequestStep.SUBMITTED),
        CardContext(CardSurface.DIALOG, "k", reopen_action=Action("commands", "rupture")),
    )

    response = await bench.send_activity(
        activities.build_dialog_submission(bench.ms.service_url, data)
    )

    assert (response.status, response.body) == (503, b"")


async def test_a_form_in_a_thread_has_the_channel(bench: AdapterBench) -> None:
    """A form that was opened in a thread is submitted, and reopened, in the thread's channel."""
    bench.handlers.replies |= {"debrief": InvalidAnswers({"form": "Choose one."}), "rupture": FORM}
    data = pack_action_data(
        Action("forms", "debrief", step=RequestStep.SUBMITTED),
        CardContext(CardSurface.DIALOG, "k", reopen_action=Action("commands", "rupture")),
    )

    await bench.send_activity(
        activities.build_dialog_submission(
            bench.ms.service_url, data, **activities.channel_parts(thread_id="1")
        )
    )

    assert [request.channel for request in bench.handlers.requests] == [CHANNEL_ID, CHANNEL_ID]


@pytest.mark.parametrize("locale", ["my client was silent", "en-CA; x", "x" * 1000, "..", "fr\nCA"])
async def test_a_text_that_is_no_locale_is_dropped(bench: AdapterBench, locale: str) -> None:
    """A locale that is no language tag reaches neither a handler nor the store."""
    bench.handlers.replies["tip"] = HELLO

    await bench.send_activity(
        activities.build_message(bench.ms.service_url, "tip", locale=locale, localTimezone="")
    )

    assert bench.handlers.requests[0].locale == ""
    assert locale not in repr(bench.handlers.events)
