"""Input fields of forms, independent of the product; an adapter renders and parses each type.

The answers are in :attr:`bot.conversation.Request.answers`: a tuple of strings by field id.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One option: the code that is submitted, and the label that is rendered (75 characters)."""

    code: str
    label: str
    description: str = ""


@dataclass(frozen=True)
class ChoiceField:
    """A choice of codes: radio buttons if ``max_selected`` is 1, else checkboxes.

    At most ten options, unless ``as_dropdown`` renders a drop-down list with one answer. With
    ``refreshes_form`` the form's handler gets a request of step ``CHANGED`` and returns the updated
    form: on Slack at each change, on Teams when the person clicks a button.
    """

    id: str
    label: str
    options: tuple[Option, ...]
    required: bool = True
    max_selected: int = 1
    hint: str = ""
    initial: tuple[str, ...] = ()
    as_dropdown: bool = False
    refreshes_form: bool = False


@dataclass(frozen=True)
class TimeField:
    """A time picker; the answer is a local time as a string, ``HH:MM``, without a zone."""

    id: str
    label: str
    initial: str = ""
    required: bool = True
    hint: str = ""


@dataclass(frozen=True)
class DateField:
    """A date picker; the answer is a string in ISO format, ``YYYY-MM-DD``."""

    id: str
    label: str
    initial: str = ""
    required: bool = True
    hint: str = ""


@dataclass(frozen=True)
class PeopleField:
    """The product's people picker; the answer is a list of person ids."""

    id: str
    label: str
    initial: tuple[str, ...] = ()
    required: bool = True
    max_selected: int = 100
    hint: str = ""


@dataclass(frozen=True)
class ChannelField:
    """The product's channel picker; the answer is a list with one channel id."""

    id: str
    label: str
    initial: str = ""
    required: bool = True
    hint: str = ""


@dataclass(frozen=True)
class NameField:
    """A one-line text input for the name of a team or practice, the only free-text field.

    Only the team set-up has it: no form of a clinician has a field in which anything about a client
    could be typed.
    """

    id: str
    label: str
    initial: str = ""
    required: bool = True
    max_length: int = 60
    hint: str = ""


FIELD_TYPES = (ChoiceField, TimeField, DateField, PeopleField, ChannelField, NameField)
Field = ChoiceField | TimeField | DateField | PeopleField | ChannelField | NameField
