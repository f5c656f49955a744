"""Messages, forms and the Home as lines of text, every step numbered so that it can be typed."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from bot.content.catalogue import Words
from bot.sandbox.block_kit.input_state import FIELDS
from bot.sandbox.workspace.workspace import Json

Names = Callable[[str], str]
"""Gives the name of a person or a channel by its id."""

_LINK = re.compile(r"<([@#]?)([^<>|]+)(?:\|([^<>]*))?>")
_STRONG = re.compile(r"(?<!\w)([*_~])(\S(?:[^\n]*?\S)?)\1(?!\w)")


@dataclass(frozen=True)
class Step:
    """Something that can be pressed or answered: where it is, and what it is."""

    where: Mapping[str, Any]
    block_id: str
    element: Json

    @property
    def options(self) -> list[Json]:
        """The answers it offers; none where something is typed or pressed."""
        return list(self.element.get("options", ()))


@dataclass
class Textual:
    """Writes blocks as lines; ``steps`` are those written so far, counted from 1."""

    words: Words
    names: Names
    steps: list[Step] = field(default_factory=list)

    def body(self, blocks: list[Json], where: Mapping[str, Any], view: Json) -> Iterator[str]:
        """Write the blocks of a message, a form or the Home; *view* tells what was entered."""
        for block in blocks:
            writer = _WRITERS.get(block["type"])
            if writer is None:
                yield self.words.say("tryout.terminal.unknown", kind=block["type"])
                continue
            yield from writer(self, block, where, view)
            if error := view.get("errors", {}).get(block["block_id"]):
                yield f"      ! {error}"

    def plain(self, text: Json | str) -> str:
        """Write a text object, its markup read as a person would read it."""
        if isinstance(text, str):
            return text
        if text["type"] != "mrkdwn":
            return str(text["text"])
        linked = _LINK.sub(self._link, text["text"])
        return unescape(_STRONG.sub(r"\2", linked))

    def _link(self, found: re.Match[str]) -> str:
        sort, to, label = found.groups()
        if sort:
            return f"{sort}{self.names(to)}"
        return f"{label} ({to})" if label else to

    def _number(self, where: Mapping[str, Any], block: Json, element: Json) -> int:
        self.steps.append(Step(where, block["block_id"], element))
        return len(self.steps)

    def header(self, block: Json, _where: Mapping[str, Any], _view: Json) -> Iterator[str]:
        """Write a heading."""
        yield f"== {self.plain(block['text'])} =="

    def section(self, block: Json, where: Mapping[str, Any], view: Json) -> Iterator[str]:
        """Write a paragraph, its fields, and what stands beside it."""
        texts = [block["text"]] if "text" in block else []
        for text in [*texts, *block.get("fields", ())]:
            yield from self.plain(text).split("\n")
        if "accessory" in block:
            yield from self.element(block, block["accessory"], where, view)

    def context(self, block: Json, _where: Mapping[str, Any], _view: Json) -> Iterator[str]:
        """Write a quieter line."""
        yield "  ".join(self.plain(e) if "text" in e else e["alt_text"] for e in block["elements"])

    def divider(self, _block: Json, _where: Mapping[str, Any], _view: Json) -> Iterator[str]:
        """Write a pause."""
        yield "-" * 8

    def alert(self, block: Json, _where: Mapping[str, Any], _view: Json) -> Iterator[str]:
        """Write a line that nobody may miss."""
        yield f"!! {self.plain(block['text'])}"

    def actions(self, block: Json, where: Mapping[str, Any], view: Json) -> Iterator[str]:
        """Write steps, one a line."""
        for element in block["elements"]:
            yield from self.element(block, element, where, view)

    def asked(self, block: Json, where: Mapping[str, Any], view: Json) -> Iterator[str]:
        """Write a question with its answers."""
        kind = "optional" if block.get("optional") else "required"
        said = self.words.say(f"tryout.terminal.{kind}")
        yield f"{self.plain(block['label'])} ({said})"
        if "hint" in block:
            yield f"      {self.plain(block['hint'])}"
        yield from self.element(block, block["element"], where, view)

    def rich(self, block: Json, _where: Mapping[str, Any], _view: Json) -> Iterator[str]:
        """Write rich text: quotes and paragraphs, lists item by item."""
        for part in block["elements"]:
            items = part["elements"] if part["type"] == "rich_text_list" else [part]
            mark = {"rich_text_quote": "> ", "rich_text_list": "- "}.get(part["type"], "")
            for item in items:
                yield mark + "".join(map(self._leaf, item["elements"]))

    def _leaf(self, leaf: Json) -> str:
        named = leaf.get("user_id") or leaf.get("channel_id")
        return self.names(named) if named else str(leaf.get("text") or leaf.get("url") or "")

    def chart(self, block: Json, _where: Mapping[str, Any], _view: Json) -> Iterator[str]:
        """Write a chart as bars of text; its words follow it anyway."""
        yield f"[ {block['title']} ]"
        drawn = block["chart"]
        series = drawn.get("series") or [{"data": drawn.get("segments", ())}]
        for point in (point for one in series for point in one["data"]):
            yield f"  {point['label']:<22}{'#' * round(point['value'] / 5)}"

    def element(
        self, block: Json, element: Json, where: Mapping[str, Any], view: Json
    ) -> Iterator[str]:
        """Write one step or one field under its number."""
        if element["type"] == "image":
            yield str(element["alt_text"])
            return
        number = self._number(where, block, element)
        if element["type"] == "button":
            yield f"  [{number}] {self.plain(element['text'])} {element.get('url', '')}".rstrip()
            return
        entered = _entered(block, element, view)
        if not element.get("options"):
            yield f"  [{number}] {', '.join(map(self.names, entered)) or '...'}"
        for place, option in enumerate(element.get("options", ()), start=1):
            mark = "" if element["type"] == "overflow" else "( ) "
            chosen = "(x) " if option["value"] in entered else mark
            yield f"  [{number}.{place}] {chosen}{self.plain(option['text'])}"


def _entered(block: Json, element: Json, view: Json) -> list[str]:
    """Return the codes, ids or text that a field holds now."""
    told = view.get("state", {}).get("values", {}).get(block["block_id"], {})
    kind = FIELDS.get(element["type"])
    said = told.get(element["action_id"], {}).get(kind.key) if kind else None
    listed = said if isinstance(said, list) else [said] if said else []
    return [one["value"] if isinstance(one, dict) else str(one) for one in listed]


_WRITERS: Mapping[str, Callable[[Textual, Json, Mapping[str, Any], Json], Iterator[str]]] = {
    "header": Textual.header,
    "section": Textual.section,
    "context": Textual.context,
    "divider": Textual.divider,
    "alert": Textual.alert,
    "actions": Textual.actions,
    "input": Textual.asked,
    "rich_text": Textual.rich,
    "data_visualization": Textual.chart,
}
