"""Renderers of messages, forms and the home page as complete Adaptive Cards."""

from collections.abc import Mapping
from dataclasses import replace

from bot.chat.msteams.action_data import Answers, CardContext, CardSurface
from bot.chat.msteams.render import actions
from bot.chat.msteams.render.blocks import render_blocks, render_mentions
from bot.chat.msteams.render.composition import (
    Card,
    RenderContext,
    RenderResources,
    render_heading,
    render_lines,
    render_literal_text,
    render_panel,
)
from bot.elements import (
    FIELD_TYPES,
    ChannelField,
    ChoiceField,
    DateField,
    Element,
    Fold,
    Form,
    Home,
    Message,
    NameField,
    PeopleField,
    Text,
    TimeField,
    flatten_folds,
)

CARD_VERSION = "1.5"
"""Latest Adaptive Cards schema version that every Teams client renders."""

MAX_CARD_BYTES = 28 * 1024
"""Maximum bytes of a card: a limit of this project, far below the one that Teams enforces."""
_SINGLE_VALUE_FIELDS = (TimeField, DateField, ChannelField, NameField)
"""Field types whose ``initial`` is one string, not a tuple of codes."""


def render_message(message: Message, card_context: CardContext, resources: RenderResources) -> Card:
    """Render a message as a card; its summary is sent as the notification beside the card."""
    render_context = RenderContext(card_context, resources)
    return _build_card(
        render_blocks(message.body, render_context),
        render_context,
        message.summary,
        render_mentions(message.body, render_context),
    )


def render_form(
    form: Form,
    card_context: CardContext,
    resources: RenderResources,
    *,
    field_errors: Mapping[str, str] | None = None,
) -> Card:
    """Render a form for a dialog, or inside a card in the chat, as *card_context* requires.

    A dialog has the form's title in its header. After a failed validation, *field_errors* are
    rendered under their fields, by field id.
    """
    render_context = RenderContext(card_context, resources)
    body = [
        *(
            []
            if card_context.surface is CardSurface.DIALOG
            else [render_heading(form.title, is_large=True)]
        ),
        *_render_unplaced_errors(form, field_errors or {}, render_context),
        *render_blocks(form.body, render_context, field_errors),
    ]
    if any(isinstance(element, ChoiceField) and element.refreshes_form for element in form.body):
        body.append(actions.render_refresh_button(form, render_context))
    texts = (Text((field_errors or {}).get("", "")), *form.body)
    card = _build_card(body, render_context, form.title, render_mentions(texts, render_context))
    form_buttons = list(actions.render_form_buttons(form, render_context))
    return card | ({"actions": form_buttons} if form_buttons else {})


def fill_form(form: Form, answers: Answers) -> Form:
    """Return *form* with *answers* as the initial values of its fields, by field id."""
    return replace(form, body=tuple(_fill_field(element, answers) for element in form.body))


def render_home(home: Home, card_context: CardContext, resources: RenderResources) -> Card:
    """Render a person's home page as a card in their private chat.

    The card stays in the chat, so Teams renders it again whenever it comes into view: what it
    says about the next check-in would otherwise lie in the past one day.
    """
    render_context = RenderContext(card_context, resources)
    title = resources.words.translate("manifest.name")
    card = _build_card(
        render_blocks(home.body, render_context),
        render_context,
        title,
        render_mentions(home.body, render_context),
    )
    return card | {"refresh": actions.render_home_refresh(title, render_context)}


def _build_card(
    body: list[Card], render_context: RenderContext, summary: str, mention_entities: list[Card]
) -> Card:
    """Build a card with its language and a fallback text for clients that do not render it."""
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": CARD_VERSION,
        "lang": render_context.resources.words.language.partition("-")[0],
        "fallbackText": summary,
        **({"msteams": {"entities": mention_entities}} if mention_entities else {}),
        "body": body,
    }


def _render_unplaced_errors(
    form: Form, field_errors: Mapping[str, str], render_context: RenderContext
) -> list[Card]:
    """Render the errors of fields that are no longer in the form, above its body.

    The form's own, of the id ``""``, has inline markup; the others are literal.
    """
    fields = (element for element in flatten_folds(form.body) if isinstance(element, FIELD_TYPES))
    field_ids = {element.id for element in fields}
    panels: list[Card] = []
    for field_id, error in field_errors.items():
        text = f"\N{WARNING SIGN} {error}"
        if not field_id:
            lines = render_lines(text, render_context, weight="Bolder")
            panels.append(render_panel("warning", *lines))
        elif field_id not in field_ids:
            panels.append(render_panel("warning", render_literal_text(text, weight="Bolder")))
    return panels


def _fill_field(element: Element, answers: Answers) -> Element:
    """Return a field with its answer as the initial value, also in a fold; others unchanged."""
    if isinstance(element, Fold):
        return replace(element, body=tuple(_fill_field(inner, answers) for inner in element.body))
    if isinstance(element, ChoiceField | PeopleField) and element.id in answers:
        return replace(element, initial=answers[element.id])
    if isinstance(element, _SINGLE_VALUE_FIELDS) and element.id in answers:
        return replace(element, initial=next(iter(answers[element.id]), ""))
    return element
