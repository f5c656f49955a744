from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.catalogue import load_catalogue
from bot.conversation import SendStatus
from bot.domain.debriefs import guides
from bot.domain.debriefs.debrief_form import Debrief
from bot.domain.person import home_page, ten_minutes
from bot.domain.person.personal_data import PersonalData
from bot.domain.person.ten_minutes import PURPOSES, AskStatus, MinutesRequest
from bot.elements import ActionRow, Banner, Button, Caption, ContactLink, Element, Text
from bot.errors import StaleFormError, UnknownAnswerError
from tests.chat.screens import NEW_CLINICIAN

CATALOGUE = load_catalogue()
WORDS = CATALOGUE.get_pack("en")
REQUEST = MinutesRequest("think", "U0SUPER", "n1")
MESSAGE = ten_minutes.render_message(REQUEST, "U0ROWAN", WORDS)


def list_buttons(body: tuple[Element, ...], name: str) -> list[Button]:
    """Return the buttons called *name* of a body."""
    controls = chain.from_iterable(e.controls for e in body if isinstance(e, ActionRow))
    return [item for item in controls if isinstance(item, Button) and item.name == name]


def body_text(body: tuple[Element, ...]) -> str:
    """Return the texts of a body."""
    return "\n".join(e.text for e in body if isinstance(e, Text | Caption | Banner))


@pytest.mark.parametrize("language", CATALOGUE.languages)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_message_names_the_person(purpose: str, language: str) -> None:
    """The message names who asks, in one sentence of the supervisor's language."""
    words = CATALOGUE.get_pack(language)
    message = ten_minutes.render_message(MinutesRequest(purpose, "U0SUPER"), "U0ROWAN", words)

    sentence = words.translate(f"ask.message.{purpose}", who="@{U0ROWAN}")
    assert message.body[0] == Text(sentence)
    assert [e for e in message.body if isinstance(e, ContactLink)] == [
        ContactLink("U0ROWAN", words.translate("ask.message.write"))
    ]


def test_each_purpose_has_its_sentence() -> None:
    """To think, to rehearse and to be heard are three sentences."""
    messages = {
        ten_minutes.render_message(MinutesRequest(purpose, "U1"), "U2", WORDS).body
        for purpose in PURPOSES
    }

    assert len(messages) == len(PURPOSES) == 3


def test_the_guides_button_is_that_of_the_home_page() -> None:
    """The guide of every debrief and the home page have one and the same button, without data."""
    page = home_page.render_home_page(
        PersonalData(NEW_CLINICIAN, supervisor_ids=("U1",)), WORDS, ()
    )
    pages = [page.body]
    for form in ("away", "against"):
        guide = guides.build_guide_form(Debrief(form, "touched"), WORDS, supervisors=("U1",))
        pages.append(guide.body)

    buttons = [list_buttons(body, "ask.open") for body in pages]
    assert buttons == [[ten_minutes.build_ask_button(WORDS)]] * 3
    assert buttons[0][0].data == ""


def test_without_a_supervisor_there_is_no_button() -> None:
    """Without a supervisor to ask, neither the guide nor the home page has the button."""
    page = home_page.render_home_page(PersonalData(NEW_CLINICIAN), WORDS, ())
    guide = guides.build_guide_form(Debrief("away", "touched"), WORDS)

    assert not list_buttons(page.body, "ask.open") + list_buttons(guide.body, "ask.open")


@pytest.mark.parametrize(("count", "limit"), [(1, 1), (3, 3), (12, 10)])
def test_each_supervisor_has_three_buttons(count: int, limit: int) -> None:
    """Below each supervisor's mention are three buttons that name them in their data."""
    ids = tuple(f"U{number}" for number in range(count))
    buttons = list_buttons(ten_minutes.build_choice_form(WORDS, ids).body, "ask.preview")

    requests = [ten_minutes.parse_request(button.data) for button in buttons]
    assert requests == [MinutesRequest(p, i) for i in ids[:limit] for p in PURPOSES]


def test_without_a_supervisor_the_form_explains_it() -> None:
    """The choice of a team without another supervisor has no button, and says why."""
    form = ten_minutes.build_choice_form(WORDS, ())

    assert body_text(form.body) == WORDS.translate("ask.nobody")


@pytest.mark.parametrize("failure", [None, AskStatus.BUSY, AskStatus.REFUSED])
def test_the_preview_ends_with_the_message(failure: AskStatus | None) -> None:
    """The preview contains the message, and after a failure begins with it."""
    form = ten_minutes.build_preview_form(REQUEST, MESSAGE, WORDS, failure)

    assert form.body[-len(MESSAGE.body) :] == MESSAGE.body
    assert ten_minutes.parse_request(form.data) == REQUEST
    banners = [e.text for e in form.body[:1] if isinstance(e, Banner)]
    assert banners == ([WORDS.translate(f"ask.status.{failure.value}")] if failure else [])


@pytest.mark.parametrize("status", AskStatus)
def test_a_status_offers_to_write_unless_it_was_sent(status: AskStatus) -> None:
    """Whatever did not certainly arrive is followed by a link to write to the supervisor."""
    form = ten_minutes.build_status_form(REQUEST, status, WORDS)

    links = [e for e in form.body if isinstance(e, ContactLink)]
    assert bool(links) is (status is not AskStatus.SENT)
    assert WORDS.translate(f"ask.status.{status.value}") in body_text(form.body)
    assert form.submit == ""


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (SendStatus.SENT, AskStatus.SENT),
        (SendStatus.RETRY_LATER, AskStatus.BUSY),
        (SendStatus.UNKNOWN, AskStatus.IN_DOUBT),
        (SendStatus.FAILED, AskStatus.REFUSED),
        (SendStatus.ADDRESS_UNREACHABLE, AskStatus.REFUSED),
        (SendStatus.REJECTED_BY_WORKSPACE, AskStatus.REFUSED),
    ],
)
def test_each_result_has_a_status(result: SendStatus, status: AskStatus) -> None:
    """Only a message that was certainly not posted may be sent again."""
    assert ten_minutes.status_of_result(result) is status


@given(
    st.sampled_from(PURPOSES),
    st.text(),
    st.text(alphabet="0123456789abcdef"),
)
def test_a_request_is_encoded_and_parsed(purpose: str, supervisor_id: str, nonce: str) -> None:
    """An encoded request is parsed to the same request, whatever the product's ids contain."""
    request = MinutesRequest(purpose, supervisor_id, nonce)

    assert ten_minutes.parse_request(ten_minutes.encode_request(request)) == request


@pytest.mark.parametrize("data", ["", "complain::U1", "U1"])
def test_an_unknown_purpose_is_refused(data: str) -> None:
    """A forged purpose is refused."""
    with pytest.raises(UnknownAnswerError):
        ten_minutes.parse_request(data)


def test_nobody_but_a_supervisor_is_asked() -> None:
    """A request to a person who is no supervisor of the team is refused."""
    ten_minutes.require_supervisor(REQUEST, ("U0SUPER",))
    with pytest.raises(StaleFormError):
        ten_minutes.require_supervisor(REQUEST, ("U0OTHER",))
