"""What a message, a form or the home page is made of, for any product.

Texts use a small inline markup that both products can show: ``**strong**``,
``_emphasis_``, ``[label](https://…)``, ``@{person id}`` for a mention and
``#{channel id}`` for a channel. Everything else is literal; a product's renderer
escapes it. Bodies hold these elements only, so an element that one product
cannot show does not exist.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from bot.shares import Share


@dataclass(frozen=True)
class Heading:
    """A line that lets a hurried reader find their place."""

    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph to read; inline markup allowed."""

    text: str


@dataclass(frozen=True)
class Caption:
    """A quieter line: a source, a caption, a caution; inline markup allowed."""

    text: str


@dataclass(frozen=True)
class Quote:
    """A sentence that a clinician could say aloud; literal text."""

    text: str


@dataclass(frozen=True)
class Banner:
    """A line that nobody may miss, such as the safety line on top of a form; literal text."""

    text: str
    level: Literal["info", "warning"] = "warning"


@dataclass(frozen=True)
class Divider:
    """A pause between two thoughts."""


@dataclass(frozen=True)
class ContactLink:
    """A way for the clinician to write to a person themselves; the bot sends nothing."""

    person_id: str
    label: str


@dataclass(frozen=True)
class Confirmation:
    """A question asked before a step that matters is taken."""

    title: str
    text: str
    confirm_label: str
    cancel_label: str


@dataclass(frozen=True)
class Button:
    """A step the person can take. ``name`` is a key of ``handlers.BUTTONS``.

    ``data`` comes back in :attr:`bot.conversation.Request.data`; it holds ids and
    codes only, at most 2,000 characters. ``opens_form`` says that the answer is a
    form, which Microsoft Teams needs to know beforehand. Labels make sense read alone.
    """

    name: str
    label: str
    data: str = ""
    primary: bool = False
    opens_form: bool = False
    confirmation: Confirmation | None = None


@dataclass(frozen=True)
class Link:
    """A button that opens a page elsewhere."""

    label: str
    url: str


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen: its stable code and its label (75 characters at most)."""

    code: str
    label: str
    description: str = ""


@dataclass(frozen=True)
class OverflowMenu:
    """Two to five lesser steps behind one sign; the chosen code comes back as ``Request.data``."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class ActionRow:
    """Up to five steps side by side (Teams shows six at most in one card)."""

    controls: tuple[Button | Link | OverflowMenu, ...]


@dataclass(frozen=True)
class Bar:
    """One row of a chart: an answer's label and its published share."""

    label: str
    share: Share


@dataclass(frozen=True)
class Chart:
    """Published shares as a picture, with the same in words.

    A bar takes only a :class:`bot.shares.Share`, which the release rule makes, so a
    raw count cannot be drawn (mypy refuses it). ``words`` is the text equivalent.
    """

    title: str
    bars: tuple[Bar, ...]
    text_equivalent: str


@dataclass(frozen=True)
class ChoiceField:
    """A question with coded answers: ``at_most`` 1 is a radio list, more are checkboxes.

    At most ten options. ``select`` asks for a drop-down list, for long lists of one answer.
    ``refreshes`` says that choosing here reshapes the form at once (the form's own
    handler is asked with ``Request.step == "changed"``).
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
    """A question whose answer is a local time, ``HH:MM``."""

    id: str
    label: str
    initial: str = ""
    required: bool = True
    hint: str = ""


@dataclass(frozen=True)
class DateField:
    """A question whose answer is a date, ``YYYY-MM-DD``."""

    id: str
    label: str
    initial: str = ""
    required: bool = True
    hint: str = ""


@dataclass(frozen=True)
class PeopleField:
    """A question whose answer is colleagues, by id, picked from the product's own list."""

    id: str
    label: str
    initial: tuple[str, ...] = ()
    required: bool = True
    max_selected: int = 100
    hint: str = ""


@dataclass(frozen=True)
class ChannelField:
    """A question whose answer is one channel, by id."""

    id: str
    label: str
    initial: str = ""
    required: bool = True
    hint: str = ""


@dataclass(frozen=True)
class NameField:
    """A question whose answer is a name for a team or a practice: one short typed line.

    Only a team's set-up has it. No debrief, guide or check-in may: there is no place in
    them where anything about a client could be typed.
    """

    id: str
    label: str
    initial: str = ""
    required: bool = True
    max_length: int = 60
    hint: str = ""


FIELD_TYPES = (ChoiceField, TimeField, DateField, PeopleField, ChannelField, NameField)
Field = ChoiceField | TimeField | DateField | PeopleField | ChannelField | NameField
Element = (
    Heading | Text | Caption | Quote | Banner | Divider | ContactLink | ActionRow | Chart | Field
)


class Audience(Enum):
    """Who reads a message: only the person, or the team's channel."""

    ONLY_ME = "only_me"
    TEAM = "team"


@dataclass(frozen=True)
class Message:
    """Something to read, with steps to take.

    ``summary`` is what a notification and a screen reader say first; plain text.
    """

    summary: str
    body: tuple[Element, ...]
    audience: Audience = Audience.ONLY_ME


@dataclass(frozen=True)
class Form:
    """Something to fill in, or (with no ``submit``) to read in the same place.

    ``name`` is a key of ``handlers.FORMS``; ``title``, ``submit`` and ``close`` hold 24
    characters at most; ``data`` comes back on submission and holds ids and codes only.
    A form's body may hold every element; fields are answered, the rest is read.
    """

    name: str
    title: str
    body: tuple[Element, ...]
    submit: str = ""
    close: str = ""
    data: str = ""


@dataclass(frozen=True)
class Home:
    """The person's own page inside the product."""

    body: tuple[Element, ...] = field(default=())
