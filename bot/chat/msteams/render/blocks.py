"""Renderers of message and form elements as Adaptive Card blocks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from bot.chat.msteams.action_data import CardSurface
from bot.chat.msteams.render import actions, markup
from bot.chat.msteams.render.charts import render_chart
from bot.chat.msteams.render.composition import (
    Card,
    RenderContext,
    render_caption,
    render_heading,
    render_lines,
    render_literal_text,
    render_panel,
)
from bot.chat.msteams.render.inputs import render_field
from bot.elements import (
    FIELD_TYPES,
    ActionRow,
    Banner,
    Caption,
    Chart,
    Code,
    ContactLink,
    Divider,
    Element,
    Fold,
    Heading,
    Quote,
    Text,
    flatten_folds,
)

_LEVEL_ICONS = {"warning": "\N{WARNING SIGN}", "info": "\N{INFORMATION SOURCE}"}


def render_blocks(
    body: Sequence[Element],
    render_context: RenderContext,
    field_errors: Mapping[str, str] | None = None,
) -> list[Card]:
    """Render the elements of *body* in order, with *field_errors* (by field id) under their fields.

    Adaptive Cards have no divider element: the next block has a separator line above it.
    """
    blocks: list[Card] = []
    has_pending_divider = False
    for index, element in enumerate(body):
        if isinstance(element, Divider):
            has_pending_divider = True
            continue
        element_blocks = _render_element(element, render_context, f"row{index}", field_errors or {})
        if has_pending_divider and element_blocks:
            element_blocks[0] |= {"separator": True, "spacing": "Large"}
            has_pending_divider = False
        blocks += element_blocks
    return blocks


def render_mentions(body: Sequence[Element], render_context: RenderContext) -> list[Card]:
    """Build the mention entities of a body, which map each mention's text to a person's id."""
    names = render_context.resources.display_names
    mention_names = {
        person_id: names.mention_name(person_id) for person_id in _find_mentioned_people(body)
    }
    return [
        {
            "type": "mention",
            "text": markup.mention_tag(name),
            "mentioned": {"id": person_id, "name": name},
        }
        for person_id, name in mention_names.items()
        if name
    ]


def _find_mentioned_people(body: Sequence[Element]) -> Iterator[str]:
    for element in flatten_folds(body):
        if isinstance(element, Text | Caption):
            yield from markup.find_mentions(element.text)


def _render_element(
    element: Element, render_context: RenderContext, row_id: str, field_errors: Mapping[str, str]
) -> list[Card]:
    if isinstance(element, FIELD_TYPES):
        return render_field(element, render_context, field_errors.get(element.id, ""))
    if isinstance(element, ActionRow):
        return actions.render_action_row(element, render_context, row_id)
    if isinstance(element, Fold):
        return _render_fold(element, render_context, row_id, field_errors)
    return _RENDERERS[type(element)](element, render_context)


def _render_fold(
    element: Fold, render_context: RenderContext, row_id: str, field_errors: Mapping[str, str]
) -> list[Card]:
    """Render a fold of a form as a container that a button shows and hides, without a request.

    It is open from the start if one of its fields has an answer or an error, so that nobody submits
    an answer unseen; inputs in it are always submitted.
    """
    items = render_blocks(element.body, render_context, field_errors)
    if render_context.card_context.surface in {CardSurface.MESSAGE, CardSurface.HOME}:
        return items
    fields = [field for field in element.body if isinstance(field, FIELD_TYPES)]
    is_open = any(field.initial or field.id in field_errors for field in fields)
    panel: Card = {
        "type": "Container",
        "id": f"{row_id}.fold",
        "isVisible": is_open,
        "items": items,
    }
    toggle = actions.render_toggle(element.label, f"{row_id}.fold")
    return [{"type": "ActionSet", "actions": [toggle]}, panel]


def _render_heading(element: Heading, _render_context: RenderContext) -> list[Card]:
    return [render_heading(element.text)]


def _render_text(element: Text, render_context: RenderContext) -> list[Card]:
    return render_lines(element.text, render_context)


def _render_caption(element: Caption, render_context: RenderContext) -> list[Card]:
    return render_caption(element.text, render_context)


def _render_quote(element: Quote, _render_context: RenderContext) -> list[Card]:
    """Render a quote as a RichTextBlock, which parses no markup."""
    text_run = {"type": "TextRun", "text": element.text, "italic": True}
    return [render_panel("emphasis", {"type": "RichTextBlock", "inlines": [text_run]})]


def _render_code(element: Code, _render_context: RenderContext) -> list[Card]:
    """Render a code block as a RichTextBlock, which parses no markup."""
    text_run = {"type": "TextRun", "text": element.text, "fontType": "Monospace"}
    return [render_panel("emphasis", {"type": "RichTextBlock", "inlines": [text_run]})]


def _render_banner(element: Banner, _render_context: RenderContext) -> list[Card]:
    """Render a banner; its icon repeats the level for clients that show no colours."""
    style = "warning" if element.level == "warning" else "accent"
    text = f"{_LEVEL_ICONS[element.level]} {element.text}"
    return [render_panel(style, render_literal_text(text, weight="Bolder"))]


def _render_contact_link(element: ContactLink, render_context: RenderContext) -> list[Card]:
    """Render a deep link to the chat with a person: the clinician writes there, not the bot.

    Microsoft documents this deep link for e-mail addresses only. Its own app templates also use
    it with the person's object id, the only identifier that the bot stores.
    """
    query = {
        "users": f"8:orgid:{element.person_id}",
        "tenantId": render_context.resources.tenant_id,
    }
    url = f"https://teams.microsoft.com/l/chat/0/0?{urlencode(query, quote_via=quote, safe='')}"
    action = {"type": "Action.OpenUrl", "title": element.label, "url": url}
    return [{"type": "ActionSet", "actions": [action]}]


def _render_chart_with_text(element: Chart, render_context: RenderContext) -> list[Card]:
    """Render a chart with its title above it and its text equivalent below."""
    return [
        render_heading(element.title),
        render_chart(element),
        *render_lines(element.text_equivalent, render_context),
    ]


_RENDERERS: Mapping[type[Any], Callable[[Any, RenderContext], list[Card]]] = {
    Heading: _render_heading,
    Text: _render_text,
    Caption: _render_caption,
    Quote: _render_quote,
    Code: _render_code,
    Banner: _render_banner,
    ContactLink: _render_contact_link,
    Chart: _render_chart_with_text,
}
