from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace.actions import ImpossibleActionError
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.persona_driver import PersonaDriver
from tests.sandbox.block_kit.samples import (
    Json,
    build_actions,
    build_button,
    build_home,
    build_input,
    build_modal,
    build_option,
    build_radio,
    build_section,
)
from tests.sandbox.fake_bot import FakeBot

MENU = {"type": "overflow", "action_id": "menu", "options": [build_option("x"), build_option("y")]}


async def opened(client: AsyncWebClient, engine: SandboxEngine, view: Json) -> str:
    """Open a form before the first clinician, and return its id."""
    trigger = engine.trigger_ids.issue_trigger_id("U0CLIN01")
    told: Any = (await client.views_open(trigger_id=trigger, view=view))["view"]
    return str(told["id"])


async def test_a_command_arrives_as_slack_sends_it(bot: FakeBot, ilse: PersonaDriver) -> None:
    """Signed, with person, place, words, a trigger and an address for the answer."""
    await ilse.type_command("/tip next <b>", "C0NORTH")

    told = bot.last_payload("command")
    assert (told["command"], told["text"]) == ("/tip", "next &lt;b&gt;")
    assert (told["user_id"], told["team_id"]) == ("U0CLIN01", "T0PRACTICE")
    assert (told["channel_id"], told["channel_name"]) == ("C0NORTH", "northshore")
    assert told["response_url"].startswith("http://127.0.0.1:")
    assert told["trigger_id"].count(".") == 2


async def test_a_command_in_a_chat_names_no_one(bot: FakeBot, ilse: PersonaDriver) -> None:
    """Between two people the channel has the name that Slack gives all chats."""
    await ilse.type_command("/tip", "U0SUPER1")

    assert bot.last_payload("command")["channel_name"] == "directmessage"


async def test_a_command_of_no_app_never_reaches_the_bot(
    bot: FakeBot, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """Where a manifest says what there is, anything else is Slack's own to refuse."""
    engine.persona_actions.offered_commands = frozenset({"/tip"})

    await ilse.type_command("/shout")

    assert bot.received_payloads == []
    assert "/shout" in ilse.notice_texts()[0]


async def test_a_pressed_button_arrives_with_its_message(
    bot: FakeBot, client: AsyncWebClient, ilse: PersonaDriver
) -> None:
    """The bot learns which step of which message it was, and where to answer."""
    await client.chat_postMessage(
        channel="U0CLIN01", text="x", blocks=[build_actions(build_button(value="7:circle"), MENU)]
    )

    await ilse.press_element("press", ilse.visible_messages()[0])
    pressed = bot.last_payload("block_actions")
    await ilse.press_element("menu", ilse.visible_messages()[0], "y")
    chosen = bot.last_payload("block_actions")

    assert pressed["actions"][0]["value"] == "7:circle"
    assert pressed["actions"][0]["type"] == "button"
    assert (
        pressed["container"]["message_ts"]
        == pressed["message"]["ts"]
        == ilse.visible_messages()[0].ts
    )
    assert pressed["channel"] == {"id": "D0CLIN01", "name": "directmessage"}
    assert pressed["response_url"]
    assert chosen["actions"][0]["selected_option"]["value"] == "y"


async def test_a_private_message_is_not_told_again(
    bot: FakeBot, client: AsyncWebClient, ilse: PersonaDriver
) -> None:
    """Slack does not send an ephemeral message back with what was pressed in it."""
    await client.chat_postEphemeral(
        channel="C0NORTH", user="U0CLIN01", text="x", blocks=[build_actions(build_button())]
    )

    await ilse.press_element("press", ilse.visible_messages("C0NORTH")[0])

    told = bot.last_payload("block_actions")
    assert told["container"]["is_ephemeral"] is True
    assert "message" not in told


async def test_a_form_arrives_with_its_answers(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """Every question is told by block and action, those left open as empty."""
    many = {**build_radio("xy"), "type": "checkboxes"}
    await opened(
        client,
        engine,
        build_modal(build_input(), build_input(many, block_id="many", optional=True)),
    )

    assert await ilse.submit_modal({"pick": "b"}) == {}

    told = bot.last_payload("view_submission")
    values = told["view"]["state"]["values"]
    assert values["pick"]["pick"]["selected_option"]["value"] == "b"
    assert values["many"]["pick"] == {"type": "checkboxes", "selected_options": []}
    assert told["view"]["callback_id"] == "form"
    assert told["response_urls"] == []


async def test_what_is_required_is_asked_for_before_anything_is_sent(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """An open required question keeps the form, with a sentence under the question."""
    await opened(client, engine, build_modal())

    errors = await ilse.submit_modal()

    assert errors == {"pick": "Please answer this question."}
    assert bot.received_payloads == []


async def test_answers_that_are_not_on_offer_cannot_be_given(
    client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """A person's hands can choose only what is there."""
    await opened(client, engine, build_modal())

    with pytest.raises(ImpossibleActionError, match="no_such_answer"):
        await ilse.submit_modal({"pick": "forged"})
    with pytest.raises(ImpossibleActionError, match="no_such_field"):
        await ilse.submit_modal({"other": "b"})
    with pytest.raises(ImpossibleActionError, match="no_such_element"):
        await ilse.press_element("other")


async def test_a_question_that_reshapes_its_form_is_heard_at_once(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """Choosing tells the bot only where the question says so, with all answers so far."""
    await opened(
        client,
        engine,
        build_modal(build_input(), build_input(block_id="live", dispatch_action=True)),
    )

    await ilse.choose_answer("pick", "a")
    assert bot.received_payloads == []
    await ilse.choose_answer("live", "b")

    told = bot.last_payload("block_actions")
    assert told["actions"][0]["selected_option"]["value"] == "b"
    assert told["view"]["state"]["values"]["pick"]["pick"]["selected_option"]["value"] == "a"
    assert told["container"] == {"type": "view", "view_id": ilse.rendered_modal["id"]}
    assert "response_url" not in told


async def test_a_form_put_away_is_told_where_it_asked_for_it(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """Closing tells the bot of forms that want to know, and of no others."""
    await opened(client, engine, build_modal())
    await ilse.close_modal()
    assert (bot.received_payloads, ilse.top_view) == ([], None)

    await opened(client, engine, build_modal(notify_on_close=True))
    await ilse.close_modal()

    told = bot.last_payload("view_closed")
    assert told["is_cleared"] is False
    assert "trigger_id" not in told


async def test_the_home_is_opened_and_touched(
    bot: FakeBot, client: AsyncWebClient, ilse: PersonaDriver
) -> None:
    """Opening it is an event; pressing in it comes with its view and no message."""
    await ilse.open_home()
    await client.views_publish(user_id="U0CLIN01", view=build_home(build_actions(build_button())))
    await ilse.press_element("press")

    event = bot.last_payload("event_callback")
    assert event["event"]["type"] == "app_home_opened"
    assert event["event"]["tab"] == "home"
    assert event["authorizations"][0]["team_id"] == "T0PRACTICE"
    assert bot.last_payload("block_actions")["view"]["type"] == "home"


async def test_a_shortcut_comes_with_a_trigger_and_no_place(
    bot: FakeBot, ilse: PersonaDriver
) -> None:
    """A global shortcut says who and which, and may open a form."""
    await ilse.choose_shortcut("debrief")

    told = bot.last_payload("shortcut")
    assert told["callback_id"] == "debrief"
    assert told["trigger_id"]
    assert "channel" not in told


async def test_an_event_that_is_not_taken_comes_again_three_times(
    bot: FakeBot, engine: SandboxEngine
) -> None:
    """Each time it is the same event, with a number and a reason."""
    engine.persona_actions.retry_delays = (0.0, 0.01, 0.01)
    bot.status = 500

    await engine.persona_actions.send_event({"type": "user_change", "user": {"id": "U0CLIN01"}})
    await engine.persona_actions.wait_for_retries()

    assert len({told["event_id"] for told in bot.received_payloads}) == 1
    assert [one.get("x-slack-retry-num") for one in bot.received_headers] == [None, "1", "2", "3"]
    assert bot.received_headers[1]["x-slack-retry-reason"] == "http_error"


async def test_an_event_that_nobody_asked_for_is_not_sent(
    bot: FakeBot, engine: SandboxEngine
) -> None:
    """Where a manifest names the events, no other leaves Slack."""
    engine.persona_actions.subscribed_events = frozenset({"app_home_opened"})

    await engine.persona_actions.send_event({"type": "user_change"})

    assert bot.received_payloads == []


async def test_people_write_to_each_other_and_the_bot_hears_nothing(
    bot: FakeBot, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """What is said in a channel or a chat stays there."""
    await engine.persona_actions.write_message(ilse.person, "U0SUPER1", "May we talk?")

    assert (
        PersonaDriver(engine, "U0SUPER1").visible_messages("D1CLIN01SUPER1")[0].text
        == "May we talk?"
    )
    assert bot.received_payloads == []
    with pytest.raises(ImpossibleActionError, match="no_such_channel"):
        await engine.persona_actions.write_message(ilse.person, "C0RIVER", "x")
    with pytest.raises(ImpossibleActionError, match="no_text"):
        await engine.persona_actions.write_message(ilse.person, "C0NORTH", " ")


async def test_nobody_touches_what_is_not_theirs(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """A form, a chat and a private message are one person's alone."""
    view = await opened(client, engine, build_modal())
    await client.chat_postEphemeral(
        channel="C0NORTH",
        user="U0CLIN01",
        text="x",
        blocks=[build_actions(build_button()), build_section()],
    )
    stamp = engine.workspace.conversations["C0NORTH"].posts[0].ts
    other = engine.workspace.sample_practice.get_persona("U0CLIN02")
    where = {"channel": "C0NORTH", "ts": stamp}

    with pytest.raises(ImpossibleActionError, match="no_such_view"):
        await engine.persona_actions.submit_form(other, view, {})
    with pytest.raises(ImpossibleActionError, match="no_such_message"):
        await engine.persona_actions.press_element(
            other, where, {"block_id": "b00", "action_id": "press"}
        )
