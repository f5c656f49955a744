import pytest

from bot.context import Desk
from bot.elements import Form, Message
from handlers import BUTTONS, COMMANDS, FORMS
from tests.sample_team import MARIE, request, text


async def test_help_names_every_command(desk: Desk) -> None:
    """One overview, whatever was typed after it."""
    reply = text(await COMMANDS["help"].handler(request(MARIE), desk))

    assert all(f"/{name}" in reply for name in COMMANDS if name != "help")


async def test_help_from_ones_own_page_opens_as_a_form(desk: Desk) -> None:
    """There is no conversation on one's own page to answer in."""
    reply = await BUTTONS["help.open"](request(MARIE, channel=""), desk)

    assert isinstance(reply, Form)


async def test_what_is_kept_reads_the_same_for_everybody(desk: Desk) -> None:
    """The answer in a channel says nothing about the person who asked."""
    reply = await BUTTONS["kept"](request(MARIE), desk)

    assert isinstance(reply, Message)
    assert "Whether you filed a debrief" in text(reply)


@pytest.mark.parametrize("name", ["note", "notice", "thanks"])
async def test_a_form_that_was_only_read_needs_no_answer(desk: Desk, name: str) -> None:
    """Putting it away is all there is to do."""
    assert await FORMS[name](request(MARIE, answers={}), desk) is None
