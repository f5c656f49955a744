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
class Small:
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
class Contact:
    """A way for the clinician to write to a person themselves; the bot sends nothing."""

    person: str
    label: str


@dataclass(frozen=True)
class Confirm:
    """A question asked before a step that matters is taken."""

    title: str
    text: str
    yes: str
    no: str


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
    confirm: Confirm | None = None


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
    detail: str = ""


@dataclass(frozen=True)
class Menu:
    """Two to five lesser steps behind one sign; the chosen code comes back as ``Request.data``."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Actions:
    """Up to five steps side by side (Teams shows six at most in one card)."""

    steps: tuple[Button | Link | Menu, ...]


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
    words: str


@dataclass(frozen=True)
class Choice:
    """A question with coded answers: ``at_most`` 1 is a radio list, more are checkboxes.

    At most ten options. ``select`` asks for a drop-down list, for long lists of one answer.
    ``refreshes`` says that choosing here reshapes the form at once (the form's own
    handler is asked with ``Request.step == "changed"``).
    """

    id: str
    label: str
    options: tuple[Option, ...]
    required: bool = True
    at_most: int = 1
    hint: str = ""
    chosen: tuple[str, ...] = ()
    select: bool = False
    refreshes: bool = False


@dataclass(frozen=True)
class ClockTime:
    """A question whose answer is a local time, ``HH:MM``."""

    id: str
    label: str
    chosen: str = ""
    required: bool = True
    hint: str = ""


@dataclass(frozen=True)
class CalendarDay:
    """A question whose answer is a date, ``YYYY-MM-DD``."""

    id: str
    label: str
    chosen: str = ""
    required: bool = True
    hint: str = ""


@dataclass(frozen=True)
class People:
    """A question whose answer is colleagues, by id, picked from the product's own list."""

    id: str
    label: str
    chosen: tuple[str, ...] = ()
    required: bool = True
    at_most: int = 100
    hint: str = ""


@dataclass(frozen=True)
class Channel:
    """A question whose answer is one channel, by id."""

    id: str
    label: str
    chosen: str = ""
    required: bool = True
    hint: str = ""


@dataclass(frozen=True)
class Name:
    """A question whose answer is a name for a team or a practice: one short typed line.

    Only a team's set-up has it. No debrief, guide or check-in may: there is no place in
    them where anything about a client could be typed.
    """

    id: str
    label: str
    chosen: str = ""
    required: bool = True
    at_most: int = 60
    hint: str = ""


FIELDS = (Choice, ClockTime, CalendarDay, People, Channel, Name)
Field = Choice | ClockTime | CalendarDay | People | Channel | Name
Element = Heading | Text | Small | Quote | Banner | Divider | Contact | Actions | Chart | Field


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
