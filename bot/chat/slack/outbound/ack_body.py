"""The part of an answer that fits into the reply to Slack's own request; pure."""

from collections.abc import Mapping
from typing import Any

from bot.chat.slack.inbound.requests import Asked, Where
from bot.chat.slack.render import surfaces
from bot.conversation import Invalid, Reply
from bot.elements import Form, Message, Text

Body = dict[str, Any]


def body(reply: Reply, asked: Asked) -> Body | None:
    """Return what goes back at once, ``{}`` for a bare acknowledgement that says it all.

    ``None`` means that the reply has to be put up afterwards, by the Web API.
    """
    if reply is None:
        return {}
    if asked.place.where is Where.COMMAND and isinstance(reply, Message):
        return surfaces.ephemeral(reply, surfaces.team(asked.request.person.workspace))
    return _submitted(reply, asked) if asked.place.where is Where.SUBMITTED else None


def waiting(asked: Asked, moment: str) -> Body:
    """Return what stands in a submitted form, under its title, while the work is under way."""
    return _updated(Form("waiting", asked.place.title, (Text(moment),)), asked)


def as_form(reply: Message | Form, asked: Asked) -> Form:
    """Return a reply as the form that takes the place of the open one."""
    return reply if isinstance(reply, Form) else surfaces.reading(reply, asked.place.title)


def in_words(reply: Invalid) -> Message:
    """Return what cannot be kept as a message, for where there is no field to say it under."""
    sentences = tuple(reply.errors.values())
    return Message(" ".join(sentences), tuple(map(Text, sentences)))


def _submitted(reply: Reply, asked: Asked) -> Body | None:
    if isinstance(reply, Invalid):
        return {"response_action": "errors", "errors": _placed(reply.errors, asked.place.fields)}
    if isinstance(reply, Message | Form):
        return _updated(as_form(reply, asked), asked)
    return None


def _updated(form: Form, asked: Asked) -> Body:
    team = surfaces.team(asked.request.person.workspace)
    view = surfaces.modal(form, team, home=asked.place.home)
    return {"response_action": "update", "view": view}


def _placed(errors: Mapping[str, str], fields: tuple[str, ...]) -> dict[str, str]:
    """Put each error under a field of the form; Slack shows none that it cannot place."""
    placed: dict[str, str] = {}
    for field, sentence in errors.items():
        at = field if field in fields or not fields else fields[0]
        placed[at] = f"{placed[at]} {sentence}" if at in placed else sentence
    return placed
