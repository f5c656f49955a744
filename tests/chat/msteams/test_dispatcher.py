"""What Teams' people send, and what they get back."""

import json

import pytest

from bot.chat.msteams.action_data import Act, unpack
from bot.conversation import Invalid, Reply
from bot.elements import Form, Home, Text
from tests.chat.msteams import activities, microsoft
from tests.chat.msteams.activities import CHANNEL, CHAT, MARIE
from tests.chat.msteams.microsoft import TENANT
from tests.chat.msteams.testbed import FORM, HELLO, WHO, Bench, actions, texts
from tests.chat.slack.testbed import SORRY, later

TYPED = {
    "tip": ("tip", ""),
    "/TIP  Next": ("tip", "next"),
    "tip next for my client": ("tip", "next"),
    "tip my client": ("tip", "\ufffd"),
}


@pytest.mark.parametrize(("text", "asked"), TYPED.items())
async def test_a_command_is_typed_in_the_personal_chat(
    bench: Bench, text: str, asked: tuple[str, str]
) -> None:
    """With or without a slash, a command is answered in that chat; other words go no further."""
    bench.handlers.replies["tip"] = HELLO

    await bench.send(activities.written(bench.ms.service, text))

    request = bench.handlers.asked[0]
    assert (request.person, request.name, request.keyword) == (WHO, *asked)
    assert (request.channel, request.locale) == (CHAT, "en-CA")
    (post,) = bench.ms.posted
    assert (post.path, post.query) == (f"/v3/conversations/{CHAT}/activities", {})
    assert post.body["summary"] == "Hello"
    assert texts(post.card)[0] == "Hello you"


@pytest.mark.parametrize("text", ["", "hello", "my client was silent today"])
async def test_whatever_else_is_typed_brings_ones_own_page(bench: Bench, text: str) -> None:
    """Who greets the bot gets their own page, and nothing they typed reaches a handler."""
    await bench.send(activities.written(bench.ms.service, text))

    assert texts(bench.ms.posted[0].card) == ["Your page"]
    assert not text or text not in repr(bench.handlers.asked) + str(bench.ms.posted)


async def test_the_answer_leaves_before_any_call(bench: Bench) -> None:
    """What must not be lost is kept, then Teams is answered, and only then is it called."""
    bench.handlers.replies["tip"] = HELLO

    await bench.send(activities.written(bench.ms.service, "tip"))

    assert bench.ms.order == ["kept", "kept", "kept", "answered", "POST activities"]


@pytest.mark.parametrize("text", ["tip", "rupture", "my client was silent today"])
async def test_before_everybody_every_command_gets_the_same_answer(bench: Bench, text: str) -> None:
    """A mention in a channel is answered with one sentence, so that using it says nothing."""
    await bench.send(activities.mention(bench.ms.service, text))

    (post,) = bench.ms.posted
    assert post.body["text"].startswith("Please use the personal chat with Attune")
    assert post.path == f"/v3/conversations/{CHANNEL};messageid=1/activities"
    assert bench.handlers.asked == []


async def test_a_slash_command_is_answered_for_one_alone(bench: Bench) -> None:
    """A command chosen in a channel is answered to whoever chose it, and to nobody else."""
    bench.handlers.replies["tip"] = HELLO

    await bench.send(activities.slash(bench.ms.service, "tip next"))

    (post,) = bench.ms.posted
    assert post.query == {"isTargetedActivity": "true"}
    assert post.body["recipient"] == {"id": f"29:{MARIE}", "isTargeted": True}
    assert bench.handlers.asked[0].channel == CHANNEL


async def test_a_private_answer_never_falls_back_to_the_channel(bench: Bench) -> None:
    """When Teams refuses a private answer, the person is told in their own chat."""
    bench.handlers.replies["tip"] = HELLO
    bench.ms.told["activities"] = [microsoft.Told(403, {"error": {"code": "x"}})]

    await bench.send(activities.slash(bench.ms.service, "tip"))

    refused, opened, told = bench.ms.calls
    assert refused.query == {"isTargetedActivity": "true"}
    assert opened.body == {"members": [{"id": MARIE}], "tenantId": TENANT}
    assert told.path == f"/v3/conversations/a:chat-with-{MARIE}/activities"
    assert texts(told.card) == [SORRY]


async def test_a_message_delivered_twice_is_answered_once(bench: Bench) -> None:
    """The same activity again is acknowledged, and nothing more."""
    bench.handlers.replies["tip"] = HELLO
    activity = activities.written(bench.ms.service, "tip")

    answers = [await bench.send(activity), await bench.send(activity)]

    assert [one.status for one in answers] == [200, 200]
    assert len(bench.ms.posted) == len(bench.handlers.asked) == 1


async def test_a_typed_form_is_opened_from_a_card_of_its_own(bench: Bench) -> None:
    """What stays in the chat opens the form, in a dialog or in the card, and holds no field."""
    bench.handlers.replies["rupture"] = FORM

    await bench.send(activities.written(bench.ms.service, "rupture"))

    card = bench.ms.posted[0].card
    dialog, here = actions(card)
    assert "Input.ChoiceSet" not in json.dumps(card)
    assert dialog["data"]["msteams"] == {"type": "task/fetch"}
    assert (here["type"], unpack(here["data"]).act) == (
        "Action.Execute",
        Act("commands", "rupture"),
    )


REPLIES: dict[str, Reply] = {
    "a message": HELLO,
    "one's page": Home((Text("Hello you"),)),
    "later": later(HELLO),
    "sentences": Invalid({"x": "Hello you"}),
    "a form to read": Form("note", "Note", (Text("Hello you"),), close="Close"),
}


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES.keys())
async def test_every_reply_can_be_posted_and_shown(bench: Bench, reply: Reply) -> None:
    """Whatever a handler answers has a form for the chat, for a card and for a dialog."""
    bench.handlers.replies |= {"tip": reply, "tip.next": reply}
    data = activities.button("tip.next")

    await bench.send(activities.written(bench.ms.service, "tip"))
    shown = [
        await bench.card(activities.executed(bench.ms.service, data)),
        await bench.card(activities.fetched(bench.ms.service, data)),
    ]

    assert all("Hello you" in texts(one) for one in (bench.ms.posted[0].card, *shown))


async def test_what_breaks_is_told_kindly(bench: Bench) -> None:
    """A handler that fails is answered with a sentence, in the chat and in a dialog."""
    bench.handlers.replies |= {"tip": RuntimeError(), "tip.next": RuntimeError()}

    await bench.send(activities.written(bench.ms.service, "tip"))
    card = await bench.card(activities.fetched(bench.ms.service, activities.button("tip.next")))

    assert SORRY in texts(bench.ms.posted[0].card)
    assert SORRY in texts(card)
