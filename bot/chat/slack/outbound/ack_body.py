"""Build the JSON body of the HTTP response to Slack's request; pure functions without I/O."""

from collections.abc import Mapping
from typing import Any

from bot.chat.slack.inbound.requests import Interaction, Origin
from bot.chat.slack.outbound.rejected_form import build_rejected_view
from bot.chat.slack.render import surfaces
from bot.conversation import InvalidAnswers, Reply
from bot.elements import Form, Message, Text

Body = dict[str, Any]
"""A JSON response body."""


def build_ack_body(reply: Reply, interaction: Interaction) -> Body | None:
    """Return the response body for *reply*; ``{}`` is a bare acknowledgement.

    Returns ``None`` when the reply needs a Web API call after the response.
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
    """Return the body that shows *waiting_text* in the submitted form until the reply is sent."""
    return _build_update_body(build_waiting_form(interaction, waiting_text), interaction)


def build_waiting_form(interaction: Interaction, waiting_text: str) -> Form:
    """Return the form that shows *waiting_text* in place of the submitted one."""
    return Form("waiting", interaction.reply_target.view_title, (Text(waiting_text),))


def reply_as_form(reply: Message | Form, interaction: Interaction) -> Form:
    """Return a form as it is, or a message as a form without fields."""
    return (
        reply
        if isinstance(reply, Form)
        else surfaces.message_as_form(reply, interaction.reply_target.view_title)
    )


def errors_as_message(invalid: InvalidAnswers) -> Message:
    """Return validation errors as a message, for surfaces without input blocks."""
    sentences = tuple(invalid.errors.values())
    return Message(" ".join(sentences), tuple(map(Text, sentences)))


def _build_submission_body(reply: Reply, interaction: Interaction) -> Body | None:
    if isinstance(reply, InvalidAnswers):
        target = interaction.reply_target
        errors = assign_errors_to_fields(reply.errors, target.field_ids)
        if "" in errors:
            view = build_rejected_view(target.open_view, errors)
            return {"response_action": "update", "view": view}
        return {"response_action": "errors", "errors": errors}
    if isinstance(reply, Message | Form):
        return _build_update_body(reply_as_form(reply, interaction), interaction)
    return None


def _build_update_body(form: Form, interaction: Interaction) -> Body:
    team_id = surfaces.extract_team_id(interaction.request.person.workspace)
    view = surfaces.render_form(
        form,
        team_id,
        from_home=interaction.reply_target.from_home,
        channel=interaction.request.channel,
    )
    return {"response_action": "update", "view": view}


def assign_errors_to_fields(
    errors: Mapping[str, str], field_ids: tuple[str, ...]
) -> dict[str, str]:
    """Return a dict of errors by block id; an error with an unknown id is moved to the first field.

    Slack does not show an error whose key is no block id of the view. The key ``""`` is the form
    itself, and the default for a form without fields.
    """
    field_errors: dict[str, str] = {}
    for name, sentence in errors.items():
        first_id = field_ids[0] if field_ids else ""
        field_id = name if name in {"", *field_ids} else first_id
        previous = field_errors.get(field_id)
        field_errors[field_id] = f"{previous} {sentence}" if previous is not None else sentence
    return field_errors
