"""Every element of a body as Slack's blocks, for a message, a form or the app's Home."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bot.chat.slack.render.charts import render_chart
from bot.chat.slack.render.composition import (
    Block,
    build_confirmation,
    build_option,
    literal_text,
    mrkdwn_text,
    plain_text,
)
from bot.chat.slack.render.inputs import render_field
from bot.chat.slack.render.markup import escape_text, split_into_mrkdwn_parts
from bot.elements import (
    FIELD_TYPES,
    ActionRow,
    Banner,
    Button,
    Caption,
    Chart,
    ContactLink,
    Divider,
    Element,
    Heading,
    Link,
    OverflowMenu,
    Quote,
    Text,
)

_MAX_HEADING_LENGTH, _MAX_ALERT_LENGTH = 150, 200


class Surface(Enum):
    """Where a body is shown; Slack lets each hold different blocks."""

    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


@dataclass(frozen=True)
class RenderContext:
    """What a body stands in: its surface and the workspace it is shown in.

    ``sent`` says whether its questions are sent off together, ``charts`` whether Slack
    draws charts there.
    """

    surface: Surface
    team_id: str
    has_submit: bool = True
    supports_charts: bool = True


def render_blocks(body: Sequence[Element], render_context: RenderContext) -> list[Block]:
    """Return a body's elements in order, as Slack shows them in *frame*."""
    return [block for element in body for block in _render_element(element, render_context)]


def _render_element(element: Element, render_context: RenderContext) -> list[Block]:
    if isinstance(element, FIELD_TYPES):
        return [render_field(element, has_submit=render_context.has_submit)]
    return _RENDERERS[type(element)](element, render_context)


def _render_heading(element: Heading, _render_context: RenderContext) -> list[Block]:
    if len(element.text) > _MAX_HEADING_LENGTH:
        return [_build_section(f"*{escape_text(element.text)}*")]
    return [{"type": "header", "text": plain_text(element.text)}]


def _render_text(element: Text, _render_context: RenderContext) -> list[Block]:
    return [_build_section(part) for part in split_into_mrkdwn_parts(element.text)]


def _render_caption(element: Caption, _render_context: RenderContext) -> list[Block]:
    return [
        {"type": "context", "elements": [mrkdwn_text(part)]}
        for part in split_into_mrkdwn_parts(element.text)
    ]


def _render_quote(element: Quote, _render_context: RenderContext) -> list[Block]:
    """Show a sentence that could be said aloud; rich text reads no markup in it."""
    said = [{"type": "text", "text": element.text}]
    quoted = {"type": "rich_text_quote", "elements": said}
    return [{"type": "rich_text", "elements": [quoted]}]


def _render_banner(element: Banner, render_context: RenderContext) -> list[Block]:
    """Show what nobody may miss: Slack's alert where it exists, else a marked paragraph."""
    if render_context.surface is Surface.MODAL and len(element.text) <= _MAX_ALERT_LENGTH:
        return [{"type": "alert", "text": plain_text(element.text), "level": element.level}]
    sign = ":warning:" if element.level == "warning" else ":information_source:"
    return [_build_section(f"{sign} *{escape_text(element.text)}*")]


def _render_divider(_element: Divider, _render_context: RenderContext) -> list[Block]:
    return [{"type": "divider"}]


def _render_contact_link(element: ContactLink, render_context: RenderContext) -> list[Block]:
    """Link to the chat with a person: Slack opens it, and the clinician writes, not the bot."""
    url = (
        f"https://slack.com/app_redirect?team={render_context.team_id}&channel={element.person_id}"
    )
    return [_build_section(f"<{escape_text(url)}|{escape_text(element.label)}>")]


def _render_chart_with_text(element: Chart, render_context: RenderContext) -> list[Block]:
    """Draw the shares where Slack draws charts, and say them in words everywhere."""
    drawable = render_context.supports_charts and render_context.surface is not Surface.MODAL
    drawn = [render_chart(element)] if drawable else []
    return [
        *drawn,
        *(_build_section(part) for part in split_into_mrkdwn_parts(element.text_equivalent)),
    ]


def _render_action_row(element: ActionRow, _render_context: RenderContext) -> list[Block]:
    """Show steps side by side; a menu stands under them, beside words that say what it is.

    Slack's menu sign has no text of its own for a screen reader.
    """
    seen: Counter[str] = Counter()
    menus = [step for step in element.controls if isinstance(step, OverflowMenu)]
    steps = [
        _render_control(step, seen)
        for step in element.controls
        if not isinstance(step, OverflowMenu)
    ]
    row = [{"type": "actions", "elements": steps}] if steps else []
    return [*row, *map(_render_overflow_menu, menus)]


def _render_control(control: Button | Link, name_counts: Counter[str]) -> Block:
    name = control.name if isinstance(control, Button) else "link"
    name_counts[name] += 1
    made: Block = {
        "type": "button",
        "text": plain_text(control.label),
        "action_id": _unique_action_id(name, name_counts),
    }
    if isinstance(control, Link):
        return made | {"url": control.url}
    if control.data:
        made["value"] = control.data
    if control.primary:
        made["style"] = "primary"
    if control.confirmation:
        made["confirm"] = build_confirmation(control.confirmation)
    return made


def _unique_action_id(name: str, name_counts: Counter[str]) -> str:
    """Tell apart steps of one name in one row, as Slack demands; the reader drops the number."""
    return name if name_counts[name] == 1 else f"{name}#{name_counts[name]}"


def _render_overflow_menu(menu: OverflowMenu) -> Block:
    options = [build_option(one) for one in menu.options]
    overflow = {"type": "overflow", "action_id": menu.name, "options": options}
    return {"type": "section", "text": literal_text(menu.label), "accessory": overflow}


def _build_section(converted: str) -> Block:
    return {"type": "section", "text": mrkdwn_text(converted)}


_RENDERERS: Mapping[type[Any], Callable[[Any, RenderContext], list[Block]]] = {
    Heading: _render_heading,
    Text: _render_text,
    Caption: _render_caption,
    Quote: _render_quote,
    Banner: _render_banner,
    Divider: _render_divider,
    ContactLink: _render_contact_link,
    ActionRow: _render_action_row,
    Chart: _render_chart_with_text,
}
