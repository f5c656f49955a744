"""Elements of messages, forms and the home page, independent of the product.

Texts use a small inline markup that both products can render: ``**strong**``,
``_emphasis_``, ``[label](https://…)``, ``@{person id}`` for a mention and ``#{channel id}``
for a channel. Everything else is literal; a product's renderer escapes it. Bodies contain
these element types only, so every element can be rendered by both products.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from bot.charts import REFERENCE_BAR_STEPS, Bar, Chart, Level
from bot.form_fields import (
    FIELD_TYPES,
    ChannelField,
    ChoiceField,
    DateField,
    Field,
    NameField,
    Option,
    PeopleField,
    TimeField,
)

__all__ = (
    "FIELD_TYPES",
    "REFERENCE_BAR_STEPS",
    "ActionRow",
    "Audience",
    "Banner",
    "Bar",
    "Button",
    "Caption",
    "ChannelField",
    "Chart",
    "ChoiceField",
    "Code",
    "Confirmation",
    "ContactLink",
    "DateField",
    "Divider",
    "Element",
    "Field",
    "Fold",
    "Form",
    "Heading",
    "Home",
    "Level",
    "Link",
    "Message",
    "NameField",
    "Option",
    "OverflowMenu",
    "PeopleField",
    "Quote",
    "Text",
    "TimeField",
    "flatten_folds",
)


@dataclass(frozen=True)
class Heading:
    """A section heading."""

    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph; inline markup allowed."""

    text: str


@dataclass(frozen=True)
class Caption:
    """Secondary text such as a source, a caption or a caution; inline markup allowed."""

    text: str


@dataclass(frozen=True)
class Quote:
    """A sentence that a clinician could use aloud; literal text."""

    text: str


@dataclass(frozen=True)
class Code:
    """A block of literal text in a fixed-width font, to copy; 3,000 characters at most."""

    text: str


@dataclass(frozen=True)
class Banner:
    """A highlighted line, such as the safety line on top of a form; literal text."""

    text: str
    level: Literal["info", "warning"] = "warning"


@dataclass(frozen=True)
class Divider:
    """A horizontal rule between two sections."""


@dataclass(frozen=True)
class ContactLink:
    """A link that opens a private chat with a person in the product; the bot sends nothing."""

    person_id: str
    label: str


@dataclass(frozen=True)
class Confirmation:
    """A dialog that the person has to confirm before a button's action runs."""

    title: str
    text: str
    confirm_label: str
    cancel_label: str


@dataclass(frozen=True)
class Button:
    """A button that sends an action. ``name`` is a key of the route table ``handlers.BUTTONS``.

    ``data`` is returned in :attr:`bot.conversation.Request.data`; it contains ids and codes only,
    at most 2,000 characters. ``opens_form`` declares that the reply is a form, which Microsoft
    Teams has to know when the button is rendered. Labels make sense without their context, for
    screen readers.
    """

    name: str
    label: str
    data: str = ""
    primary: bool = False
    opens_form: bool = False
    confirmation: Confirmation | None = None


@dataclass(frozen=True)
class Link:
    """A button that opens a web page."""

    label: str
    url: str


@dataclass(frozen=True)
class OverflowMenu:
    """A menu of two to five secondary actions; the selected code is the request's ``data``."""

    name: str
    label: str
    options: tuple[Option, ...]


MAX_CONTROLS_PER_ROW = 5
"""Teams renders six at most in one ActionSet."""


@dataclass(frozen=True)
class ActionRow:
    """Up to :data:`MAX_CONTROLS_PER_ROW` controls in one row."""

    controls: tuple[Button | Link | OverflowMenu, ...]


def split_into_rows(controls: Sequence[Button | Link | OverflowMenu]) -> tuple[ActionRow, ...]:
    """Return *controls* in rows of at most :data:`MAX_CONTROLS_PER_ROW`."""
    starts = range(0, len(controls), MAX_CONTROLS_PER_ROW)
    return tuple(
        ActionRow(tuple(controls[start : start + MAX_CONTROLS_PER_ROW])) for start in starts
    )


@dataclass(frozen=True)
class Fold:
    """Elements that are hidden until the person presses a button with the text ``label``.

    Teams shows and hides them without a request. Slack cannot: there texts replace the button, and
    fields are requested from the button's handler ``name`` with ``data``, whose reply is the form
    with every field open. Texts need neither of the two. A fold contains no other fold, and is
    rendered open outside a form.
    """

    label: str
    body: tuple["Element", ...]
    name: str = ""
    data: str = ""


Element = (
    Heading
    | Text
    | Caption
    | Quote
    | Code
    | Banner
    | Divider
    | ContactLink
    | ActionRow
    | Chart
    | Fold
    | Field
)


def flatten_folds(body: Sequence[Element]) -> Iterator[Element]:
    """Yield the elements of *body* in order, those of a fold in its place."""
    for element in body:
        if isinstance(element, Fold):
            yield from element.body
        else:
            yield element


class Audience(Enum):
    """The recipients of a message: only the person, or the team's channel."""

    ONLY_ME = "only_me"
    TEAM = "team"


@dataclass(frozen=True)
class Message:
    """A message to read, with optional controls.

    ``summary`` is the plain text of the notification, which a screen reader reads first.
    """

    summary: str
    body: tuple[Element, ...]
    audience: Audience = Audience.ONLY_ME


@dataclass(frozen=True)
class Form:
    """A modal form to submit, or (with an empty ``submit``) a modal to read.

    ``name`` is a key of ``handlers.FORMS``; ``title``, ``submit`` and ``close`` have 24
    characters at most; ``data`` is returned on submission and contains ids and codes only. A
    body may contain every element type; only fields have answers.

    ``back`` makes it a form on top of the open one, which closing it shows again: by the product
    itself where it stacks forms (Slack), else by a button in place of ``close``, whose handler
    ``back.name`` returns the form below. ``closes_all`` closes the forms below together with it.
    ``is_repeatable`` is whether the request that led to the form may be sent once more, to show it
    again: not where that stores something.
    """

    name: str
    title: str
    body: tuple[Element, ...]
    submit: str = ""
    close: str = ""
    data: str = ""
    back: Button | None = None
    closes_all: bool = False
    is_repeatable: bool = True


@dataclass(frozen=True)
class Home:
    """The person's own page inside the product (Slack's App Home)."""

    body: tuple[Element, ...] = field(default=())
