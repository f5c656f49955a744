"""Models of Block Kit elements: buttons, menus, choices, pickers and text inputs.

The key ``type`` is the discriminator of the unions at the end of the module.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.sandbox.block_kit.schema import (
    BlockKitModel,
    Identifier,
    Omittable,
    PlainText,
    SlackId,
    Text30,
    Text75,
    Text100,
    Text150,
    Text2000,
    Text3000,
    TextObject75,
    TextObject300,
    find_duplicates,
)

_MAX_INPUT_LENGTH, _MAX_SELECTED_ITEMS = 3000, 1000


class ConfirmDialog(BlockKitModel):
    """The schema of a confirmation dialog before an action."""

    title: PlainText[Text100]
    text: TextObject300
    confirm: PlainText[Text30]
    deny: PlainText[Text30]
    style: Literal["primary", "danger"] = "primary"


class MarkdownOption(BlockKitModel):
    """An option of radio buttons or checkboxes."""

    text: TextObject75
    value: Text150
    description: Omittable[TextObject75] = None


class PlainOption(BlockKitModel):
    """An option of a select menu."""

    text: PlainText[Text75]
    value: Text150
    description: Omittable[PlainText[Text75]] = None


class OverflowOption(PlainOption):
    """An option of an overflow menu, which may open a URL."""

    url: Omittable[Text3000] = None


_Choices = Annotated[list[MarkdownOption], Field(min_length=1, max_length=10)]
_SelectOptions = Annotated[list[PlainOption], Field(min_length=1, max_length=100)]
_SelectionLimit = Annotated[int, Field(ge=1, le=_MAX_SELECTED_ITEMS)]
_SlackIds = Annotated[list[SlackId], Field(min_length=1, max_length=_MAX_SELECTED_ITEMS)]


class InteractiveElement(BlockKitModel):
    """The keys that the schema of every interactive element has in common."""

    action_id: Omittable[Identifier] = None
    confirm: Omittable[ConfirmDialog] = None
    focus_on_load: bool = False


class Button(InteractiveElement):
    """A button: its callback value is a string, its URL has a scheme from a fixed list."""

    type: Literal["button"]
    text: PlainText[Text75]
    value: Annotated[str, Field(max_length=2000)] = ""
    url: Omittable[Annotated[Text3000, Field(pattern=r"^(https?|slack|mailto):\S+$")]] = None
    style: Literal["primary", "danger"] = "primary"
    accessibility_label: Omittable[Text75] = None


class OverflowMenu(InteractiveElement):
    """An overflow menu: a list of up to five options."""

    type: Literal["overflow"]
    options: Annotated[list[OverflowOption], Field(min_length=1, max_length=5)]


class _OptionElement(InteractiveElement):
    def _validate_options(
        self,
        options: Sequence[MarkdownOption | PlainOption],
        initial_options: Sequence[MarkdownOption | PlainOption],
        grouped_options: Sequence[PlainOption] = (),
    ) -> None:
        """Raise ValueError for a duplicate value, or an initial option that is not an option."""
        if duplicates := find_duplicates([option.value for option in options]):
            message = f"duplicate option value {duplicates[0]!r}"
            raise ValueError(message)
        if any(option not in (*options, *grouped_options) for option in initial_options):
            message = "the initial option is not among the options"
            raise ValueError(message)


class RadioButtons(_OptionElement):
    """Radio buttons; the default option must be one of the list."""

    type: Literal["radio_buttons"]
    options: _Choices
    initial_option: Omittable[MarkdownOption] = None

    @model_validator(mode="after")
    def _validate(self) -> Self:
        self._validate_options(self.options, [self.initial_option] if self.initial_option else [])
        return self


class Checkboxes(_OptionElement):
    """Checkboxes; each default option must be one of the list."""

    type: Literal["checkboxes"]
    options: _Choices
    initial_options: Omittable[_Choices] = None

    @model_validator(mode="after")
    def _validate(self) -> Self:
        self._validate_options(self.options, self.initial_options or [])
        return self


class OptionGroup(BlockKitModel):
    """A labelled group of options in a select menu."""

    label: PlainText[Text75]
    options: _SelectOptions


class _SelectMenu(_OptionElement):
    options: Omittable[_SelectOptions] = None
    option_groups: Omittable[Annotated[list[OptionGroup], Field(min_length=1, max_length=100)]] = (
        None
    )
    placeholder: Omittable[PlainText[Text150]] = None

    def _validate_menu(self, initial_options: Sequence[PlainOption]) -> None:
        """Raise ValueError for invalid options, and without exactly one source of options."""
        if (self.options is None) == (self.option_groups is None):
            message = "requires either options or option_groups"
            raise ValueError(message)
        grouped = [option for group in self.option_groups or [] for option in group.options]
        self._validate_options(self.options or [], initial_options, grouped)


class StaticSelect(_SelectMenu):
    """A select menu with a fixed list of options or of option groups."""

    type: Literal["static_select"]
    initial_option: Omittable[PlainOption] = None

    @model_validator(mode="after")
    def _validate(self) -> Self:
        self._validate_menu([self.initial_option] if self.initial_option else [])
        return self


class MultiStaticSelect(_SelectMenu):
    """A select menu with a fixed list of options, of which several can be selected."""

    type: Literal["multi_static_select"]
    initial_options: Omittable[_SelectOptions] = None
    max_selected_items: Omittable[_SelectionLimit] = None

    @model_validator(mode="after")
    def _validate(self) -> Self:
        self._validate_menu(self.initial_options or [])
        return self


class _Picker(InteractiveElement):
    placeholder: Omittable[PlainText[Text150]] = None


class UsersSelect(_Picker):
    """A select menu of users; the default is a user id."""

    type: Literal["users_select"]
    initial_user: Omittable[SlackId] = None


class MultiUsersSelect(_Picker):
    """A select menu of users; the default is a list of user ids."""

    type: Literal["multi_users_select"]
    initial_users: Omittable[_SlackIds] = None
    max_selected_items: Omittable[_SelectionLimit] = None


class ConversationFilter(BlockKitModel):
    """A filter of the conversations in a select menu."""

    include: Omittable[
        Annotated[
            list[Literal["im", "mpim", "private", "public"]], Field(min_length=1, max_length=4)
        ]
    ] = None
    exclude_external_shared_channels: bool = False
    exclude_bot_users: bool = False


class _ConversationPicker(_Picker):
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
    max_selected_items: Omittable[_SelectionLimit] = None


class ChannelsSelect(_Picker):
    """A select menu of public channels."""

    type: Literal["channels_select"]
    initial_channel: Omittable[SlackId] = None
    response_url_enabled: bool = False


class TimePicker(_Picker):
    """A time picker; the default is a string ``HH:MM``."""

    type: Literal["timepicker"]
    initial_time: Omittable[Annotated[str, Field(pattern=r"^[0-2]\d:[0-5]\d$")]] = None
    timezone: Omittable[Identifier] = None


class DatePicker(_Picker):
    """A date picker; the default is a string ``YYYY-MM-DD``."""

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


class PlainTextInput(_Picker):
    """A text input with bounds on the length of the string."""

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
