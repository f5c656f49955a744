"""Messages, forms and a person's own page as Adaptive Cards; pure, and the same every time."""

from collections.abc import Mapping
from dataclasses import replace

from bot.chat.msteams.action_data import Answers, CardContext, Surface
from bot.chat.msteams.render import actions
from bot.chat.msteams.render.blocks import render_blocks, render_mentions
from bot.chat.msteams.render.composition import (
    Card,
    RenderContext,
    RenderResources,
    literal_text,
    render_heading,
    render_panel,
)
from bot.elements import (
    FIELD_TYPES,
    ChannelField,
    ChoiceField,
    DateField,
    Element,
    Form,
    Home,
    Message,
    NameField,
    PeopleField,
    TimeField,
)

CARD_VERSION = "1.5"
"""The newest version of Adaptive Cards that every client of Teams shows."""

MAX_CARD_BYTES = 28 * 1024
"""What a message may weigh at most: a budget of ours, well below what Teams refuses."""


_SINGLE_VALUE_FIELDS = (TimeField, DateField, ChannelField, NameField)
"""The fields that have one answer and no list of them."""


def render_message(message: Message, card_context: CardContext, resources: RenderResources) -> Card:
    """Return a message as a card; its summary goes beside the card, as the notification."""
    frame = RenderContext(card_context, resources)
    return _build_card(
        render_blocks(message.body, frame),
        frame,
        message.summary,
        render_mentions(message.body, frame),
    )


def render_form(
    form: Form,
    card_context: CardContext,
    resources: RenderResources,
    *,
    field_errors: Mapping[str, str] | None = None,
    answers: Answers | None = None,
) -> Card:
    """Return a form as what a dialog holds, or inside a card in the chat, as *stand* says.

    A dialog bears the form's title itself. After a refusal, *faults* say why under their
    fields, and *answers* are shown as they were given, by field id.
    """
    frame = RenderContext(card_context, resources)
    filled = replace(form, body=tuple(_fill_field(one, answers or {}) for one in form.body))
    body = [
        *(
            []
            if card_context.surface is Surface.DIALOG
            else [render_heading(form.title, is_large=True)]
        ),
        *_render_unplaced_errors(filled, field_errors or {}),
        *render_blocks(filled.body, frame, field_errors),
    ]
    if any(isinstance(one, ChoiceField) and one.refreshes_form for one in filled.body):
        body.append(actions.render_refresh_button(filled, frame))
    card = _build_card(body, frame, form.title, render_mentions(form.body, frame))
    ends = list(actions.render_form_buttons(filled, frame))
    return card | ({"actions": ends} if ends else {})


def render_home(home: Home, card_context: CardContext, resources: RenderResources) -> Card:
    """Return a person's own page as a card in their private chat."""
    frame = RenderContext(card_context, resources)
    title = resources.words.translate("manifest.name")
    return _build_card(
        render_blocks(home.body, frame), frame, title, render_mentions(home.body, frame)
    )


def _build_card(
    body: list[Card], render_context: RenderContext, summary: str, mention_entities: list[Card]
) -> Card:
    """Return a card that says which language it is in, and something where it is not shown."""
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": CARD_VERSION,
        "lang": render_context.resources.words.language.partition("-")[0],
        "fallbackText": summary,
        **({"msteams": {"entities": mention_entities}} if mention_entities else {}),
        "body": body,
    }


def _render_unplaced_errors(form: Form, field_errors: Mapping[str, str]) -> list[Card]:
    """Say on top what was wrong with an answer that the form no longer asks for."""
    asked = {one.id for one in form.body if isinstance(one, FIELD_TYPES)}
    said = [fault for field, fault in field_errors.items() if field not in asked]
    return [
        render_panel("warning", literal_text(f"\N{WARNING SIGN} {one}", weight="Bolder"))
        for one in said
    ]


def _fill_field(element: Element, answers: Answers) -> Element:
    """Return a field as it was answered; everything else as it is."""
    if isinstance(element, ChoiceField | PeopleField) and element.id in answers:
        return replace(element, initial=answers[element.id])
    if isinstance(element, _SINGLE_VALUE_FIELDS) and element.id in answers:
        return replace(element, initial=next(iter(answers[element.id]), ""))
    return element
