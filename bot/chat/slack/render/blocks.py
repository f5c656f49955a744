"""Every element of a body as Slack's blocks, for a message, a form or the app's Home."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bot.chat.slack.render.charts import chart
from bot.chat.slack.render.composition import Block, confirm, literal, marked, option, plain
from bot.chat.slack.render.inputs import question
from bot.chat.slack.render.markup import escape, parts
from bot.elements import (
    FIELDS,
    Actions,
    Banner,
    Button,
    Chart,
    Contact,
    Divider,
    Element,
    Heading,
    Link,
    Menu,
    Quote,
    Small,
    Text,
)

_LONGEST_HEADING, _LONGEST_ALERT = 150, 200


class Surface(Enum):
    """Where a body is shown; Slack lets each hold different blocks."""

    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


@dataclass(frozen=True)
class Frame:
    """What a body stands in: its surface and the workspace it is shown in.

    ``sent`` says whether its questions are sent off together, ``charts`` whether Slack
    draws charts there.
    """

    surface: Surface
    team: str
    sent: bool = True
    charts: bool = True


def blocks(body: Sequence[Element], frame: Frame) -> list[Block]:
    """Return a body's elements in order, as Slack shows them in *frame*."""
    return [block for element in body for block in _blocks(element, frame)]


def _blocks(element: Element, frame: Frame) -> list[Block]:
    if isinstance(element, FIELDS):
        return [question(element, sent=frame.sent)]
    return _WRITERS[type(element)](element, frame)


def _heading(element: Heading, _frame: Frame) -> list[Block]:
    if len(element.text) > _LONGEST_HEADING:
        return [_section(f"*{escape(element.text)}*")]
    return [{"type": "header", "text": plain(element.text)}]


def _text(element: Text, _frame: Frame) -> list[Block]:
    return [_section(part) for part in parts(element.text)]


def _small(element: Small, _frame: Frame) -> list[Block]:
    return [{"type": "context", "elements": [marked(part)]} for part in parts(element.text)]


def _quote(element: Quote, _frame: Frame) -> list[Block]:
    """Show a sentence that could be said aloud; rich text reads no markup in it."""
    said = [{"type": "text", "text": element.text}]
    quoted = {"type": "rich_text_quote", "elements": said}
    return [{"type": "rich_text", "elements": [quoted]}]


def _banner(element: Banner, frame: Frame) -> list[Block]:
    """Show what nobody may miss: Slack's alert where it exists, else a marked paragraph."""
    if frame.surface is Surface.MODAL and len(element.text) <= _LONGEST_ALERT:
        return [{"type": "alert", "text": plain(element.text), "level": element.level}]
    sign = ":warning:" if element.level == "warning" else ":information_source:"
    return [_section(f"{sign} *{escape(element.text)}*")]


def _divider(_element: Divider, _frame: Frame) -> list[Block]:
    return [{"type": "divider"}]


def _contact(element: Contact, frame: Frame) -> list[Block]:
    """Link to the chat with a person: Slack opens it, and the clinician writes, not the bot."""
    url = f"https://slack.com/app_redirect?team={frame.team}&channel={element.person}"
    return [_section(f"<{escape(url)}|{escape(element.label)}>")]


def _chart(element: Chart, frame: Frame) -> list[Block]:
    """Draw the shares where Slack draws charts, and say them in words everywhere."""
    drawable = frame.charts and frame.surface is not Surface.MODAL
    drawn = [chart(element)] if drawable else []
    return [*drawn, *(_section(part) for part in parts(element.words))]


def _actions(element: Actions, _frame: Frame) -> list[Block]:
    """Show steps side by side; a menu stands under them, beside words that say what it is.

    Slack's menu sign has no text of its own for a screen reader.
    """
    seen: Counter[str] = Counter()
    menus = [step for step in element.steps if isinstance(step, Menu)]
    steps = [_step(step, seen) for step in element.steps if not isinstance(step, Menu)]
    row = [{"type": "actions", "elements": steps}] if steps else []
    return [*row, *map(_menu, menus)]


def _step(step: Button | Link, seen: Counter[str]) -> Block:
    name = step.name if isinstance(step, Button) else "link"
    seen[name] += 1
    made: Block = {"type": "button", "text": plain(step.label), "action_id": _once(name, seen)}
    if isinstance(step, Link):
        return made | {"url": step.url}
    if step.data:
        made["value"] = step.data
    if step.primary:
        made["style"] = "primary"
    if step.confirm:
        made["confirm"] = confirm(step.confirm)
    return made


def _once(name: str, seen: Counter[str]) -> str:
    """Tell apart steps of one name in one row, as Slack demands; the reader drops the number."""
    return name if seen[name] == 1 else f"{name}#{seen[name]}"


def _menu(menu: Menu) -> Block:
    options = [option(one) for one in menu.options]
    overflow = {"type": "overflow", "action_id": menu.name, "options": options}
    return {"type": "section", "text": literal(menu.label), "accessory": overflow}


def _section(written: str) -> Block:
    return {"type": "section", "text": marked(written)}


_WRITERS: Mapping[type[Any], Callable[[Any, Frame], list[Block]]] = {
    Heading: _heading,
    Text: _text,
    Small: _small,
    Quote: _quote,
    Banner: _banner,
    Divider: _divider,
    Contact: _contact,
    Actions: _actions,
    Chart: _chart,
}
