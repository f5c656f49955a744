"""Questions of a form as Slack asks them."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.chat.slack.render.composition import Block, literal, option, plain
from bot.elements import CalendarDay, Channel, Choice, ClockTime, Field, Name, People

_LONGEST_DETAIL = 75


def question(field: Field, *, sent: bool) -> Block:
    """Return the block that asks a question, in a form that is *sent* off or only looked at.

    Slack refuses inputs in a form without a button to send it; there the same element
    stands beside its label and answers as soon as it is touched.
    """
    element = _ELEMENTS[type(field)](field)
    element["action_id"] = field.id
    if not sent:
        return {
            "type": "section",
            "block_id": field.id,
            "text": literal(field.label),
            "accessory": element,
        }
    block: Block = {
        "type": "input",
        "block_id": field.id,
        "label": plain(field.label),
        "element": element,
        "optional": not field.required,
    }
    if hint := _hint(field):
        block["hint"] = plain(hint)
    if isinstance(field, Choice) and field.refreshes:
        block["dispatch_action"] = True
    return block


def _hint(field: Field) -> str:
    """Say a question's hint, and under it the details too long to stand beside an answer."""
    lines = [field.hint] if field.hint else []
    if isinstance(field, Choice) and not _details_fit(field):
        lines += [f"{one.label}: {one.detail}" for one in field.options if one.detail]
    return "\n".join(lines)


def _details_fit(field: Choice) -> bool:
    return all(len(one.detail) <= _LONGEST_DETAIL for one in field.options)


def _choice(field: Choice) -> Block:
    detail = _details_fit(field)
    options = [option(one, detail=detail) for one in field.options]
    chosen = [one for one in options if one["value"] in field.chosen]
    if field.at_most > 1:
        return {"type": "checkboxes", "options": options} | _given("initial_options", chosen)
    kind = "static_select" if field.select else "radio_buttons"
    return {"type": kind, "options": options} | _given("initial_option", chosen[:1], one=True)


def _time(field: ClockTime) -> Block:
    return {"type": "timepicker"} | _given("initial_time", field.chosen)


def _day(field: CalendarDay) -> Block:
    return {"type": "datepicker"} | _given("initial_date", field.chosen)


def _people(field: People) -> Block:
    if field.at_most == 1:
        return {"type": "users_select"} | _given("initial_user", field.chosen[:1], one=True)
    return {"type": "multi_users_select", "max_selected_items": field.at_most} | _given(
        "initial_users", list(field.chosen)
    )


def _channel(field: Channel) -> Block:
    """Ask for a channel of this practice; those shared with other organisations stay out."""
    kinds = {"include": ["public", "private"], "exclude_external_shared_channels": True}
    made: Block = {"type": "conversations_select", "filter": kinds}
    return made | _given("initial_conversation", field.chosen)


def _name(field: Name) -> Block:
    made: Block = {"type": "plain_text_input", "max_length": field.at_most}
    return made | _given("initial_value", field.chosen)


def _given(key: str, chosen: Any, *, one: bool = False) -> Block:  # noqa: ANN401 - text or list
    if not chosen:
        return {}
    return {key: chosen[0] if one else chosen}


_ELEMENTS: Mapping[type[Field], Callable[[Any], Block]] = {
    Choice: _choice,
    ClockTime: _time,
    CalendarDay: _day,
    People: _people,
    Channel: _channel,
    Name: _name,
}
