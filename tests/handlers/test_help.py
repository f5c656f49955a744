import pytest

from bot.context import Context
from bot.elements import Form, Message
from handlers import BUTTONS, COMMANDS, FORMS
from tests.sample_team import MARIE, build_request, reply_text


async def test_help_names_every_command(context: Context) -> None:
    """One overview, whatever was typed after it."""
    reply = reply_text(await COMMANDS["help"].handle_request(build_request(MARIE), context))

    assert all(f"/{name}" in reply for name in COMMANDS if name != "help")


async def test_help_from_ones_own_page_opens_as_a_form(context: Context) -> None:
    """There is no conversation on one's own page to answer in."""
    reply = await BUTTONS["help.open"](build_request(MARIE, channel=""), context)

    assert isinstance(reply, Form)


async def test_what_is_kept_reads_the_same_for_everybody(context: Context) -> None:
    """The answer in a channel says nothing about the person who asked."""
    reply = await BUTTONS["kept"](build_request(MARIE), context)

    assert isinstance(reply, Message)
    assert "Whether you filed a debrief" in reply_text(reply)


@pytest.mark.parametrize("name", ["note", "notice", "thanks"])
async def test_a_form_that_was_only_read_needs_no_answer(context: Context, name: str) -> None:
    """Putting it away is all there is to do."""
    assert await FORMS[name](build_request(MARIE, answers={}), context) is None
