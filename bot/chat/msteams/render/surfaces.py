"""Messages, forms and a person's own page as Adaptive Cards; pure, and the same every time."""

from collections.abc import Mapping
from dataclasses import replace

from bot.chat.msteams.action_data import Answers, Place, Stand
from bot.chat.msteams.render import actions
from bot.chat.msteams.render.blocks import blocks, mentions
from bot.chat.msteams.render.composition import Card, Frame, Known, heading, literal, panel
from bot.elements import (
    FIELDS,
    CalendarDay,
    Channel,
    Choice,
    ClockTime,
    Element,
    Form,
    Home,
    Message,
    Name,
    People,
)

VERSION = "1.5"
"""The newest version of Adaptive Cards that every client of Teams shows."""

MOST_BYTES = 28 * 1024
"""What a message may weigh at most: a budget of ours, well below what Teams refuses."""


_ALONE = (ClockTime, CalendarDay, Channel, Name)
"""The fields that have one answer and no list of them."""


def message(shown: Message, stand: Stand, known: Known) -> Card:
    """Return a message as a card; its summary goes beside the card, as the notification."""
    frame = Frame(stand, known)
    return _card(blocks(shown.body, frame), frame, shown.summary, mentions(shown.body, frame))


def form(
    shown: Form,
    stand: Stand,
    known: Known,
    *,
    faults: Mapping[str, str] | None = None,
    answers: Answers | None = None,
) -> Card:
    """Return a form as what a dialog holds, or inside a card in the chat, as *stand* says.

    A dialog bears the form's title itself. After a refusal, *faults* say why under their
    fields, and *answers* are shown as they were given, by field id.
    """
    frame = Frame(stand, known)
    filled = replace(shown, body=tuple(_filled(one, answers or {}) for one in shown.body))
    body = [
        *([] if stand.place is Place.DIALOG else [heading(shown.title, large=True)]),
        *_unplaced(filled, faults or {}),
        *blocks(filled.body, frame, faults),
    ]
    if any(isinstance(one, Choice) and one.refreshes for one in filled.body):
        body.append(actions.refresh(filled, frame))
    card = _card(body, frame, shown.title, mentions(shown.body, frame))
    ends = list(actions.ends(filled, frame))
    return card | ({"actions": ends} if ends else {})


def home(shown: Home, stand: Stand, known: Known) -> Card:
    """Return a person's own page as a card in their private chat."""
    frame = Frame(stand, known)
    title = known.words.say("manifest.name")
    return _card(blocks(shown.body, frame), frame, title, mentions(shown.body, frame))


def _card(body: list[Card], frame: Frame, summary: str, named: list[Card]) -> Card:
    """Return a card that says which language it is in, and something where it is not shown."""
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": VERSION,
        "lang": frame.known.words.language.partition("-")[0],
        "fallbackText": summary,
        **({"msteams": {"entities": named}} if named else {}),
        "body": body,
    }


def _unplaced(form: Form, faults: Mapping[str, str]) -> list[Card]:
    """Say on top what was wrong with an answer that the form no longer asks for."""
    asked = {one.id for one in form.body if isinstance(one, FIELDS)}
    said = [fault for field, fault in faults.items() if field not in asked]
    return [panel("warning", literal(f"\N{WARNING SIGN} {one}", weight="Bolder")) for one in said]


def _filled(element: Element, answers: Answers) -> Element:
    """Return a field as it was answered; everything else as it is."""
    if isinstance(element, Choice | People) and element.id in answers:
        return replace(element, chosen=answers[element.id])
    if isinstance(element, _ALONE) and element.id in answers:
        return replace(element, chosen=next(iter(answers[element.id]), ""))
    return element
