"""Block Kit validation: messages, modals and Home views against Slack's limits.

The limits come from Slack's Block Kit reference and its published types (2026-11). They detect
an invalid payload of the bot before a real workspace does. Where two sources differ the smaller
limit applies. Block types that the bot never renders are rejected as unknown.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from bot.sandbox.block_kit.blocks import (
    MAX_MARKDOWN_LENGTH,
    Block,
    ChartBlock,
    HomeBlock,
    InputBlock,
    MarkdownBlock,
    MessageBlock,
    ModalBlock,
    TableBlock,
)
from bot.sandbox.block_kit.schema import (
    MAX_ID_LENGTH,
    BlockKitModel,
    Omittable,
    PlainText,
    Text24,
    find_duplicates,
)

_MAX_MESSAGE_BLOCKS, _MAX_VIEW_BLOCKS = 50, 100
_MAX_TABLES, _MAX_CHARTS = 1, 2
_MAX_MESSAGE_LENGTH, _MAX_METADATA_LENGTH = 40_000, 3000

_OptionalId = Annotated[str, Field(max_length=MAX_ID_LENGTH)]


class _Surface(BlockKitModel):
    """A payload with a list of blocks; validates the rules across all blocks of the list."""

    blocks: Sequence[Block]

    @model_validator(mode="after")
    def _validate_blocks(self) -> Self:
        faults = [*_find_excess_blocks(self.blocks), *_find_id_conflicts(self.blocks)]
        if faults:
            raise ValueError("; ".join(faults))
        return self


class MessagePayload(_Surface):
    """The text and the list of blocks of a message; one of them is required."""

    text: Annotated[str, Field(max_length=_MAX_MESSAGE_LENGTH)]
    blocks: Annotated[list[MessageBlock], Field(max_length=_MAX_MESSAGE_BLOCKS)]

    @model_validator(mode="after")
    def _validate_content(self) -> Self:
        if not self.text and not self.blocks:
            message = "requires text or blocks"
            raise ValueError(message)
        return self


class _View(_Surface):
    private_metadata: Annotated[str, Field(max_length=_MAX_METADATA_LENGTH)] = ""
    callback_id: _OptionalId = ""
    external_id: _OptionalId = ""


class ModalView(_View):
    """The schema of a modal; with an input block it requires a submit button."""

    type: Literal["modal"]
    title: PlainText[Text24]
    submit: Omittable[PlainText[Text24]] = None
    close: Omittable[PlainText[Text24]] = None
    clear_on_close: bool = False
    notify_on_close: bool = False
    submit_disabled: bool = False
    blocks: Annotated[list[ModalBlock], Field(max_length=_MAX_VIEW_BLOCKS)]

    @model_validator(mode="after")
    def _validate_submit(self) -> Self:
        if self.submit is None and any(isinstance(block, InputBlock) for block in self.blocks):
            message = "requires submit in a modal with an input block"
            raise ValueError(message)
        return self


class HomeView(_View):
    """The schema of a Home view; it has no title, no submit and no close button."""

    type: Literal["home"]
    blocks: Annotated[list[HomeBlock], Field(max_length=_MAX_VIEW_BLOCKS)]


_VIEW_MODELS: Mapping[str, type[_View]] = {"modal": ModalView, "home": HomeView}


def find_faults(payload: dict[str, Any], surface: str) -> list[str]:
    """Return every fault for which Slack would reject *payload*; an empty list for a valid one.

    *surface* is ``message``, ``modal`` or ``home``; a message needs ``text`` or ``blocks``, and
    its other keys are ignored. Each fault begins with a JSON pointer.
    """
    if surface == "message":
        content = {"text": payload.get("text") or "", "blocks": payload.get("blocks") or []}
        return _validate_payload(MessagePayload, content, "")
    return _validate_payload(_VIEW_MODELS[surface], payload, "/view")


def _validate_payload(model: type[_Surface], payload: object, prefix: str) -> list[str]:
    try:
        model.model_validate(payload)
    except ValidationError as error:
        return [
            f"{prefix}{_build_pointer(payload, fault['loc'])}: {_strip_error_prefix(fault['msg'])}"
            for fault in error.errors(include_url=False, include_context=False, include_input=False)
        ]
    return []


def _strip_error_prefix(message: str) -> str:
    """Remove the prefix that pydantic adds to the message of a ValueError."""
    return message.removeprefix("Value error, ")


def _build_pointer(payload: object, location: tuple[int | str, ...]) -> str:
    """Return the JSON pointer of a pydantic location, without the tags of discriminated unions.

    In a location the tag precedes the property: ``("blocks", 0, "section", "text")``.
    """
    pointer, value, has_passed_tag = "", payload, False
    for part in location:
        if isinstance(value, dict) and value.get("type") == part and not has_passed_tag:
            has_passed_tag = True
            continue
        pointer += f"/{part}"
        value, has_passed_tag = _get_child(value, part), False
    return pointer


def _get_child(value: object, part: int | str) -> object:
    if isinstance(value, dict):
        return value.get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) else None


def _find_excess_blocks(blocks: Sequence[Block]) -> list[str]:
    faults = []
    if sum(isinstance(block, TableBlock) for block in blocks) > _MAX_TABLES:
        faults.append("too many tables")
    if sum(isinstance(block, ChartBlock) for block in blocks) > _MAX_CHARTS:
        faults.append("too many charts")
    markdown = (block.text for block in blocks if isinstance(block, MarkdownBlock))
    if sum(map(len, markdown)) > MAX_MARKDOWN_LENGTH:
        faults.append(f"markdown over {MAX_MARKDOWN_LENGTH} characters")
    return faults


def _find_id_conflicts(blocks: Sequence[Block]) -> list[str]:
    """Return duplicate block ids, duplicate action ids within a block, and a second focus."""
    block_ids = [block.block_id for block in blocks if block.block_id]
    faults = [f"duplicate block_id {block_id!r}" for block_id in find_duplicates(block_ids)]
    for block in blocks:
        action_ids = [element.action_id for element in block.interactive_elements]
        duplicates = find_duplicates([action_id for action_id in action_ids if action_id])
        faults += [f"duplicate action_id {action_id!r}" for action_id in duplicates]
    elements = [element for block in blocks for element in block.interactive_elements]
    if sum(element.focus_on_load for element in elements) > 1:
        faults.append("focus_on_load in more than one element")
    return faults
