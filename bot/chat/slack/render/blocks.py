"""Render the elements of a body as Block Kit blocks for a message, a modal or the Home tab."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import quote, urlencode

from bot.chat.slack.render.charts import render_chart
from bot.chat.slack.render.composition import (
    Block,
    build_confirmation,
    build_option,
    literal_text,
    plain_text,
)
from bot.chat.slack.render.folds import (
    build_context,
    build_fold_button,
    build_preformatted,
    build_quote,
    build_section,
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
    Code,
    ContactLink,
    Divider,
    Element,
    Fold,
    Heading,
    Link,
    OverflowMenu,
    Quote,
    Text,
)

_MAX_HEADING_LENGTH, _MAX_ALERT_LENGTH = 150, 200
"""Maximum characters of a header and of an alert block; Slack rejects longer ones."""


class BlockSurface(Enum):
    """The surface of a body; Slack accepts different block types in each."""

    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


@dataclass(frozen=True)
class RenderContext:
    """Parameters that every renderer receives: the surface, and Slack's team id for links.

    ``has_submit`` is false for a form without a submit button, in which Slack rejects input
    blocks; ``supports_charts`` is false after Slack rejected the chart blocks of a view.
    """

    surface: BlockSurface
    team_id: str
    has_submit: bool = True
    supports_charts: bool = True


def render_blocks(body: Sequence[Element], render_context: RenderContext) -> list[Block]:
    """Return the blocks of *body*, in order; an element may have several, or none."""
    return [block for element in body for block in _render_element(element, render_context)]


def _render_element(element: Element, render_context: RenderContext) -> list[Block]:
    if isinstance(element, FIELD_TYPES):
        return [render_field(element, has_submit=render_context.has_submit)]
    return _RENDERERS[type(element)](element, render_context)


def _render_heading(element: Heading, _render_context: RenderContext) -> list[Block]:
    if len(element.text) > _MAX_HEADING_LENGTH:
        return [build_section(f"*{escape_text(element.text)}*")]
    return [{"type": "header", "text": plain_text(element.text)}]


def _render_text(element: Text, _render_context: RenderContext) -> list[Block]:
    return list(map(build_section, split_into_mrkdwn_parts(element.text)))


def _render_caption(element: Caption, _render_context: RenderContext) -> list[Block]:
    return list(map(build_context, split_into_mrkdwn_parts(element.text)))


def _render_quote(element: Quote, _render_context: RenderContext) -> list[Block]:
    return [build_quote(element.text)]


def _render_code(element: Code, _render_context: RenderContext) -> list[Block]:
    return [build_preformatted(element.text)]


def _render_banner(element: Banner, render_context: RenderContext) -> list[Block]:
    """Return an alert block for a short text in a modal, else a section with an emoji icon."""
    if render_context.surface is BlockSurface.MODAL and len(element.text) <= _MAX_ALERT_LENGTH:
        return [{"type": "alert", "text": plain_text(element.text), "level": element.level}]
    icon = ":warning:" if element.level == "warning" else ":information_source:"
    return [build_section(f"{icon} *{escape_text(element.text)}*")]


def _render_divider(_element: Divider, _render_context: RenderContext) -> list[Block]:
    return [{"type": "divider"}]


def _render_contact_link(element: ContactLink, render_context: RenderContext) -> list[Block]:
    """Return a section with an ``app_redirect`` URL that opens a direct message with the person.

    The clinician writes there; the bot sends nothing to that person.
    """
    query = {"team": render_context.team_id, "channel": element.person_id}
    url = f"https://slack.com/app_redirect?{urlencode(query, quote_via=quote, safe='')}"
    return [build_section(f"<{escape_text(url)}|{escape_text(element.label)}>")]


def _render_chart_with_text(element: Chart, render_context: RenderContext) -> list[Block]:
    """Return a chart block, except in a modal or without support, and the text equivalent."""
    has_chart = render_context.supports_charts and render_context.surface is not BlockSurface.MODAL
    charts = [render_chart(element)] if has_chart else []
    parts = split_into_mrkdwn_parts(element.text_equivalent)
    return [*charts, *map(build_section, parts)]


def _render_action_row(element: ActionRow, _render_context: RenderContext) -> list[Block]:
    """Return one actions block of the buttons and links, and a section block for each menu.

    An overflow element has no text attribute for a screen reader, so its section has the label.
    """
    name_counts: Counter[str] = Counter()
    menus = [control for control in element.controls if isinstance(control, OverflowMenu)]
    buttons = [
        _render_control(control, name_counts)
        for control in element.controls
        if not isinstance(control, OverflowMenu)
    ]
    row = [{"type": "actions", "elements": buttons}] if buttons else []
    return [*row, *map(_render_overflow_menu, menus)]


def _render_control(control: Button | Link, name_counts: Counter[str]) -> Block:
    name = control.name if isinstance(control, Button) else "link"
    name_counts[name] += 1
    button: Block = {
        "type": "button",
        "text": plain_text(control.label),
        "action_id": _unique_action_id(name, name_counts),
    }
    if isinstance(control, Link):
        return button | {"url": control.url}
    if control.data:
        button["value"] = control.data
    if control.primary:
        button["style"] = "primary"
    if control.confirmation:
        button["confirm"] = build_confirmation(control.confirmation)
    return button


def _render_fold(element: Fold, render_context: RenderContext) -> list[Block]:
    """Return the button of a fold in a modal; on other surfaces, return the blocks themselves.

    A named fold's button has a handler; of another, the button's value contains the blocks. Blocks
    that do not fit into a value are rendered unfolded.
    """
    if render_context.surface is BlockSurface.MODAL and element.name:
        button = Button(element.name, element.label, element.data)
        return _render_action_row(ActionRow((button,)), render_context)
    blocks = render_blocks(element.body, render_context)
    is_modal = render_context.surface is BlockSurface.MODAL
    fold_button = build_fold_button(element.label, blocks) if is_modal else None
    return [fold_button] if fold_button else blocks


def _unique_action_id(name: str, name_counts: Counter[str]) -> str:
    """Return an action id that is unique within the actions block, as Slack requires.

    The suffix is ``#`` and a counter; :func:`bot.chat.slack.inbound.requests.parse_action` strips
    it before it looks up the handler.
    """
    return name if name_counts[name] == 1 else f"{name}#{name_counts[name]}"


def _render_overflow_menu(menu: OverflowMenu) -> Block:
    options = [build_option(option) for option in menu.options]
    overflow = {"type": "overflow", "action_id": menu.name, "options": options}
    return {"type": "section", "text": literal_text(menu.label), "accessory": overflow}


_RENDERERS: Mapping[type[Any], Callable[[Any, RenderContext], list[Block]]] = {
    Heading: _render_heading,
    Text: _render_text,
    Caption: _render_caption,
    Quote: _render_quote,
    Code: _render_code,
    Banner: _render_banner,
    Divider: _render_divider,
    ContactLink: _render_contact_link,
    ActionRow: _render_action_row,
    Chart: _render_chart_with_text,
    Fold: _render_fold,
}
