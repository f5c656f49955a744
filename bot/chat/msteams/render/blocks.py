"""Every element of a body as the blocks of an Adaptive Card."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from bot.chat.msteams.render import actions, markup
from bot.chat.msteams.render.charts import chart
from bot.chat.msteams.render.composition import Card, Frame, heading, lines, literal, panel, small
from bot.chat.msteams.render.inputs import question
from bot.elements import (
    FIELDS,
    Actions,
    Banner,
    Chart,
    Contact,
    Divider,
    Element,
    Heading,
    Quote,
    Small,
    Text,
)

_SIGNS = {"warning": "\N{WARNING SIGN}", "info": "\N{INFORMATION SOURCE}"}


def blocks(
    body: Sequence[Element], frame: Frame, faults: Mapping[str, str] | None = None
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
        made = _blocks(element, frame, f"row{place}", faults or {})
        if divided and made:
            made[0] |= {"separator": True, "spacing": "Large"}
            divided = False
        shown += made
    return shown


def mentions(body: Sequence[Element], frame: Frame) -> list[Card]:
    """Return what tells Teams who is meant by each mention in a body."""
    names = frame.known.names
    found = {person: names.mentioned(person) for person in _people(body)}
    return [
        {"type": "mention", "text": markup.tag(name), "mentioned": {"id": person, "name": name}}
        for person, name in found.items()
        if name
    ]


def _people(body: Sequence[Element]) -> Iterator[str]:
    for element in body:
        if isinstance(element, Text | Small):
            yield from markup.people(element.text)


def _blocks(element: Element, frame: Frame, spot: str, faults: Mapping[str, str]) -> list[Card]:
    if isinstance(element, FIELDS):
        return question(element, frame, faults.get(element.id, ""))
    if isinstance(element, Actions):
        return actions.actions(element, frame, spot)
    return _WRITERS[type(element)](element, frame)


def _heading(element: Heading, _frame: Frame) -> list[Card]:
    return [heading(element.text)]


def _text(element: Text, frame: Frame) -> list[Card]:
    return lines(element.text, frame)


def _small(element: Small, frame: Frame) -> list[Card]:
    return small(element.text, frame)


def _quote(element: Quote, _frame: Frame) -> list[Card]:
    """Show a sentence that could be said aloud; rich text reads no markup in it."""
    said = {"type": "TextRun", "text": element.text, "italic": True}
    return [panel("emphasis", {"type": "RichTextBlock", "inlines": [said]})]


def _banner(element: Banner, _frame: Frame) -> list[Card]:
    """Show what nobody may miss; its sign says how grave it is where colours do not."""
    style = "warning" if element.level == "warning" else "accent"
    said = f"{_SIGNS[element.level]} {element.text}"
    return [panel(style, literal(said, weight="Bolder"))]


def _contact(element: Contact, frame: Frame) -> list[Card]:
    """Link to the chat with a person: Teams opens it, and the clinician writes, not the bot.

    Microsoft documents this link for e-mail addresses alone. Its own app templates use it
    with the person's id in the organisation too, which is all that the bot knows of them.
    """
    known = {"users": f"8:orgid:{element.person}", "tenantId": frame.known.tenant}
    url = f"https://teams.microsoft.com/l/chat/0/0?{urlencode(known, quote_via=quote)}"
    opened = {"type": "Action.OpenUrl", "title": element.label, "url": url}
    return [{"type": "ActionSet", "actions": [opened]}]


def _chart(element: Chart, frame: Frame) -> list[Card]:
    """Draw the shares under their title, and say them in words."""
    return [heading(element.title), chart(element), *lines(element.words, frame)]


_WRITERS: Mapping[type[Any], Callable[[Any, Frame], list[Card]]] = {
    Heading: _heading,
    Text: _text,
    Small: _small,
    Quote: _quote,
    Banner: _banner,
    Contact: _contact,
    Chart: _chart,
}
