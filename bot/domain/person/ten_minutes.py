"""Ask a supervisor for ten minutes of the next hour: the choice, its preview, and the message."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from bot.content.catalogue import LanguagePack
from bot.conversation import SendStatus
from bot.domain import surface
from bot.elements import (
    ActionRow,
    Banner,
    Button,
    Caption,
    ContactLink,
    Divider,
    Element,
    Form,
    Message,
    Text,
)
from bot.errors import StaleFormError, UnknownAnswerError

PURPOSES = ("think", "rehearse", "heard")
"""What the ten minutes are for. No code of a debrief, so that the message proves none."""

MAX_SUPERVISORS = 10
"""Maximum number of supervisors to choose from; a phone displays no more at a glance."""


@dataclass(frozen=True)
class MinutesRequest:
    """A request for ten minutes of one supervisor.

    ``nonce`` is random for each preview: a preview is sent once, another one again.
    """

    purpose: str
    supervisor_id: str
    nonce: str = ""


class AskStatus(Enum):
    """Result of sending a request; the value is the key of its sentence."""

    SENT = "sent"
    BUSY = "busy"
    """Rejected for now: it can be sent again."""
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    """It may or may not have arrived."""
    REPEATED = "repeated"
    """The preview was submitted before; nothing was sent this time."""


_STATUS_BY_RESULT = {
    SendStatus.SENT: AskStatus.SENT,
    SendStatus.RETRY_LATER: AskStatus.BUSY,
    SendStatus.UNKNOWN: AskStatus.IN_DOUBT,
}


def status_of_result(status: SendStatus) -> AskStatus:
    """Return what *status* of the product's API means for the person who asks."""
    return _STATUS_BY_RESULT.get(status, AskStatus.REFUSED)


def parse_request(data: str) -> MinutesRequest:
    """Parse the data of a button or of the preview; UnknownAnswerError for an unknown purpose."""
    purpose, _, rest = data.partition(":")
    nonce, _, supervisor_id = rest.partition(":")
    if purpose not in PURPOSES:
        raise UnknownAnswerError
    return MinutesRequest(purpose, supervisor_id, nonce)


def encode_request(request: MinutesRequest) -> str:
    """Encode a request for the data of a button or of the preview."""
    return f"{request.purpose}:{request.nonce}:{request.supervisor_id}"


def require_supervisor(request: MinutesRequest, supervisor_ids: tuple[str, ...]) -> None:
    """Raise StaleFormError unless *request* is to one of the person's own supervisors."""
    if request.supervisor_id not in supervisor_ids:
        raise StaleFormError


def build_ask_row(words: LanguagePack, supervisor_ids: tuple[str, ...]) -> tuple[ActionRow, ...]:
    """Build the button that opens the choice, without any data; none without a supervisor."""
    return (ActionRow((build_ask_button(words),)),) if supervisor_ids else ()


def build_ask_button(words: LanguagePack) -> Button:
    """Build the button that opens the choice; the same on every page, so that it tells nothing."""
    return Button("ask.open", words.translate("ask.step.open"), opens_form=True)


def build_choice_form(words: LanguagePack, supervisor_ids: tuple[str, ...]) -> Form:
    """Build the choice of what the ten minutes are for, below each supervisor's mention."""
    body: tuple[Element, ...] = (
        Text(words.translate("ask.intro" if supervisor_ids else "ask.nobody")),
        *_build_choices(words, supervisor_ids[:MAX_SUPERVISORS]),
    )
    return surface.build_note_form(words, words.translate("ask.title"), body)


def build_preview_form(
    request: MinutesRequest,
    message: Message,
    words: LanguagePack,
    failure: AskStatus | None = None,
) -> Form:
    """Build the form that shows *message* before it is sent; above it why it was not sent yet."""
    who = words.mention_people((request.supervisor_id,))
    warning = (
        (
            Banner(words.translate(f"ask.status.{failure.value}")),
            ContactLink(request.supervisor_id, words.translate("ask.write")),
        )
        if failure
        else ()
    )
    return Form(
        "ask",
        words.translate("ask.title"),
        (
            *warning,
            Text(words.translate("ask.preview", who=who)),
            Divider(),
            *message.body,
        ),
        submit=words.translate("ask.submit"),
        close=words.translate("common.cancel"),
        data=encode_request(request),
    )


def build_status_form(request: MinutesRequest, status: AskStatus, words: LanguagePack) -> Form:
    """Build the form that states what became of the request; it can be sent no second time."""
    contact = ContactLink(request.supervisor_id, words.translate("ask.write"))
    body: tuple[Element, ...] = (
        Text(words.mention_people((request.supervisor_id,))),
        Text(words.translate(f"ask.status.{status.value}")),
        *(() if status is AskStatus.SENT else (contact,)),
    )
    return surface.build_note_form(words, words.translate("ask.title"), body)


def render_message(request: MinutesRequest, person_id: str, words: LanguagePack) -> Message:
    """Render the message to the supervisor, which always names the person who asks."""
    who = words.mention_people((person_id,))
    return Message(
        words.translate("ask.message.summary"),
        (
            Text(words.translate(f"ask.message.{request.purpose}", who=who)),
            Caption(words.translate("ask.message.note")),
            ContactLink(person_id, words.translate("ask.message.write")),
        ),
    )


def _build_choices(words: LanguagePack, supervisor_ids: tuple[str, ...]) -> Iterator[Element]:
    """Yield each supervisor's mention and buttons; several are numbered, in the labels too."""
    is_numbered = len(supervisor_ids) > 1
    for number, supervisor_id in enumerate(supervisor_ids, 1):
        mention = words.mention_people((supervisor_id,))
        yield Text(
            words.translate("ask.person", number=number, who=mention) if is_numbered else mention
        )
        yield ActionRow(
            tuple(
                _build_choice(purpose, supervisor_id, number if is_numbered else 0, words)
                for purpose in PURPOSES
            )
        )


def _build_choice(purpose: str, supervisor_id: str, number: int, words: LanguagePack) -> Button:
    label = words.translate(f"ask.step.{purpose}")
    if number:
        label = words.translate("ask.choice", label=label, number=number)
    data = encode_request(MinutesRequest(purpose, supervisor_id))
    return Button("ask.preview", label, data, opens_form=True)
