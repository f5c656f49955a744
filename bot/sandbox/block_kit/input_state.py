"""What a person enters into a view: read from its blocks, kept in Slack's own shape."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.workspace.workspace import Json, OpenView


@dataclass(frozen=True)
class FieldType:
    """How one kind of field tells its answer: under which key, with what before any."""

    answer_key: str
    initial_key: str
    is_multiple: bool = False

    @property
    def empty_value(self) -> Any:  # noqa: ANN401 - as Slack tells it
        """What Slack tells of a field that nobody touched."""
        return [] if self.is_multiple else None


FIELD_TYPES: Mapping[str, FieldType] = {
    "radio_buttons": FieldType("selected_option", "initial_option"),
    "static_select": FieldType("selected_option", "initial_option"),
    "checkboxes": FieldType("selected_options", "initial_options", is_multiple=True),
    "multi_static_select": FieldType("selected_options", "initial_options", is_multiple=True),
    "users_select": FieldType("selected_user", "initial_user"),
    "multi_users_select": FieldType("selected_users", "initial_users", is_multiple=True),
    "conversations_select": FieldType("selected_conversation", "initial_conversation"),
    "multi_conversations_select": FieldType(
        "selected_conversations", "initial_conversations", is_multiple=True
    ),
    "channels_select": FieldType("selected_channel", "initial_channel"),
    "timepicker": FieldType("selected_time", "initial_time"),
    "datepicker": FieldType("selected_date", "initial_date"),
    "datetimepicker": FieldType("selected_date_time", "initial_date_time"),
    "plain_text_input": FieldType("value", "initial_value"),
    "number_input": FieldType("value", "initial_value"),
    "email_text_input": FieldType("value", "initial_value"),
    "url_text_input": FieldType("value", "initial_value"),
}


class InvalidAnswerError(Exception):
    """Somebody entered what the field does not offer; no client of Slack's could."""


def iter_elements(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Give every element a person can touch, with its block."""
    for block in blocks:
        inside = [block.get("element"), block.get("accessory"), *block.get("elements", ())]
        for element in inside:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def find_element(blocks: Sequence[Json], block_id: str, action_id: str) -> Json | None:
    """Return the element with these ids, wherever it stands."""
    ids = (block_id, action_id)
    found = (e for b, e in iter_elements(blocks) if (b["block_id"], e["action_id"]) == ids)
    return next(found, None)


def collect_values(open_view: OpenView) -> Json:
    """Return ``state.values`` of a view: each field's answer, or what it began with."""
    told: Json = {}
    for block, element in iter_elements(open_view.body["blocks"]):
        if kind := FIELD_TYPES.get(element["type"]):
            given = open_view.state.get(block["block_id"], {}).get(element["action_id"])
            began = {
                "type": element["type"],
                kind.answer_key: element.get(kind.initial_key, kind.empty_value),
            }
            told.setdefault(block["block_id"], {})[element["action_id"]] = given or began
    return told


def store_answers(open_view: OpenView, state: Mapping[str, Any]) -> None:
    """Keep what a person entered, ``{block: {action: {...}}}`` as Slack's clients tell it.

    Raises NoSuchAnswerError for a field or an option that the view does not have.
    """
    for block_id, actions in state.items():
        for action_id, said in actions.items():
            element = find_element(open_view.body["blocks"], block_id, action_id)
            if element is None or element["type"] not in FIELD_TYPES:
                raise InvalidAnswerError(f"{block_id}.{action_id}")
            open_view.state.setdefault(block_id, {})[action_id] = normalize_answer(element, said)


def normalize_answer(element: Json, raw_answer: Json) -> Json:
    """Return what was entered in full: options as the element has them."""
    kind = FIELD_TYPES[element["type"]]
    given = raw_answer.get(kind.answer_key, kind.empty_value)
    if "option" in kind.answer_key:
        given = _expand_options(element, given, is_multiple=kind.is_multiple)
    return {"type": element["type"], kind.answer_key: given or kind.empty_value}


def _expand_options(element: Json, raw_value: Any, *, is_multiple: bool) -> Any:  # noqa: ANN401 - one option or a list
    groups = element.get("option_groups", ())
    offered = [*element.get("options", ()), *(o for g in groups for o in g["options"])]
    known = {option["value"]: option for option in offered}
    codes = [one["value"] for one in (raw_value if is_multiple else [raw_value]) if one]
    if not set(codes) <= set(known):
        raise InvalidAnswerError(element["action_id"])
    options = [known[code] for code in codes]
    return options if is_multiple else (options or [None])[0]


def find_unanswered_blocks(open_view: OpenView) -> list[str]:
    """Return the blocks whose required question has no answer yet."""
    told = collect_values(open_view)
    return [
        block["block_id"]
        for block in open_view.body["blocks"]
        if block["type"] == "input" and not block.get("optional") and not _has_answer(block, told)
    ]


def _has_answer(block: Json, state_values: Json) -> bool:
    element = block["element"]
    said = state_values[block["block_id"]][element["action_id"]]
    return bool(said[FIELD_TYPES[element["type"]].answer_key])


def replace_view_body(open_view: OpenView, body: Json) -> None:
    """Give a window a new body; entered values stay where block, action and kind stay."""
    kept: Json = {}
    for block, element in iter_elements(body["blocks"]):
        said = open_view.state.get(block["block_id"], {}).get(element["action_id"])
        if said and said["type"] == element["type"]:
            kept.setdefault(block["block_id"], {})[element["action_id"]] = said
    open_view.body, open_view.state, open_view.errors = body, kept, {}
