"""Every element of a body as the blocks of an Adaptive Card."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from bot.chat.msteams.render import actions, markup
from bot.chat.msteams.render.charts import render_chart
from bot.chat.msteams.render.composition import (
    Card,
    RenderContext,
    literal_text,
    render_caption,
    render_heading,
    render_lines,
    render_panel,
)
from bot.chat.msteams.render.inputs import render_field
from bot.elements import (
    FIELD_TYPES,
    ActionRow,
    Banner,
    Caption,
    Chart,
    ContactLink,
    Divider,
    Element,
    Heading,
    Quote,
    Text,
)

_LEVEL_ICONS = {"warning": "\N{WARNING SIGN}", "info": "\N{INFORMATION SOURCE}"}


def render_blocks(
    body: Sequence[Element],
    render_context: RenderContext,
    field_errors: Mapping[str, str] | None = None,
) -> list[Card]:
    """Return a body's elements in order; *faults* stand under their fields, by id.

    Teams has no rule of its own: what comes after a divider has one above it.
    """
    shown: list[Card] = []
    divided = False
    for place, element in enumerate(body):
        if isinstance(element, Divider):
            divided = True
            continue
        made = _render_element(element, render_context, f"row{place}", field_errors or {})
        if divided and made:
            made[0] |= {"separator": True, "spacing": "Large"}
            divided = False
        shown += made
    return shown


def render_mentions(body: Sequence[Element], render_context: RenderContext) -> list[Card]:
    """Return what tells Teams who is meant by each mention in a body."""
    names = render_context.resources.display_names
    found = {person: names.mention_name(person) for person in _find_mentioned_people(body)}
    return [
        {
            "type": "mention",
            "text": markup.mention_tag(name),
            "mentioned": {"id": person, "name": name},
        }
        for person, name in found.items()
        if name
    ]


def _find_mentioned_people(body: Sequence[Element]) -> Iterator[str]:
    for element in body:
        if isinstance(element, Text | Caption):
            yield from markup.find_mentions(element.text)


def _render_element(
    element: Element, render_context: RenderContext, row_id: str, field_errors: Mapping[str, str]
) -> list[Card]:
    if isinstance(element, FIELD_TYPES):
        return render_field(element, render_context, field_errors.get(element.id, ""))
    if isinstance(element, ActionRow):
        return actions.render_action_row(element, render_context, row_id)
    return _RENDERERS[type(element)](element, render_context)


def _render_heading(element: Heading, _render_context: RenderContext) -> list[Card]:
    return [render_heading(element.text)]


def _render_text(element: Text, render_context: RenderContext) -> list[Card]:
    return render_lines(element.text, render_context)


def _render_caption(element: Caption, render_context: RenderContext) -> list[Card]:
    return render_caption(element.text, render_context)


def _render_quote(element: Quote, _render_context: RenderContext) -> list[Card]:
    """Show a sentence that could be said aloud; rich text reads no markup in it."""
    said = {"type": "TextRun", "text": element.text, "italic": True}
    return [render_panel("emphasis", {"type": "RichTextBlock", "inlines": [said]})]


def _render_banner(element: Banner, _render_context: RenderContext) -> list[Card]:
    """Show what nobody may miss; its sign says how grave it is where colours do not."""
    style = "warning" if element.level == "warning" else "accent"
    said = f"{_LEVEL_ICONS[element.level]} {element.text}"
    return [render_panel(style, literal_text(said, weight="Bolder"))]


def _render_contact_link(element: ContactLink, render_context: RenderContext) -> list[Card]:
    """Link to the chat with a person: Teams opens it, and the clinician writes, not the bot.

    Microsoft documents this link for e-mail addresses alone. Its own app templates use it
    with the person's id in the organisation too, which is all that the bot knows of them.
    """
    known = {
        "users": f"8:orgid:{element.person_id}",
        "tenantId": render_context.resources.tenant_id,
    }
    url = f"https://teams.microsoft.com/l/chat/0/0?{urlencode(known, quote_via=quote)}"
    opened = {"type": "Action.OpenUrl", "title": element.label, "url": url}
    return [{"type": "ActionSet", "actions": [opened]}]


def _render_chart_with_text(element: Chart, render_context: RenderContext) -> list[Card]:
    """Draw the shares under their title, and say them in words."""
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
    Banner: _render_banner,
    ContactLink: _render_contact_link,
    Chart: _render_chart_with_text,
}
