"""The subject of an error code of a product, and the send status that follows from it."""

from enum import Enum

from bot.conversation import SendStatus


class Subject(Enum):
    """What an error code is about: it limits whose messages may end because of it."""

    PERSON = "person"
    """The addressed person, such as a closed account: their messages end."""
    CHAT = "chat"
    """The addressed private chat or channel: the messages to it end."""
    REQUEST = "request"
    """The request itself, or undetermined: this delivery fails, and the next one is sent."""
    WORKSPACE = "workspace"
    """The whole workspace or the bot's credentials: the workspace is suspended."""
    TRANSIENT = "passing"
    """A transient state of the product: the delivery is retried later, after a rest.

    The value is a label of a metric, and so does not change.
    """


_STATUS_BY_SUBJECT = {
    Subject.PERSON: SendStatus.ADDRESS_UNREACHABLE,
    Subject.CHAT: SendStatus.ADDRESS_UNREACHABLE,
    Subject.REQUEST: SendStatus.FAILED,
    Subject.WORKSPACE: SendStatus.REJECTED_BY_WORKSPACE,
    Subject.TRANSIENT: SendStatus.RETRY_LATER,
}


def choose_send_status(subject: Subject, *, is_channel: bool = False) -> SendStatus:
    """Return the send status of a message that was refused because of *subject*.

    A code about a person does not end the messages to a channel (*is_channel*): it fails one.
    """
    if subject is Subject.PERSON and is_channel:
        return SendStatus.FAILED
    return _STATUS_BY_SUBJECT[subject]
