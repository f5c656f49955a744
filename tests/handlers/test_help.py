import pytest

from bot.context import Context
from bot.conversation import Surface
from bot.elements import Form, Message
from bot.keywords import UNKNOWN_KEYWORD
from handlers import BUTTONS, COMMANDS, FORMS
from tests.sample_team import MARIE, build_request, reply_text


async def test_help_names_every_command(context: Context) -> None:
    """The overview names every command, whatever was typed after it."""
    reply = reply_text(await COMMANDS["help"].handle_request(build_request(MARIE), context))

    assert all(f"/{name}" in reply for name in COMMANDS if name != "help")


async def test_help_on_the_home_page_opens_a_form(context: Context) -> None:
    """On the home page there is no conversation to reply in."""
    reply = await BUTTONS["help.open"](build_request(MARIE, surface=Surface.HOME), context)

    assert isinstance(reply, Form)


async def test_the_privacy_notice_is_the_same_for_every_reader(context: Context) -> None:
    """The reply in a channel reveals nothing about the person who pressed the button."""
    reply = await BUTTONS["kept"](build_request(MARIE), context)

    assert isinstance(reply, Message)
    assert "whether you filed one" in reply_text(reply)


@pytest.mark.parametrize("name", ["note", "notice", "thanks"])
async def test_a_form_without_fields_closes(context: Context, name: str) -> None:
    """A form without fields closes."""
    assert await FORMS[name](build_request(MARIE, answers={}), context) is None


async def test_checkin_help_and_unknown_keywords_show_the_usage(context: Context) -> None:
    """The usage names what a supervisor cannot see."""
    run_command = COMMANDS["checkin"].handle_request
    usage = await run_command(build_request(MARIE, "help"), context)

    assert await run_command(build_request(MARIE, UNKNOWN_KEYWORD), context) == usage
    assert "cannot see whether you joined" in reply_text(usage)


async def test_rupture_help_shows_the_usage(context: Context) -> None:
    """The usage names both keywords, and that other words are discarded."""
    usage = reply_text(
        await COMMANDS["rupture"].handle_request(build_request(MARIE, "help"), context)
    )

    assert "/rupture guide" in usage
    assert "/rupture withdraw" in usage
    assert "thrown away" in usage
