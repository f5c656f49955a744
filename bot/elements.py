"""Elements of messages, forms and the home page: the input of both products' renderers.

Docstrings name the block of Slack's Block Kit first, and after a semicolon the element of a Teams
Adaptive Card. Text *with markup* is parsed for ``**strong**``, ``_emphasis_``,
``[label](https://…)``, ``@{person id}`` for a mention and ``#{channel id}``; every other string is
literal, and the renderer escapes it. Lengths are in characters; tests validate the rendered
payloads against the products' limits.
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
    """A heading: a ``header`` block, over 150 characters a bold section; a bold ``TextBlock``."""

    text: str


@dataclass(frozen=True)
class Text:
    """Text with markup: ``section`` blocks of up to 3,000 characters; a ``TextBlock`` per line."""

    text: str


@dataclass(frozen=True)
class Caption:
    """Secondary text with markup: ``context`` blocks; a small and subtle ``TextBlock`` per line."""

    text: str


@dataclass(frozen=True)
class Quote:
    """A sentence to use aloud: ``rich_text_quote``; an italic ``RichTextBlock`` in a container."""

    text: str


@dataclass(frozen=True)
class Code:
    """Preformatted text, up to 3,000 characters: ``rich_text_preformatted``; ``RichTextBlock``."""

    text: str


@dataclass(frozen=True)
class Banner:
    """A highlighted line: an ``alert`` block in a modal, else a bold section; a ``Container``."""

    text: str
    level: Literal["info", "warning"] = "warning"


@dataclass(frozen=True)
class Divider:
    """A horizontal rule: ``divider`` block; property ``separator`` of the next card element."""


@dataclass(frozen=True)
class ContactLink:
    """A deep link to the private chat with a person: a link in a section; ``Action.OpenUrl``.

    The bot sends nothing.
    """

    person_id: str
    label: str


@dataclass(frozen=True)
class Confirmation:
    """A confirmation that the client requires before it sends a button's action.

    Slack's ``confirm`` object: ``title`` 100 characters at most, ``text`` 300, each label 30. In
    Teams a container that is hidden until the button toggles it.
    """

    title: str
    text: str
    confirm_label: str
    cancel_label: str


@dataclass(frozen=True)
class Button:
    """A button that sends a request to the handler with the key ``name`` in ``handlers.BUTTONS``.

    ``name`` is Slack's ``action_id``. ``data`` is returned in
    :attr:`bot.conversation.Request.data`, and contains ids and codes only, at most 2,000
    characters; the label has 75. ``opens_form`` declares that the reply is a form: Teams has to
    request a dialog then (``task/fetch``). For screen readers, labels make sense without their
    context.
    """

    name: str
    label: str
    data: str = ""
    primary: bool = False
    opens_form: bool = False
    confirmation: Confirmation | None = None


@dataclass(frozen=True)
class Link:
    """A button that opens a web page, without a handler: property ``url``; ``Action.OpenUrl``."""

    label: str
    url: str


@dataclass(frozen=True)
class OverflowMenu:
    """A menu of two to five options: ``overflow`` beside its label; ``Action.ShowCard`` of buttons.

    ``name`` is a key of ``handlers.BUTTONS``, and the selected code is the request's ``data``.
    """

    name: str
    label: str
    options: tuple[Option, ...]


MAX_CONTROLS_PER_ROW = 5
"""Teams renders six actions at most in one ActionSet, and drops the others."""


@dataclass(frozen=True)
class ActionRow:
    """Up to :data:`MAX_CONTROLS_PER_ROW` controls: an ``actions`` block; an ``ActionSet``."""

    controls: tuple[Button | Link | OverflowMenu, ...]


def split_into_rows(controls: Sequence[Button | Link | OverflowMenu]) -> tuple[ActionRow, ...]:
    """Split *controls* into rows of at most :data:`MAX_CONTROLS_PER_ROW`."""
    starts = range(0, len(controls), MAX_CONTROLS_PER_ROW)
    return tuple(
        ActionRow(tuple(controls[start : start + MAX_CONTROLS_PER_ROW])) for start in starts
    )


@dataclass(frozen=True)
class Fold:
    """A collapsible section of a form: elements hidden until the button ``label`` is pressed.

    In Teams a container that the client toggles without a request, expanded at first if one of its
    fields has an initial value or an error. Slack cannot hide blocks: there, texts of up to 2,000
    characters are serialized into the button's value, and replace it by ``views.update``; longer
    ones are rendered expanded. Fields need ``name`` and ``data``: on Slack the handler of that
    button returns the form with all fields expanded. Outside a form the body is rendered expanded.
    It contains no other fold.
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
    """Recipients for whom a message is composed; the outlet sends by the address, not by this."""

    ONLY_ME = "only_me"
    TEAM = "team"


@dataclass(frozen=True)
class Message:
    """A message: a payload of 50 blocks at most on Slack, an activity with a card in Teams.

    ``summary`` is the text of the notification, which a screen reader reads first.
    """

    summary: str
    body: tuple[Element, ...]
    audience: Audience = Audience.ONLY_ME


@dataclass(frozen=True)
class Form:
    """A form to submit, or by default (``submit`` is ``""``) a read-only one.

    On Slack a modal view of 100 blocks at most; in Teams the card of a dialog, or a card in place
    of the one that was acted upon. ``name`` is a key of ``handlers.FORMS``, and Slack's
    ``callback_id``. ``title``, ``submit`` and ``close`` have 24 characters at most. ``data`` has
    ids and codes only, and is returned in the request; Slack's ``private_metadata`` has 3,000
    characters at most for it and a channel id.

    ``back`` makes it a form on top of the open one: ``views.push`` on Slack, which stacks three
    views; in Teams a button in place of ``close``, whose handler ``back.name`` returns the form
    below. ``closes_all`` closes the forms below with it (Slack's ``clear_on_close``).
    ``is_repeatable`` is whether the handler that returned the form only reads: the Teams adapter
    calls it again after a failed validation.
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
    """The person's home page: Slack's Home tab (``views.publish``, 100 blocks at most).

    In Teams a card in the private chat, which the client refreshes when it comes into view.
    """

    body: tuple[Element, ...] = field(default=())
