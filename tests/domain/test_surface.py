"""A reply has the shape of the surface on which the person acted."""

import pytest

from bot.content.catalogue import load_catalogue
from bot.conversation import Surface
from bot.domain import surface
from bot.elements import Form, Message, Text
from tests.sample_team import ADA, build_request

WORDS = load_catalogue().get_pack("en")
MESSAGE = Message("Summary", (Text("Text"),))
CONVERSATIONS = (Surface.COMMAND, Surface.MESSAGE)
ELSEWHERE = tuple(item for item in Surface if item not in CONVERSATIONS)


@pytest.mark.parametrize("item", CONVERSATIONS)
def test_a_reply_in_a_conversation_is_a_message(item: Surface) -> None:
    """It is posted as it is."""
    request = build_request(ADA, surface=item)

    assert surface.as_message_or_form(request, WORDS, "Title", MESSAGE) is MESSAGE


@pytest.mark.parametrize("item", ELSEWHERE)
def test_a_reply_elsewhere_is_a_form_to_read(item: Surface) -> None:
    """Where nothing can be posted, the same elements are in a form without a submit button."""
    request = build_request(ADA, surface=item)

    form = surface.as_message_or_form(request, WORDS, "Title", MESSAGE)

    assert isinstance(form, Form)
    assert (form.title, form.body, form.submit) == ("Title", MESSAGE.body, "")
    assert form.close == WORDS.translate("common.close")


@pytest.mark.parametrize("item", Surface)
def test_only_the_home_page_is_the_home_page(item: Surface) -> None:
    """A button on any other surface is not taken for one of the home page."""
    request = build_request(ADA, surface=item)

    assert surface.is_from_home_page(request) is (item is Surface.HOME)
