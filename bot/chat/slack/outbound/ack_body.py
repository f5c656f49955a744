"""The part of an answer that fits into the reply to Slack's own request; pure."""

from collections.abc import Mapping
from typing import Any

from bot.chat.slack.inbound.requests import Interaction, Origin
from bot.chat.slack.render import surfaces
from bot.conversation import InvalidAnswers, Reply
from bot.elements import Form, Message, Text

Body = dict[str, Any]


def build_ack_body(reply: Reply, interaction: Interaction) -> Body | None:
    """Return what goes back at once, ``{}`` for a bare acknowledgement that says it all.

    ``None`` means that the reply has to be put up afterwards, by the Web API.
    """
    if reply is None:
        return {}
    if interaction.reply_target.origin is Origin.COMMAND and isinstance(reply, Message):
        return surfaces.render_ephemeral(
            reply, surfaces.extract_team_id(interaction.request.person.workspace)
        )
    return (
        _build_submission_body(reply, interaction)
        if interaction.reply_target.origin is Origin.SUBMITTED
        else None
    )


def build_waiting_body(interaction: Interaction, waiting_text: str) -> Body:
    """Return what stands in a submitted form, under its title, while the work is under way."""
    return _build_update_body(
        Form("waiting", interaction.reply_target.view_title, (Text(waiting_text),)), interaction
    )


def reply_as_form(reply: Message | Form, interaction: Interaction) -> Form:
    """Return a reply as the form that takes the place of the open one."""
    return (
        reply
        if isinstance(reply, Form)
        else surfaces.message_as_form(reply, interaction.reply_target.view_title)
    )


def errors_as_message(invalid: InvalidAnswers) -> Message:
    """Return what cannot be kept as a message, for where there is no field to say it under."""
    sentences = tuple(invalid.errors.values())
    return Message(" ".join(sentences), tuple(map(Text, sentences)))


def _build_submission_body(reply: Reply, interaction: Interaction) -> Body | None:
    if isinstance(reply, InvalidAnswers):
        return {
            "response_action": "errors",
            "errors": _assign_errors_to_fields(reply.errors, interaction.reply_target.field_ids),
        }
    if isinstance(reply, Message | Form):
        return _build_update_body(reply_as_form(reply, interaction), interaction)
    return None


def _build_update_body(form: Form, interaction: Interaction) -> Body:
    team = surfaces.extract_team_id(interaction.request.person.workspace)
    view = surfaces.render_form(form, team, from_home=interaction.reply_target.from_home)
    return {"response_action": "update", "view": view}


def _assign_errors_to_fields(
    errors: Mapping[str, str], field_ids: tuple[str, ...]
) -> dict[str, str]:
    """Put each error under a field of the form; Slack shows none that it cannot place."""
    placed: dict[str, str] = {}
    for field, sentence in errors.items():
        at = field if field in field_ids or not field_ids else field_ids[0]
        placed[at] = f"{placed[at]} {sentence}" if at in placed else sentence
    return placed
