"""Input state of a view: ``state.values`` in Slack's own shape, derived from its blocks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.workspace.workspace import Json, OpenView


@dataclass(frozen=True)
class FieldType:
    """The keys of an input element type: of its answer in the state, and of its initial value."""

    answer_key: str
    initial_key: str
    is_multiple: bool = False

    @property
    def empty_value(self) -> Any:  # noqa: ANN401 - a list or None
        """The value of a field without an answer and without an initial value."""
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
    """An answer to an unknown field, or with an unknown option; no Slack client sends one."""


def iter_elements(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield every interactive element (one with an ``action_id``) with its block."""
    for block in blocks:
        candidates = [block.get("element"), block.get("accessory"), *block.get("elements", ())]
        for element in candidates:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def find_element(blocks: Sequence[Json], block_id: str, action_id: str) -> Json | None:
    """Return the element with these ids, or None."""
    matches = (
        element
        for block, element in iter_elements(blocks)
        if (block["block_id"], element["action_id"]) == (block_id, action_id)
    )
    return next(matches, None)


def collect_values(open_view: OpenView) -> Json:
    """Return ``state.values`` of a view: the answer of each field, or its initial value."""
    state_values: Json = {}
    for block, element in iter_elements(open_view.body["blocks"]):
        if field_type := FIELD_TYPES.get(element["type"]):
            answer = open_view.state.get(block["block_id"], {}).get(element["action_id"])
            initial_value = element.get(field_type.initial_key, field_type.empty_value)
            default = {"type": element["type"], field_type.answer_key: initial_value}
            state_values.setdefault(block["block_id"], {})[element["action_id"]] = answer or default
    return state_values


def store_answers(open_view: OpenView, state: Mapping[str, Any]) -> None:
    """Validate and store answers, ``{block_id: {action_id: {...}}}`` as Slack's clients send them.

    Raises InvalidAnswerError for a field or an option that the view does not have.
    """
    for block_id, actions in state.items():
        for action_id, raw_answer in actions.items():
            element = find_element(open_view.body["blocks"], block_id, action_id)
            if element is None or element["type"] not in FIELD_TYPES:
                raise InvalidAnswerError(f"{block_id}.{action_id}")
            open_view.state.setdefault(block_id, {})[action_id] = normalize_answer(
                element, raw_answer
            )


def normalize_answer(element: Json, raw_answer: Json) -> Json:
    """Return an answer with its type; option values become the full options of the element.

    Raises InvalidAnswerError for a value that is not among the options.
    """
    field_type = FIELD_TYPES[element["type"]]
    value = raw_answer.get(field_type.answer_key, field_type.empty_value)
    if "option" in field_type.answer_key:
        value = _expand_options(element, value, is_multiple=field_type.is_multiple)
    return {"type": element["type"], field_type.answer_key: value or field_type.empty_value}


def _expand_options(element: Json, raw_value: Any, *, is_multiple: bool) -> Any:  # noqa: ANN401 - one option or a list
    groups = element.get("option_groups", ())
    grouped_options = (option for group in groups for option in group["options"])
    options_by_value = {
        option["value"]: option for option in (*element.get("options", ()), *grouped_options)
    }
    raw_options = raw_value if is_multiple else [raw_value]
    values = [option["value"] for option in raw_options if option]
    if not set(values) <= set(options_by_value):
        raise InvalidAnswerError(element["action_id"])
    options = [options_by_value[value] for value in values]
    return options if is_multiple else (options or [None])[0]


def find_unanswered_blocks(open_view: OpenView) -> list[str]:
    """Return the ids of required input blocks without an answer."""
    state_values = collect_values(open_view)
    return [
        block["block_id"]
        for block in open_view.body["blocks"]
        if block["type"] == "input"
        and not block.get("optional")
        and not _has_answer(block, state_values)
    ]


def _has_answer(block: Json, state_values: Json) -> bool:
    element = block["element"]
    answer = state_values[block["block_id"]][element["action_id"]]
    return bool(answer[FIELD_TYPES[element["type"]].answer_key])


def replace_view_body(open_view: OpenView, body: Json) -> None:
    """Replace the body of a view; answers survive where block id, action id and type match.

    Field errors are cleared.
    """
    retained: Json = {}
    for block, element in iter_elements(body["blocks"]):
        answer = open_view.state.get(block["block_id"], {}).get(element["action_id"])
        if answer and answer["type"] == element["type"]:
            retained.setdefault(block["block_id"], {})[element["action_id"]] = answer
    open_view.body, open_view.state, open_view.errors = body, retained, {}
