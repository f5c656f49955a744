from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace.engine import Engine
from bot.sandbox.workspace.persona_driver import Hands
from tests.sandbox.block_kit.samples import actions, asked, button, modal, plain, section
from tests.sandbox.fake_bot import FakeBot
from tests.sandbox.workspace.test_actions import opened


async def told(bot: FakeBot, body: Any) -> tuple[int, str]:
    """Answer at the address that came with the last payload."""
    url = next(one["response_url"] for one in reversed(bot.heard) if "response_url" in one)
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
        return answer.status, await answer.text()


async def test_a_command_is_answered_before_one_pair_of_eyes(
    bot: FakeBot, engine: Engine, ilse: Hands
) -> None:
    """A body in the acknowledgement shows in the same place, to the person alone."""
    bot.answer({"response_type": "ephemeral", "text": "x", "blocks": [section("For you")]})

    await ilse.command("/tip", "C0NORTH")

    assert ilse.posts("C0NORTH")[0].blocks[0]["text"]["text"] == "For you"
    assert Hands(engine, "U0CLIN02").posts("C0NORTH") == []


async def test_a_command_may_be_answered_in_plain_words_or_before_everybody(
    bot: FakeBot, engine: Engine, ilse: Hands
) -> None:
    """Plain text is shown privately; ``in_channel`` shows it to the whole channel."""
    bot.answer("Just words")
    bot.answer({"response_type": "in_channel", "text": "To all"})

    await ilse.command("/tip", "C0NORTH")
    await ilse.command("/tip", "C0NORTH")

    assert [post.text for post in ilse.posts("C0NORTH")] == ["Just words", "To all"]
    assert [p.text for p in Hands(engine, "U0CLIN02").posts("C0NORTH")] == ["To all"]


async def test_a_command_that_fails_says_so(bot: FakeBot, engine: Engine, ilse: Hands) -> None:
    """Too late, an error, or an answer that Slack refuses: the person reads which it was."""
    engine.post.patience = 0.2
    bot.answers.append(0.5)
    bot.answer(status=500)
    bot.answer({"text": "x", "blocks": [{"type": "nonsense"}]})
    bot.answer({"text": "x", "colour": "red"})

    for _ in range(4):
        await ilse.command("/tip")

    late, failed, refused, _, unknown, named = ilse.notices()
    assert "operation_timeout" in late
    assert "dispatch_failed" in failed
    assert "invalid_blocks" in refused
    assert "invalid_arguments" in unknown
    assert "colour" in named
    assert ilse.posts() == []


async def test_a_private_answer_may_follow_five_times(bot: FakeBot, ilse: Hands) -> None:
    """The address takes five answers and no sixth; a made-up one takes none."""
    await ilse.command("/tip", "C0NORTH")

    answers = [await told(bot, {"text": str(number)}) for number in range(6)]

    assert [status for status, _ in answers] == [200] * 5 + [404]
    assert "used_url" in answers[5][1]
    assert [post.text for post in ilse.posts("C0NORTH")] == ["0", "1", "2", "3", "4"]


async def test_a_private_answer_is_late_after_half_an_hour(
    bot: FakeBot, engine: Engine, ilse: Hands
) -> None:
    """Thirty minutes after the act nothing is taken any more."""
    await ilse.command("/tip")
    clock = engine.tickets._seconds
    engine.tickets._seconds = lambda: clock() + 1801

    status, body = await told(bot, {"text": "x"})

    assert (status, ilse.posts()) == (404, [])
    assert "expired_url" in body


async def test_an_answer_may_take_the_place_of_its_message(
    bot: FakeBot, client: AsyncWebClient, ilse: Hands
) -> None:
    """After a press the message can be replaced, or taken away."""
    await client.chat_postMessage(channel="U0CLIN01", text="x", blocks=[actions(button())])
    await ilse.press("press", ilse.posts()[0])

    await told(bot, {"text": "y", "replace_original": True})
    assert [post.text for post in ilse.posts()] == ["y"]
    await told(bot, {"delete_original": True})
    assert ilse.posts() == []


async def test_a_refused_private_answer_says_why(bot: FakeBot, ilse: Hands) -> None:
    """Whoever works on the bot reads the faults; the bot gets a 400."""
    await ilse.command("/tip")

    status, body = await told(bot, {"text": "x", "blocks": [{"type": "nonsense"}]})

    assert status == 400
    assert "invalid_blocks" in body
    assert "nonsense" in ilse.notices()[0]


async def test_a_press_that_is_not_acknowledged_says_so(
    bot: FakeBot, client: AsyncWebClient, ilse: Hands
) -> None:
    """The person learns that nothing came of it."""
    await client.chat_postMessage(channel="U0CLIN01", text="x", blocks=[actions(button())])
    bot.answer(status=404)

    await ilse.press("press", ilse.posts()[0])

    assert "dispatch_failed" in ilse.notices()[0]


async def test_a_form_closes_changes_is_laid_upon_and_clears(
    bot: FakeBot, client: AsyncWebClient, engine: Engine, ilse: Hands
) -> None:
    """Each answer to a form does what Slack does with it."""
    view = await opened(client, engine, modal(section()))
    bot.answer({"response_action": "update", "view": modal(section(), title=plain("Newer"))})
    bot.answer({"response_action": "push", "view": modal(section(), title=plain("Upper"))})
    bot.answer()
    bot.answer({"response_action": "clear"})

    before = ilse.view["hash"]
    await ilse.submit()
    assert (ilse.view["id"], ilse.view["title"]["text"]) == (view, "Newer")
    assert ilse.view["hash"] != before
    await ilse.submit()
    assert (ilse.view["title"]["text"], ilse.view["previous_view_id"]) == ("Upper", view)
    await ilse.submit()
    assert ilse.view["id"] == view
    await ilse.submit()
    assert ilse.window is None


async def test_errors_stand_under_their_questions(
    bot: FakeBot, client: AsyncWebClient, engine: Engine, ilse: Hands
) -> None:
    """A form with errors stays open, each sentence under its own field, until the next try."""
    await opened(client, engine, modal(asked()))
    bot.answer({"response_action": "errors", "errors": {"pick": "Please keep one."}})

    assert await ilse.submit({"pick": "a"}) == {"pick": "Please keep one."}
    assert await ilse.submit({"pick": "a"}) == {}
    assert ilse.window is None


@pytest.mark.parametrize(
    "body",
    [
        "words",
        {"response_action": "dance"},
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update"},
        {"response_action": "update", "view": modal(colour="red")},
        {"response_action": "clear", "extra": 1},
        {"text": "x"},
    ],
)
async def test_an_answer_that_slack_refuses_leaves_the_form_open(
    bot: FakeBot, client: AsyncWebClient, engine: Engine, ilse: Hands, body: object
) -> None:
    """The person reads that something went wrong, whoever works on the bot reads what."""
    view = await opened(client, engine, modal(asked()))
    bot.answer(body)

    await ilse.submit({"pick": "a"})

    assert ilse.view["id"] == view
    assert len(ilse.notices()) == 2


async def test_a_form_that_nobody_took_stays_open(
    bot: FakeBot, client: AsyncWebClient, engine: Engine, ilse: Hands
) -> None:
    """After an error of the bot the answers are still there, to be sent again."""
    await opened(client, engine, modal(asked()))
    bot.answer(status=500)

    await ilse.submit({"pick": "a"})

    assert len(ilse.notices()) == 1
    assert ilse.view["state"]["values"]["pick"]["pick"]["selected_option"]["value"] == "a"
