"""What a person enters into a view: read from its blocks, kept in Slack's own shape."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.workspace.workspace import Json, Window


@dataclass(frozen=True)
class Kind:
    """How one kind of field tells its answer: under which key, with what before any."""

    key: str
    initial: str
    many: bool = False

    @property
    def empty(self) -> Any:  # noqa: ANN401 - as Slack tells it
        """What Slack tells of a field that nobody touched."""
        return [] if self.many else None


FIELDS: Mapping[str, Kind] = {
    "radio_buttons": Kind("selected_option", "initial_option"),
    "static_select": Kind("selected_option", "initial_option"),
    "checkboxes": Kind("selected_options", "initial_options", many=True),
    "multi_static_select": Kind("selected_options", "initial_options", many=True),
    "users_select": Kind("selected_user", "initial_user"),
    "multi_users_select": Kind("selected_users", "initial_users", many=True),
    "conversations_select": Kind("selected_conversation", "initial_conversation"),
    "multi_conversations_select": Kind(
        "selected_conversations", "initial_conversations", many=True
    ),
    "channels_select": Kind("selected_channel", "initial_channel"),
    "timepicker": Kind("selected_time", "initial_time"),
    "datepicker": Kind("selected_date", "initial_date"),
    "datetimepicker": Kind("selected_date_time", "initial_date_time"),
    "plain_text_input": Kind("value", "initial_value"),
    "number_input": Kind("value", "initial_value"),
    "email_text_input": Kind("value", "initial_value"),
    "url_text_input": Kind("value", "initial_value"),
}


class NoSuchAnswerError(Exception):
    """Somebody entered what the field does not offer; no client of Slack's could."""


def elements(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Give every element a person can touch, with its block."""
    for block in blocks:
        inside = [block.get("element"), block.get("accessory"), *block.get("elements", ())]
        for element in inside:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def find(blocks: Sequence[Json], block_id: str, action_id: str) -> Json | None:
    """Return the element with these ids, wherever it stands."""
    ids = (block_id, action_id)
    found = (e for b, e in elements(blocks) if (b["block_id"], e["action_id"]) == ids)
    return next(found, None)


def values(window: Window) -> Json:
    """Return ``state.values`` of a view: each field's answer, or what it began with."""
    told: Json = {}
    for block, element in elements(window.body["blocks"]):
        if kind := FIELDS.get(element["type"]):
            given = window.state.get(block["block_id"], {}).get(element["action_id"])
            began = {"type": element["type"], kind.key: element.get(kind.initial, kind.empty)}
            told.setdefault(block["block_id"], {})[element["action_id"]] = given or began
    return told


def enter(window: Window, state: Mapping[str, Any]) -> None:
    """Keep what a person entered, ``{block: {action: {...}}}`` as Slack's clients tell it.

    Raises NoSuchAnswerError for a field or an option that the view does not have.
    """
    for block_id, actions in state.items():
        for action_id, said in actions.items():
            element = find(window.body["blocks"], block_id, action_id)
            if element is None or element["type"] not in FIELDS:
                raise NoSuchAnswerError(f"{block_id}.{action_id}")
            window.state.setdefault(block_id, {})[action_id] = answer(element, said)


def answer(element: Json, said: Json) -> Json:
    """Return what was entered in full: options as the element has them."""
    kind = FIELDS[element["type"]]
    given = said.get(kind.key, kind.empty)
    if "option" in kind.key:
        given = _chosen(element, given, many=kind.many)
    return {"type": element["type"], kind.key: given or kind.empty}


def _chosen(element: Json, given: Any, *, many: bool) -> Any:  # noqa: ANN401 - one option or a list
    groups = element.get("option_groups", ())
    offered = [*element.get("options", ()), *(o for g in groups for o in g["options"])]
    known = {option["value"]: option for option in offered}
    codes = [one["value"] for one in (given if many else [given]) if one]
    if not set(codes) <= set(known):
        raise NoSuchAnswerError(element["action_id"])
    options = [known[code] for code in codes]
    return options if many else (options or [None])[0]


def unanswered(window: Window) -> list[str]:
    """Return the blocks whose required question has no answer yet."""
    told = values(window)
    return [
        block["block_id"]
        for block in window.body["blocks"]
        if block["type"] == "input" and not block.get("optional") and not _answered(block, told)
    ]


def _answered(block: Json, told: Json) -> bool:
    element = block["element"]
    said = told[block["block_id"]][element["action_id"]]
    return bool(said[FIELDS[element["type"]].key])


def keep_up(window: Window, body: Json) -> None:
    """Give a window a new body; entered values stay where block, action and kind stay."""
    kept: Json = {}
    for block, element in elements(body["blocks"]):
        said = window.state.get(block["block_id"], {}).get(element["action_id"])
        if said and said["type"] == element["type"]:
            kept.setdefault(block["block_id"], {})[element["action_id"]] = said
    window.body, window.state, window.errors = body, kept, {}
