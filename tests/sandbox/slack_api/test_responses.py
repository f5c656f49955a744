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
from tests.sandbox.workspace.test_actions import opened


async def told(bot: FakeBot, body: Any) -> tuple[int, str]:
    """Answer at the address that came with the last payload."""
    url = next(
        one["response_url"] for one in reversed(bot.received_payloads) if "response_url" in one
    )
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
        return answer.status, await answer.text()


async def test_a_command_is_answered_before_one_pair_of_eyes(
    bot: FakeBot, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """A body in the acknowledgement shows in the same place, to the person alone."""
    bot.plan_answer(
        {"response_type": "ephemeral", "text": "x", "blocks": [build_section("For you")]}
    )

    await ilse.type_command("/tip", "C0NORTH")

    assert ilse.visible_messages("C0NORTH")[0].blocks[0]["text"]["text"] == "For you"
    assert PersonaDriver(engine, "U0CLIN02").visible_messages("C0NORTH") == []


async def test_a_command_may_be_answered_in_plain_words_or_before_everybody(
    bot: FakeBot, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """Plain text is shown privately; ``in_channel`` shows it to the whole channel."""
    bot.plan_answer("Just words")
    bot.plan_answer({"response_type": "in_channel", "text": "To all"})

    await ilse.type_command("/tip", "C0NORTH")
    await ilse.type_command("/tip", "C0NORTH")

    assert [post.text for post in ilse.visible_messages("C0NORTH")] == ["Just words", "To all"]
    assert [p.text for p in PersonaDriver(engine, "U0CLIN02").visible_messages("C0NORTH")] == [
        "To all"
    ]


async def test_a_command_that_fails_says_so(
    bot: FakeBot, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """Too late, an error, or an answer that Slack refuses: the person reads which it was."""
    engine.http_transport.timeout_seconds = 0.2
    bot.planned_answers.append(0.5)
    bot.plan_answer(status=500)
    bot.plan_answer({"text": "x", "blocks": [{"type": "nonsense"}]})
    bot.plan_answer({"text": "x", "colour": "red"})

    for _ in range(4):
        await ilse.type_command("/tip")

    late, failed, refused, _, unknown, named = ilse.notice_texts()
    assert "operation_timeout" in late
    assert "dispatch_failed" in failed
    assert "invalid_blocks" in refused
    assert "invalid_arguments" in unknown
    assert "colour" in named
    assert ilse.visible_messages() == []


async def test_a_private_answer_may_follow_five_times(bot: FakeBot, ilse: PersonaDriver) -> None:
    """The address takes five answers and no sixth; a made-up one takes none."""
    await ilse.type_command("/tip", "C0NORTH")

    answers = [await told(bot, {"text": str(number)}) for number in range(6)]

    assert [status for status, _ in answers] == [200] * 5 + [404]
    assert "used_url" in answers[5][1]
    assert [post.text for post in ilse.visible_messages("C0NORTH")] == ["0", "1", "2", "3", "4"]


async def test_a_private_answer_is_late_after_half_an_hour(
    bot: FakeBot, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """Thirty minutes after the act nothing is taken any more."""
    await ilse.type_command("/tip")
    clock = engine.trigger_ids._read_seconds
    engine.trigger_ids._read_seconds = lambda: clock() + 1801

    status, body = await told(bot, {"text": "x"})

    assert (status, ilse.visible_messages()) == (404, [])
    assert "expired_url" in body


async def test_an_answer_may_take_the_place_of_its_message(
    bot: FakeBot, client: AsyncWebClient, ilse: PersonaDriver
) -> None:
    """After a press the message can be replaced, or taken away."""
    await client.chat_postMessage(
        channel="U0CLIN01", text="x", blocks=[build_actions(build_button())]
    )
    await ilse.press_element("press", ilse.visible_messages()[0])

    await told(bot, {"text": "y", "replace_original": True})
    assert [post.text for post in ilse.visible_messages()] == ["y"]
    await told(bot, {"delete_original": True})
    assert ilse.visible_messages() == []


async def test_a_refused_private_answer_says_why(bot: FakeBot, ilse: PersonaDriver) -> None:
    """Whoever works on the bot reads the faults; the bot gets a 400."""
    await ilse.type_command("/tip")

    status, body = await told(bot, {"text": "x", "blocks": [{"type": "nonsense"}]})

    assert status == 400
    assert "invalid_blocks" in body
    assert "nonsense" in ilse.notice_texts()[0]


async def test_a_press_that_is_not_acknowledged_says_so(
    bot: FakeBot, client: AsyncWebClient, ilse: PersonaDriver
) -> None:
    """The person learns that nothing came of it."""
    await client.chat_postMessage(
        channel="U0CLIN01", text="x", blocks=[build_actions(build_button())]
    )
    bot.plan_answer(status=404)

    await ilse.press_element("press", ilse.visible_messages()[0])

    assert "dispatch_failed" in ilse.notice_texts()[0]


async def test_a_form_closes_changes_is_laid_upon_and_clears(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """Each answer to a form does what Slack does with it."""
    view = await opened(client, engine, build_modal(build_section()))
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

    before = ilse.rendered_modal["hash"]
    await ilse.submit_modal()
    assert (ilse.rendered_modal["id"], ilse.rendered_modal["title"]["text"]) == (view, "Newer")
    assert ilse.rendered_modal["hash"] != before
    await ilse.submit_modal()
    assert (ilse.rendered_modal["title"]["text"], ilse.rendered_modal["previous_view_id"]) == (
        "Upper",
        view,
    )
    await ilse.submit_modal()
    assert ilse.rendered_modal["id"] == view
    await ilse.submit_modal()
    assert ilse.top_view is None


async def test_errors_stand_under_their_questions(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """A form with errors stays open, each sentence under its own field, until the next try."""
    await opened(client, engine, build_modal(build_input()))
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
async def test_an_answer_that_slack_refuses_leaves_the_form_open(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver, body: object
) -> None:
    """The person reads that something went wrong, whoever works on the bot reads what."""
    view = await opened(client, engine, build_modal(build_input()))
    bot.plan_answer(body)

    await ilse.submit_modal({"pick": "a"})

    assert ilse.rendered_modal["id"] == view
    assert len(ilse.notice_texts()) == 2


async def test_a_form_that_nobody_took_stays_open(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """After an error of the bot the answers are still there, to be sent again."""
    await opened(client, engine, build_modal(build_input()))
    bot.plan_answer(status=500)

    await ilse.submit_modal({"pick": "a"})

    assert len(ilse.notice_texts()) == 1
    assert ilse.rendered_modal["state"]["values"]["pick"]["pick"]["selected_option"]["value"] == "a"
