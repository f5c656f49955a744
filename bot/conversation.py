"""Dataclasses between adapters, handlers and schedules: requests, replies, events, send results.

They are independent of the product: each adapter parses its payloads into them and renders replies
from them.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from bot.affiliation import Affiliation
from bot.elements import Form, Home, Message


@dataclass(frozen=True, order=True)
class Person:
    """Key of a person: ``workspace`` is ``slack:T…`` or ``msteams:<tenant id in lowercase>``.

    ``id`` is the product's stable id: Slack's user id ``U…``, or the object id (``aadObjectId``) of
    a Teams account in lowercase.
    """

    workspace: str
    id: str


def parse_product(workspace: str) -> str:
    """Return the prefix of a workspace key, ``slack`` or ``msteams``; validates nothing."""
    return workspace.partition(":")[0]


@dataclass(frozen=True)
class Channel:
    """A channel: its id, and its display name, ``""`` where the product states none."""

    id: str
    name: str = ""


class Surface(Enum):
    """Where the person acted; it decides whether a reply can be a message or has to be a form."""

    COMMAND = "command"
    """A slash command, or a message to the bot in Teams."""
    MESSAGE = "message"
    """A button or menu in a message."""
    HOME = "home"
    """Slack's Home tab, or the home card in the private chat of Teams."""
    FORM = "form"
    """A modal of Slack, or a dialog or form card of Teams; a form in the reply replaces it."""
    SHORTCUT = "shortcut"
    """Slack's menu of global shortcuts, outside any conversation; Teams has none."""


class RequestStep(Enum):
    """What happened to a form: the event that a request reports."""

    REQUESTED = "requested"
    """No event of a form: a command, button or shortcut, whose reply may open one."""
    SUBMITTED = "submitted"
    CHANGED = "changed"
    """A field with ``refreshes_form`` has a new value (Slack), or refresh was pressed (Teams)."""
    CLOSED = "closed"
    """The form was cancelled. Slack shows no reply to it."""


@dataclass(frozen=True)
class Request:
    """One action of a person, parsed from an authenticated payload; the argument of a handler.

    ``name`` is the key of its handler in a table of :class:`bot.routes.Routes`.
    ``idempotency_key`` is equal for all retries of a payload, and for double clicks on a form's
    submit button. ``keyword`` is a keyword of the command, ``""`` for none, or
    :data:`bot.keywords.UNKNOWN_KEYWORD`: no other text of a command is forwarded.

    ``channel`` is the id of the conversation of a command or message, or of the one in which a form
    was opened, ``""`` on any other surface; the product states it, so that a client cannot forge
    it. ``command_channel`` is that channel with its name, ``None`` in a private or group chat.
    ``data`` is the string that the button or form was rendered with, or the selected code of a
    menu. ``answers`` are tuples of strings by field id, empty for an empty field. A client of Teams
    can forge ``data`` and ``answers``: handlers validate both.

    ``locale`` is the language tag in a Teams activity, ``""`` on Slack; ``language`` is the
    catalogue language, English until the middleware has resolved it. ``listed_channels`` are the
    ids that a Teams form offers as channels, for validation; ``None`` on Slack, whose own picker
    restricts the choice.
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
    """Validation errors of a form that stays open with its answers: sentences by field id.

    The key ``""`` is an error of the whole form, shown on top, with inline markup. Teams has to
    render the form again: its adapter calls the handler that opened it once more. On other
    surfaces, the errors become a message.
    """

    errors: Mapping[str, str]


@dataclass(frozen=True)
class DeferredReply:
    """A reply that first needs a call of the product's API, which ``continuation`` makes.

    A background task awaits it after the HTTP response, which has a timeout; only a card action of
    Teams is answered in the response. A submitted modal shows ``waiting_text`` meanwhile, by
    default a text of the catalogue. A handler commits its writes before it returns this.
    """

    continuation: Callable[[], Awaitable["Reply"]]
    waiting_text: str = ""


Reply = Message | Form | Home | InvalidAnswers | DeferredReply | None
"""Result of a handler. ``None`` closes a submitted form, and is an empty response otherwise."""


@dataclass(frozen=True)
class Address:
    """Recipient of a message: a person's private chat, or a channel; the other id is ``""``.

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
    """A person's account in the product: locale, IANA time zone, role and kind; ``""`` if unknown.

    From ``users.info`` or an event on Slack; from the latest cached activity in Teams, where
    ``is_admin`` and ``is_closed`` are always false.
    """

    locale: str = ""
    zone: str = ""
    is_admin: bool = False
    is_active_person: bool = True
    """False for bots, invited users who have not joined, deactivated and unknown accounts."""
    is_external: bool = False
    is_closed: bool = False
    """True only for an account that Slack reports as deactivated (``deleted``)."""

    @property
    def may_be_listed(self) -> bool:
        """Whether the account is valid on a team's list: a person's, of this organisation."""
        return self.is_active_person and not self.is_external


@dataclass(frozen=True)
class ProfileChanged:
    """A profile has changed: Slack's ``user_change``, or a new value in a Teams activity."""

    person: Person
    profile: Profile


@dataclass(frozen=True)
class AddressReachable:
    """An address accepts messages: the app was added to it, or its route is new.

    ``added_by`` is the id of the person who added it to a channel of Teams, ``locale`` theirs.
    """

    address: Address
    added_by: str = ""
    locale: str = ""


@dataclass(frozen=True)
class AddressUnreachable:
    """The app was removed from a chat or channel of Teams, or its channel deleted (``reason``)."""

    address: Address
    reason: str


@dataclass(frozen=True)
class PayloadReceived:
    """An authentic payload without a handler: it proves that workspace and sender are reachable.

    ``person_id`` is ``""`` for an event that is no action of a person.
    """

    workspace: str
    person_id: str = ""


@dataclass(frozen=True)
class WorkspaceDisconnected:
    """The app was removed from a Slack workspace or organisation, or its bot token revoked.

    ``reason`` is the type of Slack's event, ``team_access_revoked`` for a workspace of an
    Enterprise installation.
    """

    workspace: str
    reason: str


@dataclass(frozen=True)
class WorkspaceConnected:
    """The app was installed in the workspace, or an API call proves that it is."""

    workspace: str


@dataclass(frozen=True)
class OrganisationAccessChanged:
    """The installation of an Enterprise organisation serves ``workspaces`` now, or no longer."""

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
"""An event of a product, the argument of ``handle_event``. None contains text that was typed."""


class SendStatus(Enum):
    """Outcome of one send request; it decides whether a retry is safe. The values are logged."""

    SENT = "sent"
    RETRY_LATER = "wait"
    """Not posted: a rate limit, a passing error, or no connection. Requeue; pause the workspace."""
    UNKNOWN = "unknown"
    """May have been posted, as after a timeout. No retry unless a search proves its absence."""
    FAILED = "failed"
    """Not posted: the product rejects this message (``reason``), not its address."""
    ADDRESS_UNREACHABLE = "gone"
    """Not posted: the address accepts no messages (``reason``). Mark it as unreachable."""
    REJECTED_BY_WORKSPACE = "closed"
    """Not posted: the whole workspace rejects the bot (``reason``). Requeue; suspend sending."""


@dataclass(frozen=True)
class SendResult:
    """Result of one send request; ``reference`` is the product's message id if it was posted.

    With ``RETRY_LATER``, ``retry_after_seconds`` is the delay of the ``Retry-After`` header, or a
    default; ``is_rate_limited`` is true for HTTP status 429, after which the message rate is
    reduced. ``reason`` is a sanitized error code. ``route`` is one of the address that was learned
    while sending, to be stored. ``is_chat_missing`` is true if a retry with
    :attr:`Address.must_open_chat` may succeed.
    """

    status: SendStatus
    reference: str = ""
    retry_after_seconds: float = 0.0
    reason: str = ""
    route: str = ""
    is_rate_limited: bool = False
    is_chat_missing: bool = False


class SearchResult(Enum):
    """Result of the reconciler's search for a message that may have been posted."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    """The complete history since the claim does not contain it: a retry cannot duplicate it."""
    NOT_SUPPORTED = "not_supported"
    """Impossible, also later: always in Teams; on Slack without the OAuth scope, for instance."""
    RETRY_LATER = "retry_later"
    """The request failed; it is repeated until the delivery's deadline."""
