from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.persona_driver import PersonaDriver
from tests.sandbox.block_kit.samples import (
    build_actions,
    build_button,
    build_input,
    build_modal,
    build_plain_text,
    build_section,
)
from tests.sandbox.fake_bot import FakeBot
from tests.sandbox.workspace.test_actions import open_form


async def post_response(bot: FakeBot, body: Any) -> tuple[int, str]:
    """Send a request to the response URL of the last payload; return status and body."""
    url = next(
        payload["response_url"]
        for payload in reversed(bot.received_payloads)
        if "response_url" in payload
    )
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
        return response.status, await response.text()


async def test_command_response_is_ephemeral(
    bot: FakeBot, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """A message in the acknowledgement is visible in the same channel, to that person only."""
    bot.plan_answer(
        {"response_type": "ephemeral", "text": "x", "blocks": [build_section("For you")]}
    )

    await ilse.type_command("/tip", "C0NORTH")

    assert ilse.visible_messages("C0NORTH")[0].blocks[0]["text"]["text"] == "For you"
    assert PersonaDriver(engine, "U0CLIN02").visible_messages("C0NORTH") == []


async def test_command_response_may_be_text_or_public(
    bot: FakeBot, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """A text body is ephemeral; ``in_channel`` posts to the whole channel."""
    bot.plan_answer("Just words")
    bot.plan_answer({"response_type": "in_channel", "text": "To all"})

    await ilse.type_command("/tip", "C0NORTH")
    await ilse.type_command("/tip", "C0NORTH")

    assert [message.text for message in ilse.visible_messages("C0NORTH")] == [
        "Just words",
        "To all",
    ]
    assert [
        message.text for message in PersonaDriver(engine, "U0CLIN02").visible_messages("C0NORTH")
    ] == ["To all"]


async def test_failed_command_adds_a_notice(
    bot: FakeBot, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """A timeout, an error status and an invalid response each have a notice with the reason."""
    engine.http_transport.timeout_seconds = 0.2
    bot.planned_answers.append(0.5)
    bot.plan_answer(status=500)
    bot.plan_answer({"text": "x", "blocks": [{"type": "nonsense"}]})
    bot.plan_answer({"text": "x", "colour": "red"})

    for _ in range(4):
        await ilse.type_command("/tip")

    timeout, failure, invalid_blocks, _, invalid_argument, fault_list = ilse.notice_texts()
    assert "operation_timeout" in timeout
    assert "dispatch_failed" in failure
    assert "invalid_blocks" in invalid_blocks
    assert "invalid_arguments" in invalid_argument
    assert "colour" in fault_list
    assert ilse.visible_messages() == []


async def test_response_url_accepts_five_requests(bot: FakeBot, ilse: PersonaDriver) -> None:
    """A response URL accepts five requests; the sixth has the status 404."""
    await ilse.type_command("/tip", "C0NORTH")

    responses = [await post_response(bot, {"text": str(number)}) for number in range(6)]

    assert [status for status, _ in responses] == [200] * 5 + [404]
    assert "used_url" in responses[5][1]
    assert [message.text for message in ilse.visible_messages("C0NORTH")] == [
        "0",
        "1",
        "2",
        "3",
        "4",
    ]


async def test_response_url_expires_after_half_an_hour(
    bot: FakeBot, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """Thirty minutes after the interaction the response URL is expired."""
    await ilse.type_command("/tip")
    read_seconds = engine.trigger_ids._read_machine_seconds
    engine.trigger_ids._read_machine_seconds = lambda: read_seconds() + 1801

    status, body = await post_response(bot, {"text": "x"})

    assert (status, ilse.visible_messages()) == (404, [])
    assert "expired_url" in body


async def test_response_may_replace_or_delete_its_message(
    bot: FakeBot, client: AsyncWebClient, ilse: PersonaDriver
) -> None:
    """After a button press the response URL can replace or delete the original message."""
    await client.chat_postMessage(
        channel="U0CLIN01", text="x", blocks=[build_actions(build_button())]
    )
    await ilse.press_element("press", ilse.visible_messages()[0])

    await post_response(bot, {"text": "y", "replace_original": True})
    assert [message.text for message in ilse.visible_messages()] == ["y"]
    await post_response(bot, {"delete_original": True})
    assert ilse.visible_messages() == []


async def test_invalid_request_to_a_response_url_reports_faults(
    bot: FakeBot, ilse: PersonaDriver
) -> None:
    """The developer reads the faults in a notice; the bot receives the status 400."""
    await ilse.type_command("/tip")

    status, body = await post_response(bot, {"text": "x", "blocks": [{"type": "nonsense"}]})

    assert status == 400
    assert "invalid_blocks" in body
    assert "nonsense" in ilse.notice_texts()[0]


async def test_unacknowledged_press_adds_a_notice(
    bot: FakeBot, client: AsyncWebClient, ilse: PersonaDriver
) -> None:
    """A button press without an acknowledgement adds a notice for the person."""
    await client.chat_postMessage(
        channel="U0CLIN01", text="x", blocks=[build_actions(build_button())]
    )
    bot.plan_answer(status=404)

    await ilse.press_element("press", ilse.visible_messages()[0])

    assert "dispatch_failed" in ilse.notice_texts()[0]


async def test_submission_response_updates_pushes_closes_and_clears(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """Each response action has the effect that it has in Slack."""
    view = await open_form(client, engine, build_modal(build_section()))
    bot.plan_answer(
        {
            "response_action": "update",
            "view": build_modal(build_section(), title=build_plain_text("Newer")),
        }
    )
    bot.plan_answer(
        {
            "response_action": "push",
            "view": build_modal(build_section(), title=build_plain_text("Upper")),
        }
    )
    bot.plan_answer()
    bot.plan_answer({"response_action": "clear"})

    old_hash = ilse.rendered_modal["hash"]
    await ilse.submit_modal()
    assert (ilse.rendered_modal["id"], ilse.rendered_modal["title"]["text"]) == (view, "Newer")
    assert ilse.rendered_modal["hash"] != old_hash
    await ilse.submit_modal()
    assert (ilse.rendered_modal["title"]["text"], ilse.rendered_modal["previous_view_id"]) == (
        "Upper",
        view,
    )
    await ilse.submit_modal()
    assert ilse.rendered_modal["id"] == view
    await ilse.submit_modal()
    assert ilse.top_view is None


async def test_field_errors_are_attached_to_their_inputs(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """A modal with field errors stays open; the next submission clears them."""
    await open_form(client, engine, build_modal(build_input()))
    bot.plan_answer({"response_action": "errors", "errors": {"pick": "Please keep one."}})

    assert await ilse.submit_modal({"pick": "a"}) == {"pick": "Please keep one."}
    assert await ilse.submit_modal({"pick": "a"}) == {}
    assert ilse.top_view is None


@pytest.mark.parametrize(
    "body",
    [
        "words",
        {"response_action": "dance"},
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update"},
        {"response_action": "update", "view": build_modal(colour="red")},
        {"response_action": "clear", "extra": 1},
        {"text": "x"},
    ],
)
async def test_invalid_response_leaves_the_modal_open(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver, body: object
) -> None:
    """One notice reports the failure to the person, another lists the faults."""
    view = await open_form(client, engine, build_modal(build_input()))
    bot.plan_answer(body)

    await ilse.submit_modal({"pick": "a"})

    assert ilse.rendered_modal["id"] == view
    assert len(ilse.notice_texts()) == 2


async def test_unacknowledged_submission_leaves_the_modal_open(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """After an error status the modal retains its answers for another submission."""
    await open_form(client, engine, build_modal(build_input()))
    bot.plan_answer(status=500)

    await ilse.submit_modal({"pick": "a"})

    assert len(ilse.notice_texts()) == 1
    assert ilse.rendered_modal["state"]["values"]["pick"]["pick"]["selected_option"]["value"] == "a"
