"""The base models of Block Kit objects, and the field types that they share."""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

MAX_ID_LENGTH = 255
"""Maximum characters of a block_id, an action_id, a callback_id or an external_id."""

MAX_SELECTED_ITEMS = 1000
"""Maximum number of items that a user can select in a menu."""

ItemT = TypeVar("ItemT")
TextT = TypeVar("TextT", bound=str)


def _reject_null(value: object) -> object:
    if value is None:
        message = "null in the place of a value"
        raise ValueError(message)
    return value


Omittable = Annotated[ItemT | None, BeforeValidator(_reject_null)]
"""An optional property with the default ``None``; an explicit null in a payload is invalid."""

Identifier = Annotated[str, Field(min_length=1, max_length=MAX_ID_LENGTH)]
SlackId = Annotated[str, Field(max_length=MAX_ID_LENGTH, pattern=r"^[A-Z0-9]+$")]
SelectionLimit = Annotated[int, Field(ge=1, le=MAX_SELECTED_ITEMS)]

# Strings of 1 to N characters.
Text20 = Annotated[str, Field(min_length=1, max_length=20)]
Text24 = Annotated[str, Field(min_length=1, max_length=24)]
Text30 = Annotated[str, Field(min_length=1, max_length=30)]
Text50 = Annotated[str, Field(min_length=1, max_length=50)]
Text75 = Annotated[str, Field(min_length=1, max_length=75)]
Text100 = Annotated[str, Field(min_length=1, max_length=100)]
Text150 = Annotated[str, Field(min_length=1, max_length=150)]
Text200 = Annotated[str, Field(min_length=1, max_length=200)]
Text300 = Annotated[str, Field(min_length=1, max_length=300)]
Text2000 = Annotated[str, Field(min_length=1, max_length=2000)]
Text3000 = Annotated[str, Field(min_length=1, max_length=3000)]


class BlockKitModel(BaseModel):
    """The base of all models: unknown keys are invalid, and validation is strict.

    A strict schema converts no value: the string ``"1"`` is neither an integer nor a boolean.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PlainText(BlockKitModel, Generic[TextT]):
    """A ``plain_text`` object; the type argument bounds the length of its text."""

    type: Literal["plain_text"]
    text: TextT
    emoji: Omittable[bool] = None


class Mrkdwn(BlockKitModel, Generic[TextT]):
    """An ``mrkdwn`` text object; the type argument bounds the length of its text."""

    type: Literal["mrkdwn"]
    text: TextT
    verbatim: Omittable[bool] = None


TextObject75 = Annotated[PlainText[Text75] | Mrkdwn[Text75], Field(discriminator="type")]
TextObject200 = Annotated[PlainText[Text200] | Mrkdwn[Text200], Field(discriminator="type")]
TextObject300 = Annotated[PlainText[Text300] | Mrkdwn[Text300], Field(discriminator="type")]
TextObject2000 = Annotated[PlainText[Text2000] | Mrkdwn[Text2000], Field(discriminator="type")]
TextObject3000 = Annotated[PlainText[Text3000] | Mrkdwn[Text3000], Field(discriminator="type")]


class ConfirmDialog(BlockKitModel):
    """The schema of a confirmation dialog before an action."""

    title: PlainText[Text100]
    text: TextObject300
    confirm: PlainText[Text30]
    deny: PlainText[Text30]
    style: Literal["primary", "danger"] = "primary"


class InteractiveElement(BlockKitModel):
    """The keys that the schema of every interactive element has in common."""

    action_id: Omittable[Identifier] = None
    confirm: Omittable[ConfirmDialog] = None
    focus_on_load: bool = False


def find_duplicates(values: list[str]) -> list[str]:
    """Return the distinct strings that occur more than once, in order of first occurrence."""
    return [value for value in dict.fromkeys(values) if values.count(value) > 1]
