"""Messages, forms and the Home as lines of text, every step numbered so that it can be typed."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from bot.content.catalogue import LanguagePack
from bot.sandbox.block_kit.input_state import FIELD_TYPES
from bot.sandbox.workspace.workspace import Json

NameLookup = Callable[[str], str]
"""Gives the name of a person or a channel by its id."""

_LINK_PATTERN = re.compile(r"<([@#]?)([^<>|]+)(?:\|([^<>]*))?>")
_EMPHASIS_PATTERN = re.compile(r"(?<!\w)([*_~])(\S(?:[^\n]*?\S)?)\1(?!\w)")


@dataclass(frozen=True)
class NumberedElement:
    """Something that can be pressed or answered: where it is, and what it is."""

    target: Mapping[str, Any]
    block_id: str
    element: Json

    @property
    def options(self) -> list[Json]:
        """The answers it offers; none where something is typed or pressed."""
        return list(self.element.get("options", ()))


@dataclass
class TextView:
    """Writes blocks as lines; ``steps`` are those written so far, counted from 1."""

    words: LanguagePack
    lookup_name: NameLookup
    numbered_elements: list[NumberedElement] = field(default_factory=list)

    def render_blocks(
        self, blocks: list[Json], target: Mapping[str, Any], view: Json
    ) -> Iterator[str]:
        """Write the blocks of a message, a form or the Home; *view* tells what was entered."""
        for block in blocks:
            writer = _RENDERERS.get(block["type"])
            if writer is None:
                yield self.words.translate("tryout.terminal.unknown", kind=block["type"])
                continue
            yield from writer(self, block, target, view)
            if error := view.get("errors", {}).get(block["block_id"]):
                yield f"      ! {error}"

    def render_text(self, text: Json | str) -> str:
        """Write a text object, its markup read as a person would read it."""
        if isinstance(text, str):
            return text
        if text["type"] != "mrkdwn":
            return str(text["text"])
        linked = _LINK_PATTERN.sub(self._render_link, text["text"])
        return unescape(_EMPHASIS_PATTERN.sub(r"\2", linked))

    def _render_link(self, match: re.Match[str]) -> str:
        sort, to, label = match.groups()
        if sort:
            return f"{sort}{self.lookup_name(to)}"
        return f"{label} ({to})" if label else to

    def _number_element(self, target: Mapping[str, Any], block: Json, element: Json) -> int:
        self.numbered_elements.append(NumberedElement(target, block["block_id"], element))
        return len(self.numbered_elements)

    def render_header(self, block: Json, _target: Mapping[str, Any], _view: Json) -> Iterator[str]:
        """Write a heading."""
        yield f"== {self.render_text(block['text'])} =="

    def render_section(self, block: Json, target: Mapping[str, Any], view: Json) -> Iterator[str]:
        """Write a paragraph, its fields, and what stands beside it."""
        texts = [block["text"]] if "text" in block else []
        for text in [*texts, *block.get("fields", ())]:
            yield from self.render_text(text).split("\n")
        if "accessory" in block:
            yield from self.render_element(block, block["accessory"], target, view)

    def render_context(self, block: Json, _target: Mapping[str, Any], _view: Json) -> Iterator[str]:
        """Write a quieter line."""
        yield "  ".join(
            self.render_text(e) if "text" in e else e["alt_text"] for e in block["elements"]
        )

    def render_divider(
        self, _block: Json, _target: Mapping[str, Any], _view: Json
    ) -> Iterator[str]:
        """Write a pause."""
        yield "-" * 8

    def render_alert(self, block: Json, _target: Mapping[str, Any], _view: Json) -> Iterator[str]:
        """Write a line that nobody may miss."""
        yield f"!! {self.render_text(block['text'])}"

    def render_actions(self, block: Json, target: Mapping[str, Any], view: Json) -> Iterator[str]:
        """Write steps, one a line."""
        for element in block["elements"]:
            yield from self.render_element(block, element, target, view)

    def render_input(self, block: Json, target: Mapping[str, Any], view: Json) -> Iterator[str]:
        """Write a question with its answers."""
        kind = "optional" if block.get("optional") else "required"
        said = self.words.translate(f"tryout.terminal.{kind}")
        yield f"{self.render_text(block['label'])} ({said})"
        if "hint" in block:
            yield f"      {self.render_text(block['hint'])}"
        yield from self.render_element(block, block["element"], target, view)

    def render_rich_text(
        self, block: Json, _target: Mapping[str, Any], _view: Json
    ) -> Iterator[str]:
        """Write rich text: quotes and paragraphs, lists item by item."""
        for part in block["elements"]:
            items = part["elements"] if part["type"] == "rich_text_list" else [part]
            mark = {"rich_text_quote": "> ", "rich_text_list": "- "}.get(part["type"], "")
            for item in items:
                yield mark + "".join(map(self._render_leaf, item["elements"]))

    def _render_leaf(self, leaf: Json) -> str:
        named = leaf.get("user_id") or leaf.get("channel_id")
        return self.lookup_name(named) if named else str(leaf.get("text") or leaf.get("url") or "")

    def render_chart(self, block: Json, _target: Mapping[str, Any], _view: Json) -> Iterator[str]:
        """Write a chart as bars of text; its words follow it anyway."""
        yield f"[ {block['title']} ]"
        drawn = block["chart"]
        series = drawn.get("series") or [{"data": drawn.get("segments", ())}]
        for point in (point for one in series for point in one["data"]):
            yield f"  {point['label']:<22}{'#' * round(point['value'] / 5)}"

    def render_element(
        self, block: Json, element: Json, target: Mapping[str, Any], view: Json
    ) -> Iterator[str]:
        """Write one step or one field under its number."""
        if element["type"] == "image":
            yield str(element["alt_text"])
            return
        number = self._number_element(target, block, element)
        if element["type"] == "button":
            yield f"  [{number}] {self.render_text(element['text'])} {element.get('url', '')}".rstrip()
            return
        entered = _current_values(block, element, view)
        if not element.get("options"):
            yield f"  [{number}] {', '.join(map(self.lookup_name, entered)) or '...'}"
        for place, option in enumerate(element.get("options", ()), start=1):
            mark = "" if element["type"] == "overflow" else "( ) "
            chosen = "(x) " if option["value"] in entered else mark
            yield f"  [{number}.{place}] {chosen}{self.render_text(option['text'])}"


def _current_values(block: Json, element: Json, view: Json) -> list[str]:
    """Return the codes, ids or text that a field holds now."""
    told = view.get("state", {}).get("values", {}).get(block["block_id"], {})
    kind = FIELD_TYPES.get(element["type"])
    said = told.get(element["action_id"], {}).get(kind.answer_key) if kind else None
    listed = said if isinstance(said, list) else [said] if said else []
    return [one["value"] if isinstance(one, dict) else str(one) for one in listed]


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
