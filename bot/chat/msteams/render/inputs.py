"""Questions of a form as Teams asks them."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from bot.chat.msteams.render.composition import Card, Frame, literal, small
from bot.elements import CalendarDay, Channel, Choice, ClockTime, Field, Name, People

PEOPLE = {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}
"""Lets a client of Teams search everybody in the organisation, with no permission of ours."""

MOST_LISTED = 25
"""People or channels offered by name; whoever is already chosen is listed beyond that too."""

_DETAIL = " \N{EN DASH} "


def question(field: Field, frame: Frame, fault: str = "") -> list[Card]:
    """Return the blocks that ask a question: itself, its hint, and what was wrong with it."""
    asked = _INPUTS[type(field)](field, frame) | {"id": field.id, "label": field.label}
    if field.required:
        asked |= {"isRequired": True, "errorMessage": frame.known.words.say("msteams.required")}
    hint = small(field.hint, frame) if field.hint else []
    return [asked, *(one | {"spacing": "Small"} for one in hint), *_faulty(fault)]


def _faulty(fault: str) -> list[Card]:
    """Say what was wrong under the question: with a sign, since colour alone says nothing."""
    if not fault:
        return []
    said = literal(f"\N{WARNING SIGN} {fault}", color="Attention", weight="Bolder")
    return [said | {"spacing": "Small"}]


def _choice(field: Choice, _frame: Frame) -> Card:
    """Ask for coded answers; a detail stands beside its answer, where it is heard with it."""
    choices = [
        {"title": _DETAIL.join(filter(None, (one.label, one.detail))), "value": one.code}
        for one in field.options
    ]
    style = "compact" if field.select else "expanded"
    return _choices(choices, style, field.chosen, several=field.at_most > 1)


def _people(field: People, frame: Frame) -> Card:
    """Ask for colleagues: searched for where the client can, else picked from those known."""
    known = frame.known.people
    others = [person for person in known if person not in field.chosen]
    listed = (*field.chosen, *others[: max(0, MOST_LISTED - len(field.chosen))])
    unknown = frame.known.words.say("msteams.somebody")
    choices = [{"title": known.get(one, unknown), "value": one} for one in listed]
    made = _choices(choices, "compact", field.chosen, several=field.at_most > 1)
    return made | {"choices.data": PEOPLE}


def _channel(field: Channel, frame: Frame) -> Card:
    """Ask for one of the channels of the teams that the bot was added to.

    Teams has no picker of channels for cards; the bot is told of no others.
    """
    known = dict(islice(frame.known.channels.items(), MOST_LISTED))
    here = {field.chosen: frame.known.words.say("msteams.somewhere")} if field.chosen else {}
    choices = [{"title": name, "value": one} for one, name in {**here, **known}.items()]
    chosen = (field.chosen,) if field.chosen else ()
    made = _choices(choices, "compact", chosen, several=False)
    return made | {"placeholder": frame.known.words.say("msteams.channels")}


def _choices(
    choices: list[dict[str, str]], style: str, chosen: tuple[str, ...], *, several: bool
) -> Card:
    asked: Card = {"type": "Input.ChoiceSet", "choices": choices, "style": style, "wrap": True}
    if several:
        asked["isMultiSelect"] = True
    kept = chosen if several else chosen[:1]
    return asked | _given(",".join(kept))


def _time(field: ClockTime, _frame: Frame) -> Card:
    return {"type": "Input.Time"} | _given(field.chosen)


def _day(field: CalendarDay, _frame: Frame) -> Card:
    return {"type": "Input.Date"} | _given(field.chosen)


def _name(field: Name, _frame: Frame) -> Card:
    return {"type": "Input.Text", "maxLength": field.at_most} | _given(field.chosen)


def _given(chosen: str) -> Card:
    return {"value": chosen} if chosen else {}


_INPUTS: Mapping[type[Field], Callable[[Any, Frame], Card]] = {
    Choice: _choice,
    ClockTime: _time,
    CalendarDay: _day,
    People: _people,
    Channel: _channel,
    Name: _name,
}
