"""Fields of forms, independent of the product: questions and the options of their answers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One selectable answer: its stable code and its label (75 characters at most)."""

    code: str
    label: str
    description: str = ""


@dataclass(frozen=True)
class ChoiceField:
    """A question with coded answers: radio buttons if ``max_selected`` is 1, else checkboxes.

    At most ten options. ``as_dropdown`` renders a drop-down list, for a long list with one
    answer. ``refreshes_form`` calls the form's own handler at each change (with
    step ``CHANGED``), which returns the updated form.
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
    """A question whose answer is a local time as a string, ``HH:MM``."""

    id: str
    label: str
    initial: str = ""
    required: bool = True
    hint: str = ""


@dataclass(frozen=True)
class DateField:
    """A question whose answer is a date as a string, ``YYYY-MM-DD``."""

    id: str
    label: str
    initial: str = ""
    required: bool = True
    hint: str = ""


@dataclass(frozen=True)
class PeopleField:
    """A question whose answer is a list of person ids, selected in the product's people picker."""

    id: str
    label: str
    initial: tuple[str, ...] = ()
    required: bool = True
    max_selected: int = 100
    hint: str = ""


@dataclass(frozen=True)
class ChannelField:
    """A question whose answer is one channel id, as a list with one string."""

    id: str
    label: str
    initial: str = ""
    required: bool = True
    hint: str = ""


@dataclass(frozen=True)
class NameField:
    """A one-line text field for the name of a team or a practice.

    Only the team set-up has it. Debriefs, guides and check-ins may not: none of them has a field
    in which anything about a client could be typed.
    """

    id: str
    label: str
    initial: str = ""
    required: bool = True
    max_length: int = 60
    hint: str = ""


FIELD_TYPES = (ChoiceField, TimeField, DateField, PeopleField, ChannelField, NameField)
Field = ChoiceField | TimeField | DateField | PeopleField | ChannelField | NameField
