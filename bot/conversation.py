"""The vocabulary shared by the people who ask, the handlers that answer and the products."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, Protocol
from unicodedata import normalize

from bot.elements import Form, Home, Message


@dataclass(frozen=True, order=True)
class Person:
    """A member of a workspace: somebody who may use the bot.

    ``workspace`` is the product and its own id, ``slack:T…`` or ``msteams:<tenant>``;
    ``id`` is the product's stable id of the person (``U…``, ``aadObjectId``).
    """

    workspace: str
    id: str


@dataclass(frozen=True)
class Request:
    """What a person asked for, in no product's own shape.

    ``name`` is a key of the table it is routed by. ``keyword`` is one of the words the
    command lists, ``""`` for none, or :data:`UNKNOWN` for anything else: words a person
    typed go no further than the product's door. ``key`` is the same for every retry and
    double click of one act, and different for the next. ``channel`` is where it was said
    (``""`` in App Home or a form). ``data`` is the button's or form's own, ``answers``
    the coded answers by field id. ``inside_form`` says that it came from an open form,
    which a :class:`~bot.elements.Form` in reply then replaces. ``step`` is ``"changed"``
    when a refreshing field was touched, ``"closed"`` when the form was put away.
    ``locale`` is what the product said of the person, if anything; ``language`` is the
    catalogue language the app settled on.
    """

    person: Person
    name: str
    idempotency_key: str
    keyword: str = ""
    channel: str = ""
    data: str = ""
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    inside_form: bool = False
    step: Literal["asked", "submitted", "changed", "closed"] = "asked"
    locale: str = ""
    language: str = "en"


UNKNOWN_KEYWORD = "\N{REPLACEMENT CHARACTER}"
"""The keyword of a request whose words are none of the command's own; they are gone."""


@dataclass(frozen=True)
class Keywords:
    """The keywords that one command knows.

    ``at_once`` are those that change something with no form to confirm it; they count only
    where nothing else is typed.
    """

    known: frozenset[str] = frozenset()
    at_once: frozenset[str] = frozenset()

    def match(self, typed: str) -> str:
        """Return the keyword that *typed* is or begins with, so that no more words are read.

        ``""`` where nothing was typed, :data:`UNKNOWN` for all else. Case, full-width letters
        and punctuation do not matter. Chinese is written without spaces, so that a keyword
        may be followed by a Chinese character, but not by any other letter.
        """
        text = " ".join(normalize("NFKC", typed).casefold().split())
        if not text or text in self.known:
            return text
        longest_first = sorted(self.known - self.at_once, key=len, reverse=True)
        alternatives = "|".join(map(re.escape, longest_first))
        beginning = re.match(rf"[\W_]*({alternatives})(?![^\W_\u3400-\u9fff])", text)
        return (beginning[1] if beginning else "") or UNKNOWN_KEYWORD


@dataclass(frozen=True)
class InvalidAnswers:
    """A form's answers that cannot be kept: one kind sentence per field id. Nothing was kept."""

    errors: Mapping[str, str]


@dataclass(frozen=True)
class DeferredReply:
    """An answer that needs the product's own interface first.

    The product is answered at once; then ``work`` runs and its reply reaches the person
    in the same place. What must not be lost is stored before this is returned.
    """

    continuation: Callable[[], Awaitable["Reply"]]


Reply = Message | Form | Home | InvalidAnswers | DeferredReply | None
"""What a handler answers. ``None`` closes the form, or answers with nothing to show."""

BoundHandler = Callable[[Request], Awaitable[Reply]]
"""A handler bound to its desk: what a product's room calls."""


@dataclass(frozen=True)
class Routes:
    """Every way in, by name: plain tables, so that a product needs one listener per kind.

    ``keywords`` are each command's own; a product's door passes no other words on.
    """

    commands: Mapping[str, BoundHandler]
    keywords: Mapping[str, Keywords]
    forms: Mapping[str, BoundHandler]
    buttons: Mapping[str, BoundHandler]
    shortcuts: Mapping[str, BoundHandler]
    home: BoundHandler
    report_unexpected_error: BoundHandler
    """Answers, in the person's language, what went wrong after the answer left."""
    handle_event: "Callable[[ChatEvent], Awaitable[None]]"
    """Keeps what a product tells unasked, and raises when it could not be kept."""
    resolve_language: "Callable[[Request], Awaitable[str]]"
    """Says which of the catalogue's languages whoever asks is met in; never raises."""


@dataclass(frozen=True)
class Address:
    """Where a message is owed: a person's private chat, or a channel.

    ``way`` is the product's own opaque route there, ``""`` while none is known: Slack's id
    of the private chat (``D…``), Teams' conversation id and service address.
    """

    workspace: str
    person: str = ""
    channel: str = ""
    route: str = ""


@dataclass(frozen=True)
class Profile:
    """What the product says of a person, so that they are met in their language and zone."""

    locale: str = ""
    zone: str = ""
    is_admin: bool = False
    is_person: bool = True
    """False for bots, guests' placeholders and deactivated accounts."""


@dataclass(frozen=True)
class ChatEvent:
    """Something a product tells unasked, about a workspace, a person or a channel in it.

    ``profile``: what it says of a person has changed. ``arrived``: that person or channel
    can be reached from now on, by ``way`` if one is told. ``gone``: they can no longer be.
    ``closed`` and ``opened``: the whole workspace refuses us, or lets us in (again).
    ``reason`` is the product's own code, never anything that somebody typed. ``by`` is who
    brought the app to a channel, and ``profile`` then is theirs.
    """

    kind: Literal["profile", "arrived", "gone", "closed", "opened"]
    workspace: str
    person: str = ""
    channel: str = ""
    route: str = ""
    profile: Profile | None = None
    reason: str = ""
    added_by: str = ""


class SendStatus(Enum):
    """What became of a message handed to a product."""

    SENT = "sent"
    RETRY_LATER = "wait"
    """Refused for now, certainly not posted; ``seconds`` says how long the workspace rests."""
    UNKNOWN = "unknown"
    """It may or may not have been posted; never sent again unless proved absent."""
    FAILED = "failed"
    """This one message was refused (``reason``) and not posted; its addressee stays reachable."""
    GONE = "gone"
    """This address takes no messages (``reason``): suspend it, say so once."""
    CLOSED = "closed"
    """The whole workspace refuses us (``reason``): suspend it, say so once."""


@dataclass(frozen=True)
class SendResult:
    """The fate of one message, with the product's own reference when it was sent.

    ``way`` is a route to its address that was learned on the way, see :class:`Address`.
    ``slower`` says that a rest was asked for because messages came too fast.
    """

    status: SendStatus
    reference: str = ""
    retry_after_seconds: float = 0.0
    reason: str = ""
    route: str = ""
    is_rate_limited: bool = False


class Outlet(Protocol):
    """A product, as the schedules see it. Nothing here retries by itself."""

    async def send(self, to: Address, message: Message, delivery_id: str) -> SendResult:
        """Hand over one message; ``key`` is its opaque delivery id. Never raises."""

    async def check_posted(
        self, to: Address, delivery_id: str, since: float
    ) -> Literal["yes", "no", "unable", "later"]:
        """Whether a message with *key*, begun at Unix time *since*, was posted after all.

        ``unable`` where it cannot be known, ``later`` where it cannot be known just now.
        """

    async def fetch_profile(self, person: Person) -> Profile | None:
        """What the product says of *person*; ``None`` when it cannot be asked just now."""

    async def show_home(self, person: Person, home: Home) -> None:
        """Put the person's own page up. Never raises."""
