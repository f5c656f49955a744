from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import Surface
from bot.elements import Form, Message
from bot.errors import UnknownAnswerError
from handlers import BUTTONS, COMMANDS, drill
from tests.sample_team import MARIE, build_request, reply_text, steps_by_name

run_command = COMMANDS["tip"].handle_request


@pytest.mark.parametrize(
    ("keyword", "language"), [("practice", "en"), ("pratique", "fr-CA"), ("练习", "zh-Hans")]
)
async def test_the_command_shows_a_line(context: Context, keyword: str, language: str) -> None:
    """In each language the keyword shows one client's line at the easy level."""
    request = replace(build_request(MARIE, keyword), language=language)
    words = context.catalogue.get_pack(language)

    text = reply_text(await run_command(request, context))

    assert [item.id for item in words.drills if item.lines[0] in text]
    assert words.translate("drill.alone") in text


async def test_a_button_shows_its_line(context: Context) -> None:
    """A button shows the line of its data, in a conversation or in a form."""
    request = build_request(MARIE, data="detour:2:0")
    line = context.catalogue.get_pack("en").drills[2].lines[1]

    message = await BUTTONS["tip.drill"](request, context)
    form = await BUTTONS["tip.drill"](replace(request, surface=Surface.FORM), context)

    assert isinstance(message, Message)
    assert isinstance(form, Form)
    assert line in reply_text(message)
    assert message.body == form.body


async def test_forged_data_is_refused(context: Context) -> None:
    """Data that no button offers raises UnknownAnswerError."""
    with pytest.raises(UnknownAnswerError):
        await drill.show_drill(build_request(MARIE, data="detour:9:0"), context)


async def test_the_list_of_tips_leads_to_the_lines(context: Context) -> None:
    """The list of situations and topics has a button to the list of lines."""
    tip_list = await run_command(build_request(MARIE, "list"), context)
    assert "tip.drills" in steps_by_name(tip_list)

    drill_list = await BUTTONS["tip.drills"](build_request(MARIE), context)

    assert all(item.title in str(drill_list) for item in context.catalogue.get_pack("en").drills)
