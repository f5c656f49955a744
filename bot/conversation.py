"""Types shared by adapters, handlers and schedules: requests, replies, events and send results."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from bot.affiliation import Affiliation
from bot.elements import Form, Home, Message


@dataclass(frozen=True, order=True)
class Person:
    """A member of a workspace.

    ``workspace`` is the product and its id of the workspace, ``slack:T…`` or
    ``msteams:<tenant>``; ``id`` is the product's stable id of the person (``U…``, ``aadObjectId``).
    """

    workspace: str
    id: str


def parse_product(workspace: str) -> str:
    """Return the product of a workspace key, the part before its colon (``slack``, ``msteams``)."""
    return workspace.partition(":")[0]


@dataclass(frozen=True)
class Channel:
    """A channel of the product: its id, and its name, ``""`` where the product states none."""

    id: str
    name: str = ""


class Surface(Enum):
    """Where a user acted; it decides whether a reply can be a message or has to be a form."""

    COMMAND = "command"
    MESSAGE = "message"
    """A button or menu in a message."""
    HOME = "home"
    """The person's home page."""
    FORM = "form"
    """An open form, which a :class:`~bot.elements.Form` in the reply replaces."""
    SHORTCUT = "shortcut"
    """The product's own menu, outside any conversation."""


class RequestStep(Enum):
    """Step in the life of a form that a request belongs to."""

    REQUESTED = "requested"
    """Any action before a form: it may open one."""
    SUBMITTED = "submitted"
    CHANGED = "changed"
    """A field that refreshes its form has changed."""
    CLOSED = "closed"
    """The form was cancelled."""


@dataclass(frozen=True)
class Request:
    """One action of a person (command, form, button or home page), independent of the product.

    ``name`` is a key of the table that routes it. ``idempotency_key`` is the same for every retry
    and double click of one action. ``keyword`` is one of the command's keywords, ``""`` for none,
    or :data:`bot.keywords.UNKNOWN_KEYWORD`: an adapter forwards no other text that was typed.
    ``channel`` is the conversation of a command or message, or the one from which a form was opened
    (``""`` on any other surface); the product states it, no client can choose it.
    ``command_channel`` is the channel of a command, ``None`` in a private or group chat.
    ``data`` is the payload of the button or form, ``answers`` the coded answers by field id.
    ``locale`` is the person's locale in the event's payload, if any; ``language`` is the catalogue
    language that the middleware resolved. ``affiliation`` is derived from the payload by the
    adapter.
    ``listed_channels`` are the channels that the adapter lists in its forms,
    ``None`` where the product itself vouches for the channel that was chosen.
    """

    person: Person
    name: str
    idempotency_key: str
    keyword: str = ""
    channel: str = ""
    data: str = ""
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    surface: Surface = Surface.COMMAND
    step: RequestStep = RequestStep.REQUESTED
    locale: str = ""
    language: str = "en"
    affiliation: Affiliation = Affiliation.MEMBER
    listed_channels: frozenset[str] | None = None
    command_channel: Channel | None = None


@dataclass(frozen=True)
class InvalidAnswers:
    """Errors of an open form, which keeps its answers: one sentence per field id, ``""`` on top.

    That on top may mention people with inline markup, where they are selected in the form.
    """

    errors: Mapping[str, str]


@dataclass(frozen=True)
class DeferredReply:
    """A reply that needs a call to the product's API first.

    The adapter responds to the product's request at once; then ``continuation`` runs and its
    reply is sent to the same conversation. A handler commits to the store before it returns this.
    A product that shows a submitted form meanwhile shows ``waiting_text`` in it, if any.
    """

    continuation: Callable[[], Awaitable["Reply"]]
    waiting_text: str = ""


Reply = Message | Form | Home | InvalidAnswers | DeferredReply | None
"""What a handler returns. ``None`` closes the form, or sends an empty response."""


@dataclass(frozen=True)
class Address:
    """Recipient of a message: a person's private chat, or a channel.

    ``route`` is the product's opaque id of the conversation, ``""`` while unknown: Slack's id of
    the private chat (``D…``), Teams' conversation id and service URL. ``must_open_chat`` is true if
    the product did not find a person's private chat: it is opened again although a route is known.
    """

    workspace: str
    person: str = ""
    channel: str = ""
    route: str = ""
    must_open_chat: bool = False


@dataclass(frozen=True)
class Profile:
    """A profile in the product: locale, zone, account type, whether of another organisation."""

    locale: str = ""
    zone: str = ""
    is_admin: bool = False
    is_person: bool = True
    """False for bots, guests' placeholders and deactivated accounts."""
    is_external: bool = False
    is_closed: bool = False
    """True only for an account that the product itself reports as deactivated."""

    @property
    def may_be_listed(self) -> bool:
        """Whether the account can be on a team's list: that of a person of the organisation."""
        return self.is_person and not self.is_external


@dataclass(frozen=True)
class ProfileChanged:
    """A user's profile in the product has changed; empty values are unknown."""

    person: Person
    profile: Profile


@dataclass(frozen=True)
class AddressReachable:
    """A person or channel can be reached; ``added_by`` is who added the app, ``locale`` theirs."""

    address: Address
    added_by: str = ""
    locale: str = ""


@dataclass(frozen=True)
class AddressUnreachable:
    """A person or channel can no longer be reached; ``reason`` is the product's own code."""

    address: Address
    reason: str


@dataclass(frozen=True)
class PayloadReceived:
    """An authentic payload that no handler serves; ``person_id`` is who acted, ``""`` if nobody."""

    workspace: str
    person_id: str = ""


@dataclass(frozen=True)
class WorkspaceDisconnected:
    """The app was removed from the whole workspace; ``reason`` is the product's own code."""

    workspace: str
    reason: str


@dataclass(frozen=True)
class WorkspaceConnected:
    """The app was installed in the workspace, which accepts the bot's calls again."""

    workspace: str


@dataclass(frozen=True)
class OrganisationAccessChanged:
    """The installation of an organisation serves *workspaces* from now on, or no longer."""

    organisation: str
    workspaces: tuple[str, ...]
    is_granted: bool


ChatEvent = (
    ProfileChanged
    | AddressReachable
    | AddressUnreachable
    | PayloadReceived
    | WorkspaceDisconnected
    | WorkspaceConnected
    | OrganisationAccessChanged
)
"""An event that a product reports. None contains text that a person typed."""


class SendStatus(Enum):
    """Result of sending one message through a product's API."""

    SENT = "sent"
    RETRY_LATER = "wait"
    """Rejected for now and not posted; ``retry_after_seconds`` is how long the workspace rests."""
    UNKNOWN = "unknown"
    """May or may not have been posted; never sent again unless proved absent."""
    FAILED = "failed"
    """This message was rejected (``reason``) and not posted; its recipient stays reachable."""
    GONE = "gone"
    """This address accepts no messages (``reason``): suspend it and log it once."""
    CLOSED = "closed"
    """The whole workspace rejects the bot (``reason``): suspend it and log it once."""


@dataclass(frozen=True)
class SendResult:
    """Result of one send, with the product's own message reference if it was posted.

    ``route`` is a route to the address that was learned while sending, see :class:`Address`.
    ``is_rate_limited`` is true if the retry delay was requested because of a rate limit,
    ``is_chat_missing`` if the private chat may have to be opened anew (:class:`Address`).
    """

    status: SendStatus
    reference: str = ""
    retry_after_seconds: float = 0.0
    reason: str = ""
    route: str = ""
    is_rate_limited: bool = False
    is_chat_missing: bool = False


class SearchResult(Enum):
    """Result of a search for a message that may have been posted."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    """Proved absent, so that it can be sent again."""
    NOT_SUPPORTED = "not_supported"
    """The product cannot answer, now or later."""
    RETRY_LATER = "retry_later"
    """The product cannot answer at the moment."""
