"""Models of Block Kit elements: buttons, pickers, text inputs and images.

The key ``type`` is the discriminator of the unions at the end of the module.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.sandbox.block_kit.choices import (
    Checkboxes,
    MultiStaticSelect,
    OverflowMenu,
    RadioButtons,
    StaticSelect,
)
from bot.sandbox.block_kit.schema import (
    MAX_SELECTED_ITEMS,
    BlockKitModel,
    Identifier,
    InteractiveElement,
    Omittable,
    PlainText,
    SelectionLimit,
    SlackId,
    Text75,
    Text150,
    Text2000,
    Text3000,
)

_MAX_INPUT_LENGTH = 3000


_SlackIds = Annotated[list[SlackId], Field(min_length=1, max_length=MAX_SELECTED_ITEMS)]


class Button(InteractiveElement):
    """A button: its callback value is a string, its URL has a scheme from a fixed list."""

    type: Literal["button"]
    text: PlainText[Text75]
    value: Annotated[str, Field(max_length=2000)] = ""
    url: Omittable[Annotated[Text3000, Field(pattern=r"^(https?|slack|mailto):\S+$")]] = None
    style: Literal["primary", "danger"] = "primary"
    accessibility_label: Omittable[Text75] = None


class _PlaceholderElement(InteractiveElement):
    """An interactive element with a placeholder: a menu, a picker or a text input."""

    placeholder: Omittable[PlainText[Text150]] = None


class UsersSelect(_PlaceholderElement):
    """A select menu of users; the default is a user id."""

    type: Literal["users_select"]
    initial_user: Omittable[SlackId] = None


class MultiUsersSelect(_PlaceholderElement):
    """A select menu of users; the default is a list of user ids."""

    type: Literal["multi_users_select"]
    initial_users: Omittable[_SlackIds] = None
    max_selected_items: Omittable[SelectionLimit] = None


class ConversationFilter(BlockKitModel):
    """A filter of the conversations in a select menu."""

    include: Omittable[
        Annotated[
            list[Literal["im", "mpim", "private", "public"]], Field(min_length=1, max_length=4)
        ]
    ] = None
    exclude_external_shared_channels: bool = False
    exclude_bot_users: bool = False


class _ConversationPicker(_PlaceholderElement):
    filter: Omittable[ConversationFilter] = None
    default_to_current_conversation: bool = False


class ConversationsSelect(_ConversationPicker):
    """A select menu of conversations; a response URL can be requested for the selection."""

    type: Literal["conversations_select"]
    initial_conversation: Omittable[SlackId] = None
    response_url_enabled: bool = False


class MultiConversationsSelect(_ConversationPicker):
    """A select menu of conversations; the default is a list of conversation ids."""

    type: Literal["multi_conversations_select"]
    initial_conversations: Omittable[_SlackIds] = None
    max_selected_items: Omittable[SelectionLimit] = None


class ChannelsSelect(_PlaceholderElement):
    """A select menu of public channels."""

    type: Literal["channels_select"]
    initial_channel: Omittable[SlackId] = None
    response_url_enabled: bool = False


class TimePicker(_PlaceholderElement):
    """A time picker; the default has the shape ``HH:MM``, its range is not validated."""

    type: Literal["timepicker"]
    initial_time: Omittable[Annotated[str, Field(pattern=r"^[0-2]\d:[0-5]\d$")]] = None
    timezone: Omittable[Identifier] = None


class DatePicker(_PlaceholderElement):
    """A date picker; the default has the shape ``YYYY-MM-DD``, its range is not validated."""

    type: Literal["datepicker"]
    initial_date: Omittable[Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]] = None


class DispatchActionConfig(BlockKitModel):
    """The events of a text input that dispatch an action."""

    trigger_actions_on: Omittable[
        Annotated[
            list[Literal["on_enter_pressed", "on_character_entered"]],
            Field(min_length=1, max_length=2),
        ]
    ] = None


class PlainTextInput(_PlaceholderElement):
    """A text input; the length limits apply to the answer and are not checked on the default."""

    type: Literal["plain_text_input"]
    initial_value: Annotated[str, Field(max_length=_MAX_INPUT_LENGTH)] = ""
    multiline: bool = False
    min_length: Annotated[int, Field(ge=0, le=_MAX_INPUT_LENGTH)] = 0
    max_length: Annotated[int, Field(ge=1, le=_MAX_INPUT_LENGTH)] = _MAX_INPUT_LENGTH
    dispatch_action_config: Omittable[DispatchActionConfig] = None

    @model_validator(mode="after")
    def _validate(self) -> Self:
        if self.min_length > self.max_length:
            message = "min_length is above max_length"
            raise ValueError(message)
        return self


class ImageElement(BlockKitModel):
    """An image in a context block or beside a section."""

    type: Literal["image"]
    image_url: Text3000
    alt_text: Text2000


_Field = (
    RadioButtons
    | Checkboxes
    | StaticSelect
    | MultiStaticSelect
    | UsersSelect
    | MultiUsersSelect
    | ConversationsSelect
    | MultiConversationsSelect
    | ChannelsSelect
    | TimePicker
    | DatePicker
)

ActionsElement = Annotated[_Field | Button | OverflowMenu, Field(discriminator="type")]
SectionAccessory = Annotated[
    _Field | Button | OverflowMenu | ImageElement, Field(discriminator="type")
]
InputElement = Annotated[_Field | PlainTextInput, Field(discriminator="type")]
