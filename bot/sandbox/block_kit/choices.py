"""Models of the Block Kit elements with a list of options: choices and menus.

The values of the options of one list are unique; those in option groups are not compared. An
initial option must be one of the options.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.sandbox.block_kit.schema import (
    BlockKitModel,
    InteractiveElement,
    Omittable,
    PlainText,
    SelectionLimit,
    Text75,
    Text150,
    Text3000,
    TextObject75,
    find_duplicates,
)


class ChoiceOption(BlockKitModel):
    """An option of radio buttons or checkboxes; its text is plain text or mrkdwn."""

    text: TextObject75
    value: Text150
    description: Omittable[TextObject75] = None


class PlainOption(BlockKitModel):
    """An option of a select menu; its text is plain text."""

    text: PlainText[Text75]
    value: Text150
    description: Omittable[PlainText[Text75]] = None


class OverflowOption(PlainOption):
    """An option of an overflow menu, which may open a URL."""

    url: Omittable[Text3000] = None


_Choices = Annotated[list[ChoiceOption], Field(min_length=1, max_length=10)]
_SelectOptions = Annotated[list[PlainOption], Field(min_length=1, max_length=100)]


class OverflowMenu(InteractiveElement):
    """An overflow menu: a list of up to five options."""

    type: Literal["overflow"]
    options: Annotated[list[OverflowOption], Field(min_length=1, max_length=5)]


class _OptionElement(InteractiveElement):
    def _validate_options(
        self,
        options: Sequence[ChoiceOption | PlainOption],
        initial_options: Sequence[ChoiceOption | PlainOption],
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
    """Radio buttons; the initial option must be one of the list."""

    type: Literal["radio_buttons"]
    options: _Choices
    initial_option: Omittable[ChoiceOption] = None

    @model_validator(mode="after")
    def _validate(self) -> Self:
        self._validate_options(self.options, [self.initial_option] if self.initial_option else [])
        return self


class Checkboxes(_OptionElement):
    """Checkboxes; each initial option must be one of the list."""

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
    max_selected_items: Omittable[SelectionLimit] = None

    @model_validator(mode="after")
    def _validate(self) -> Self:
        self._validate_menu(self.initial_options or [])
        return self
