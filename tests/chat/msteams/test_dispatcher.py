"""What Teams' people send, and what they get back."""

import json

import pytest

from bot.chat.msteams.action_data import Action, unpack_action_data
from bot.conversation import InvalidAnswers, Reply
from bot.elements import Form, Home, Text
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
from tests.chat.slack.testbed import ERROR_TEXT, defer_reply

TYPED = {
    "tip": ("tip", ""),
    "/TIP  Next": ("tip", "next"),
    "tip next for my client": ("tip", "next"),
    "tip my client": ("tip", "\ufffd"),
}


@pytest.mark.parametrize(("text", "asked"), TYPED.items())
async def test_a_command_is_typed_in_the_personal_chat(
    bench: AdapterBench, text: str, asked: tuple[str, str]
) -> None:
    """With or without a slash, a command is answered in that chat; other words go no further."""
    bench.handlers.replies["tip"] = HELLO

    await bench.send_activity(activities.build_message(bench.ms.service_url, text))

    request = bench.handlers.requests[0]
    assert (request.person, request.name, request.keyword) == (MARIE_PERSON, *asked)
    assert (request.channel, request.locale) == (CHAT_ID, "en-CA")
    (post,) = bench.ms.posted_messages
    assert (post.path, post.query) == (f"/v3/conversations/{CHAT_ID}/activities", {})
    assert post.body["summary"] == "Hello"
    assert collect_texts(post.card)[0] == "Hello you"


@pytest.mark.parametrize("text", ["", "hello", "my client was silent today"])
async def test_whatever_else_is_typed_brings_ones_own_page(bench: AdapterBench, text: str) -> None:
    """Who greets the bot gets their own page, and nothing they typed reaches a handler."""
    await bench.send_activity(activities.build_message(bench.ms.service_url, text))

    assert collect_texts(bench.ms.posted_messages[0].card) == ["Your page"]
    assert not text or text not in repr(bench.handlers.requests) + str(bench.ms.posted_messages)


async def test_the_answer_leaves_before_any_call(bench: AdapterBench) -> None:
    """What must not be lost is kept, then Teams is answered, and only then is it called."""
    bench.handlers.replies["tip"] = HELLO

    await bench.send_activity(activities.build_message(bench.ms.service_url, "tip"))

    assert bench.ms.event_order == ["kept", "kept", "kept", "answered", "POST activities"]


@pytest.mark.parametrize("text", ["tip", "rupture", "my client was silent today"])
async def test_before_everybody_every_command_gets_the_same_answer(
    bench: AdapterBench, text: str
) -> None:
    """A mention in a channel is answered with one sentence, so that using it says nothing."""
    await bench.send_activity(activities.build_mention(bench.ms.service_url, text))

    (post,) = bench.ms.posted_messages
    assert post.body["text"].startswith("Please use the personal chat with Attune")
    assert post.path == f"/v3/conversations/{CHANNEL_ID};messageid=1/activities"
    assert bench.handlers.requests == []


async def test_a_slash_command_is_answered_for_one_alone(bench: AdapterBench) -> None:
    """A command chosen in a channel is answered to whoever chose it, and to nobody else."""
    bench.handlers.replies["tip"] = HELLO

    await bench.send_activity(activities.build_targeted_command(bench.ms.service_url, "tip next"))

    (post,) = bench.ms.posted_messages
    assert post.query == {"isTargetedActivity": "true"}
    assert post.body["recipient"] == {"id": f"29:{MARIE}", "isTargeted": True}
    assert bench.handlers.requests[0].channel == CHANNEL_ID


async def test_a_private_answer_never_falls_back_to_the_channel(bench: AdapterBench) -> None:
    """When Teams refuses a private answer, the person is told in their own chat."""
    bench.handlers.replies["tip"] = HELLO
    bench.ms.planned_answers["activities"] = [
        microsoft.PlannedAnswer(403, {"error": {"code": "x"}})
    ]

    await bench.send_activity(activities.build_targeted_command(bench.ms.service_url, "tip"))

    refused, opened, told = bench.ms.calls
    assert refused.query == {"isTargetedActivity": "true"}
    assert opened.body == {"members": [{"id": MARIE}], "tenantId": TENANT_ID}
    assert told.path == f"/v3/conversations/a:chat-with-{MARIE}/activities"
    assert collect_texts(told.card) == [ERROR_TEXT]


async def test_a_message_delivered_twice_is_answered_once(bench: AdapterBench) -> None:
    """The same activity again is acknowledged, and nothing more."""
    bench.handlers.replies["tip"] = HELLO
    activity = activities.build_message(bench.ms.service_url, "tip")

    answers = [await bench.send_activity(activity), await bench.send_activity(activity)]

    assert [one.status for one in answers] == [200, 200]
    assert len(bench.ms.posted_messages) == len(bench.handlers.requests) == 1


async def test_a_typed_form_is_opened_from_a_card_of_its_own(bench: AdapterBench) -> None:
    """What stays in the chat opens the form, in a dialog or in the card, and holds no field."""
    bench.handlers.replies["rupture"] = FORM

    await bench.send_activity(activities.build_message(bench.ms.service_url, "rupture"))

    card = bench.ms.posted_messages[0].card
    dialog, here = collect_actions(card)
    assert "Input.ChoiceSet" not in json.dumps(card)
    assert dialog["data"]["msteams"] == {"type": "task/fetch"}
    assert (here["type"], unpack_action_data(here["data"]).action) == (
        "Action.Execute",
        Action("commands", "rupture"),
    )


REPLIES: dict[str, Reply] = {
    "a message": HELLO,
    "one's page": Home((Text("Hello you"),)),
    "later": defer_reply(HELLO),
    "sentences": InvalidAnswers({"x": "Hello you"}),
    "a form to read": Form("note", "Note", (Text("Hello you"),), close="Close"),
}


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES.keys())
async def test_every_reply_can_be_posted_and_shown(bench: AdapterBench, reply: Reply) -> None:
    """Whatever a handler answers has a form for the chat, for a card and for a dialog."""
    bench.handlers.replies |= {"tip": reply, "tip.next": reply}
    data = activities.button_data("tip.next")

    await bench.send_activity(activities.build_message(bench.ms.service_url, "tip"))
    shown = [
        await bench.send_for_card(activities.build_card_action(bench.ms.service_url, data)),
        await bench.send_for_card(activities.build_dialog_fetch(bench.ms.service_url, data)),
    ]

    assert all(
        "Hello you" in collect_texts(one) for one in (bench.ms.posted_messages[0].card, *shown)
    )


async def test_what_breaks_is_told_kindly(bench: AdapterBench) -> None:
    """A handler that fails is answered with a sentence, in the chat and in a dialog."""
    bench.handlers.replies |= {"tip": RuntimeError(), "tip.next": RuntimeError()}

    await bench.send_activity(activities.build_message(bench.ms.service_url, "tip"))
    card = await bench.send_for_card(
        activities.build_dialog_fetch(bench.ms.service_url, activities.button_data("tip.next"))
    )

    assert ERROR_TEXT in collect_texts(bench.ms.posted_messages[0].card)
    assert ERROR_TEXT in collect_texts(card)
