"""Render the JSON blocks of messages and views as text lines, with an index per element."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from bot.content.catalogue import LanguagePack
from bot.sandbox.block_kit.input_state import FIELD_TYPES
from bot.sandbox.workspace.workspace import Json

NameLookup = Callable[[str], str]
"""Callable that returns the name of a person or a channel by its id."""

_LINK_PATTERN = re.compile(r"<([@#]?)([^<>|]+)(?:\|([^<>]*))?>")
_MAX_BAR_LENGTH = 20
_EMPHASIS_PATTERN = re.compile(r"(?<!\w)([*_~])(\S(?:[^\n]{0,500}?\S)?)\1(?!\w)")


@dataclass(frozen=True)
class NumberedElement:
    """An element's JSON dict with its target (message, view or Home) and its block id."""

    target: Mapping[str, Any]
    block_id: str
    element: Json

    @property
    def options(self) -> list[Json]:
        """The list of the element's options; empty for a button or a text field."""
        return list(self.element.get("options", ()))


@dataclass
class TextView:
    """Renders blocks as lines; ``numbered_elements`` is the list of elements rendered so far."""

    words: LanguagePack
    lookup_name: NameLookup
    numbered_elements: list[NumberedElement] = field(default_factory=list)

    def render_blocks(
        self, blocks: list[Json], target: Mapping[str, Any], view: Json
    ) -> Iterator[str]:
        """Render blocks as lines; *view* contains the entered values and errors, by block id."""
        for block in blocks:
            renderer = _RENDERERS.get(block["type"])
            if renderer is None:
                yield self.words.translate("sandbox.terminal.unknown", kind=block["type"])
                continue
            yield from renderer(self, block, target, view)
            if error := view.get("errors", {}).get(block["block_id"]):
                yield f"      ! {error}"

    def render_text(self, text: Json | str) -> str:
        """Render a text object or a string as plain text, without markup and escapes."""
        if isinstance(text, str):
            return text
        if text["type"] != "mrkdwn":
            return str(text["text"])
        linked = _LINK_PATTERN.sub(self._render_link, text["text"])
        return unescape(_EMPHASIS_PATTERN.sub(r"\2", linked))

    def _render_link(self, match: re.Match[str]) -> str:
        """Return the replacement string of a mention or a link."""
        sigil, target, label = match.groups()
        if sigil:
            return f"{sigil}{self.lookup_name(target)}"
        return f"{label} ({target})" if label else target

    def _number_element(self, target: Mapping[str, Any], block: Json, element: Json) -> int:
        """Append an element to the list, and return its index, counted from 1."""
        self.numbered_elements.append(NumberedElement(target, block["block_id"], element))
        return len(self.numbered_elements)

    def render_header(self, block: Json, _target: Mapping[str, Any], _view: Json) -> Iterator[str]:
        """Render a header block."""
        yield f"== {self.render_text(block['text'])} =="

    def render_section(self, block: Json, target: Mapping[str, Any], view: Json) -> Iterator[str]:
        """Render a section block: its text, its fields and its accessory."""
        texts = [block["text"]] if "text" in block else []
        for text in [*texts, *block.get("fields", ())]:
            yield from self.render_text(text).split("\n")
        if "accessory" in block:
            yield from self.render_element(block, block["accessory"], target, view)

    def render_context(self, block: Json, _target: Mapping[str, Any], _view: Json) -> Iterator[str]:
        """Render a context block as one line."""
        yield "  ".join(
            self.render_text(e) if "text" in e else e["alt_text"] for e in block["elements"]
        )

    def render_divider(
        self, _block: Json, _target: Mapping[str, Any], _view: Json
    ) -> Iterator[str]:
        """Render a divider block."""
        yield "-" * 8

    def render_alert(self, block: Json, _target: Mapping[str, Any], _view: Json) -> Iterator[str]:
        """Render an alert block with a prefix of two exclamation marks."""
        yield f"!! {self.render_text(block['text'])}"

    def render_actions(self, block: Json, target: Mapping[str, Any], view: Json) -> Iterator[str]:
        """Render an actions block, one element a line."""
        for element in block["elements"]:
            yield from self.render_element(block, element, target, view)

    def render_input(self, block: Json, target: Mapping[str, Any], view: Json) -> Iterator[str]:
        """Render an input block: its label, hint and element, one string a line."""
        label_key = "optional" if block.get("optional") else "required"
        requirement = self.words.translate(f"sandbox.terminal.{label_key}")
        yield f"{self.render_text(block['label'])} ({requirement})"
        if "hint" in block:
            yield f"      {self.render_text(block['hint'])}"
        yield from self.render_element(block, block["element"], target, view)

    def render_rich_text(
        self, block: Json, _target: Mapping[str, Any], _view: Json
    ) -> Iterator[str]:
        """Render a rich text block: quotes, paragraphs and the items of lists."""
        for part in block["elements"]:
            items = part["elements"] if part["type"] == "rich_text_list" else [part]
            mark = {"rich_text_quote": "> ", "rich_text_list": "- "}.get(part["type"], "")
            for item in items:
                yield mark + "".join(map(self._render_leaf, item["elements"]))

    def _render_leaf(self, leaf: Json) -> str:
        """Return a rich text leaf as a string: a name, a text or a URL."""
        entity_id = leaf.get("user_id") or leaf.get("channel_id")
        return (
            self.lookup_name(entity_id)
            if entity_id
            else str(leaf.get("text") or leaf.get("url") or "")
        )

    def render_chart(self, block: Json, _target: Mapping[str, Any], _view: Json) -> Iterator[str]:
        """Render a chart block as bars of ``#``; another block lists the values."""
        yield f"[ {block['title']} ]"
        chart = block["chart"]
        series = chart.get("series") or [{"data": chart.get("segments", ())}]
        points = [point for data_series in series for point in data_series["data"]]
        longest = max((point["value"] for point in points), default=0) or 1
        for point in points:
            yield f"  {point['label']:<22}{'#' * round(_MAX_BAR_LENGTH * point['value'] / longest)}"

    def render_element(
        self, block: Json, element: Json, target: Mapping[str, Any], view: Json
    ) -> Iterator[str]:
        """Render a button, a menu or a field with its number, which becomes its index."""
        if element["type"] == "image":
            yield str(element["alt_text"])
            return
        number = self._number_element(target, block, element)
        if element["type"] == "button":
            label = self.render_text(element["text"])
            yield f"  [{number}] {label} {element.get('url', '')}".rstrip()
            return
        current_values = _current_values(block, element, view)
        if not element.get("options"):
            yield f"  [{number}] {', '.join(map(self.lookup_name, current_values)) or '...'}"
        for option_number, option in enumerate(element.get("options", ()), start=1):
            mark = "" if element["type"] == "overflow" else "( ) "
            marker = "(x) " if option["value"] in current_values else mark
            yield f"  [{number}.{option_number}] {marker}{self.render_text(option['text'])}"


def _current_values(block: Json, element: Json, view: Json) -> list[str]:
    """Return the option values, ids or the string that a field currently contains, as a list."""
    block_state = view.get("state", {}).get("values", {}).get(block["block_id"], {})
    kind = FIELD_TYPES.get(element["type"])
    answer = block_state.get(element["action_id"], {}).get(kind.answer_key) if kind else None
    answers = answer if isinstance(answer, list) else [answer] if answer else []
    return [value["value"] if isinstance(value, dict) else str(value) for value in answers]


_RENDERERS: Mapping[str, Callable[[TextView, Json, Mapping[str, Any], Json], Iterator[str]]] = {
    "header": TextView.render_header,
    "section": TextView.render_section,
    "context": TextView.render_context,
    "divider": TextView.render_divider,
    "alert": TextView.render_alert,
    "actions": TextView.render_actions,
    "input": TextView.render_input,
    "rich_text": TextView.render_rich_text,
    "data_visualization": TextView.render_chart,
}
