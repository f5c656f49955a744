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


async def open_form(client: AsyncWebClient, engine: SandboxEngine, view: Json) -> str:
    """Open a modal for the first clinician, and return its view id."""
    trigger_id = engine.trigger_ids.issue_trigger_id("U0CLIN01")
    view_response: Any = (await client.views_open(trigger_id=trigger_id, view=view))["view"]
    return str(view_response["id"])


async def test_a_command_payload_is_complete_and_signed(bot: FakeBot, ilse: PersonaDriver) -> None:
    """The payload has the user, channel, escaped text, a trigger id and a response URL."""
    await ilse.type_command("/tip next <b>", "C0NORTH")

    payload = bot.last_payload("command")
    assert (payload["command"], payload["text"]) == ("/tip", "next &lt;b&gt;")
    assert (payload["user_id"], payload["team_id"]) == ("U0CLIN01", "T0PRACTICE")
    assert (payload["channel_id"], payload["channel_name"]) == ("C0NORTH", "northshore")
    assert payload["response_url"].startswith("http://127.0.0.1:")
    assert payload["trigger_id"].count(".") == 2


async def test_a_command_in_a_chat_has_a_generic_channel_name(
    bot: FakeBot, ilse: PersonaDriver
) -> None:
    """In a chat of two people, the channel name is `directmessage`, as in Slack."""
    await ilse.type_command("/tip", "U0SUPER1")

    assert bot.last_payload("command")["channel_name"] == "directmessage"


async def test_an_unknown_command_sends_no_request(
    bot: FakeBot, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """A command that is not in the manifest is rejected by Slack with a notice."""
    engine.persona_actions.offered_commands = frozenset({"/tip"})

    await ilse.type_command("/shout")

    assert bot.received_payloads == []
    assert "/shout" in ilse.notice_texts()[0]


async def test_a_pressed_button_payload_contains_the_message(
    bot: FakeBot, client: AsyncWebClient, ilse: PersonaDriver
) -> None:
    """The payload contains the action, the message and a response URL, or a menu's option."""
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


async def test_an_ephemeral_message_is_not_in_the_payload(
    bot: FakeBot, client: AsyncWebClient, ilse: PersonaDriver
) -> None:
    """The payload of an action in an ephemeral message has no message, as in Slack."""
    await client.chat_postEphemeral(
        channel="C0NORTH", user="U0CLIN01", text="x", blocks=[build_actions(build_button())]
    )

    await ilse.press_element("press", ilse.visible_messages("C0NORTH")[0])

    payload = bot.last_payload("block_actions")
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload


async def test_a_submission_contains_every_answer(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """The state has a value by block id and action id, empty for an unanswered field."""
    checkboxes = {**build_radio("xy"), "type": "checkboxes"}
    await open_form(
        client,
        engine,
        build_modal(build_input(), build_input(checkboxes, block_id="many", optional=True)),
    )

    assert await ilse.submit_modal({"pick": "b"}) == {}

    payload = bot.last_payload("view_submission")
    values = payload["view"]["state"]["values"]
    assert values["pick"]["pick"]["selected_option"]["value"] == "b"
    assert values["many"]["pick"] == {"type": "checkboxes", "selected_options": []}
    assert payload["view"]["callback_id"] == "form"
    assert payload["response_urls"] == []


async def test_an_empty_required_field_prevents_the_submission(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """The view remains open with an error message, and no request is sent."""
    await open_form(client, engine, build_modal())

    errors = await ilse.submit_modal()

    assert errors == {"pick": "Please answer this question."}
    assert bot.received_payloads == []


async def test_an_unknown_option_or_element_raises(
    client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """Answers and actions are limited to the options and elements of the view."""
    await open_form(client, engine, build_modal())

    with pytest.raises(ImpossibleActionError, match="no_such_answer"):
        await ilse.submit_modal({"pick": "forged"})
    with pytest.raises(ImpossibleActionError, match="no_such_field"):
        await ilse.submit_modal({"other": "b"})
    with pytest.raises(ImpossibleActionError, match="no_such_element"):
        await ilse.press_element("other")


async def test_a_dispatching_field_sends_a_payload(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """A change sends a payload with all answers only for a block with `dispatch_action`."""
    await open_form(
        client,
        engine,
        build_modal(build_input(), build_input(block_id="live", dispatch_action=True)),
    )

    await ilse.choose_answer("pick", "a")
    assert bot.received_payloads == []
    await ilse.choose_answer("live", "b")

    payload = bot.last_payload("block_actions")
    assert payload["actions"][0]["selected_option"]["value"] == "b"
    assert payload["view"]["state"]["values"]["pick"]["pick"]["selected_option"]["value"] == "a"
    assert payload["container"] == {"type": "view", "view_id": ilse.rendered_modal["id"]}
    assert "response_url" not in payload


async def test_a_closed_view_is_sent_only_on_request(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """Closing a view sends `view_closed` only if the view sets `notify_on_close`."""
    await open_form(client, engine, build_modal())
    await ilse.close_modal()
    assert (bot.received_payloads, ilse.top_view) == ([], None)

    await open_form(client, engine, build_modal(notify_on_close=True))
    await ilse.close_modal()

    payload = bot.last_payload("view_closed")
    assert payload["is_cleared"] is False
    assert "trigger_id" not in payload


async def test_home_sends_an_event_and_actions(
    bot: FakeBot, client: AsyncWebClient, ilse: PersonaDriver
) -> None:
    """Opening Home sends an event; the payload of an action in it contains the view."""
    await ilse.open_home()
    await client.views_publish(user_id="U0CLIN01", view=build_home(build_actions(build_button())))
    await ilse.press_element("press")

    event = bot.last_payload("event_callback")
    assert event["event"]["type"] == "app_home_opened"
    assert event["event"]["tab"] == "home"
    assert event["authorizations"][0]["team_id"] == "T0PRACTICE"
    assert bot.last_payload("block_actions")["view"]["type"] == "home"


async def test_a_shortcut_payload_has_a_trigger_id_and_no_channel(
    bot: FakeBot, ilse: PersonaDriver
) -> None:
    """The payload of a global shortcut has a callback id and a trigger id."""
    await ilse.choose_shortcut("debrief")

    payload = bot.last_payload("shortcut")
    assert payload["callback_id"] == "debrief"
    assert payload["trigger_id"]
    assert "channel" not in payload


async def test_an_unacknowledged_event_is_retried_three_times(
    bot: FakeBot, engine: SandboxEngine
) -> None:
    """Each retry has the same event id, and headers with its number and a reason."""
    engine.persona_actions.retry_delays = (0.0, 0.01, 0.01)
    bot.status = 500

    await engine.persona_actions.send_event({"type": "user_change", "user": {"id": "U0CLIN01"}})
    await engine.persona_actions.wait_for_retries()

    assert len({payload["event_id"] for payload in bot.received_payloads}) == 1
    assert [headers.get("x-slack-retry-num") for headers in bot.received_headers] == [
        None,
        "1",
        "2",
        "3",
    ]
    assert bot.received_headers[1]["x-slack-retry-reason"] == "http_error"


async def test_an_unsubscribed_event_is_not_sent(bot: FakeBot, engine: SandboxEngine) -> None:
    """An event type without a subscription in the manifest sends no request."""
    engine.persona_actions.subscribed_events = frozenset({"app_home_opened"})

    await engine.persona_actions.send_event({"type": "user_change"})

    assert bot.received_payloads == []


async def test_messages_between_people_send_no_event(
    bot: FakeBot, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """A message in a channel or a chat sends no payload; it needs text and membership."""
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


async def test_views_and_ephemeral_messages_belong_to_one_person(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """Another person's view or ephemeral message raises an exception."""
    view_id = await open_form(client, engine, build_modal())
    await client.chat_postEphemeral(
        channel="C0NORTH",
        user="U0CLIN01",
        text="x",
        blocks=[build_actions(build_button()), build_section()],
    )
    timestamp = engine.workspace.conversations["C0NORTH"].posts[0].ts
    other_person = engine.workspace.sample_practice.get_persona("U0CLIN02")
    target = {"channel": "C0NORTH", "ts": timestamp}

    with pytest.raises(ImpossibleActionError, match="no_such_view"):
        await engine.persona_actions.submit_form(other_person, view_id, {})
    with pytest.raises(ImpossibleActionError, match="no_such_message"):
        await engine.persona_actions.press_element(
            other_person, target, {"block_id": "b00", "action_id": "press"}
        )


async def test_a_read_only_chat_with_the_bot_accepts_no_message(
    bot: FakeBot, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """Where the manifest makes the chat read-only, no Slack client can write `hello` to the bot."""
    engine.persona_actions.is_bot_chat_read_only = True

    with pytest.raises(ImpossibleActionError, match="read_only"):
        await engine.persona_actions.write_message(ilse.person, ilse.chat_id, "hello")

    assert ilse.visible_messages() == []
    assert bot.received_payloads == []
