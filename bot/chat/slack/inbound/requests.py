"""Parse Slack's payloads into product-neutral requests and the targets of their replies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from bot.affiliation import Affiliation
from bot.chat.request_body import MAX_TYPED_LENGTH
from bot.chat.slack import view_metadata
from bot.chat.slack.inbound import form_values
from bot.chat.slack.inbound.affiliation import parse_affiliation, parse_workspace
from bot.chat.slack.inbound.payloads import PayloadKind
from bot.chat.slack.render.folds import UNFOLD_ACTION_ID
from bot.conversation import (
    Channel,
    PayloadReceived,
    Person,
    Request,
    RequestStep,
    Surface,
)
from bot.keywords import Keywords

Payload = Mapping[str, Any]
"""A validated payload, or a view in it."""

HandlerTable = Literal["commands", "forms", "buttons", "shortcuts"]
"""Name of the table of :class:`bot.routes.Routes` in which the handler is registered."""


class Origin(Enum):
    """Kind of interaction; determines where and how the reply is sent."""

    COMMAND = "command"
    MESSAGE = "message"
    HOME = "home"
    MODAL = "modal"
    SUBMITTED = "submitted"
    CLOSED = "closed"
    SHORTCUT = "shortcut"
    HOME_OPENED = "opened"
    """The user opened the app's Home tab, without any further action."""


_SURFACES: Mapping[Origin, Surface] = {
    Origin.MESSAGE: Surface.MESSAGE,
    Origin.HOME: Surface.HOME,
    Origin.MODAL: Surface.FORM,
}
"""The surface of an action, by its origin."""


@dataclass(frozen=True)
class ReplyTarget:
    """Ids and URLs of the payload to which a reply can be sent; missing ones are ``""``.

    ``trigger_id`` opens a form once, within three seconds; ``response_url`` accepts ephemeral
    messages, visible to the user alone; ``view_id``, ``view_hash`` and ``view_title`` belong to
    the open form, and ``field_ids`` are its input blocks. ``from_home`` is true when the form
    or action originates in the app's Home tab, which is then published again.
    ``open_view`` is the view's JSON object, to rebuild it with validation errors or an opened fold;
    ``block_id`` and ``action_id`` are those of the element that sent the action.
    """

    origin: Origin
    trigger_id: str = ""
    response_url: str = ""
    view_id: str = ""
    view_hash: str = ""
    view_title: str = ""
    field_ids: tuple[str, ...] = ()
    from_home: bool = False
    open_view: Payload = field(default_factory=dict)
    block_id: str = ""
    action_id: str = ""

    @property
    def may_push(self) -> bool:
        """Whether ``views.push`` is possible: the view is the first or second of the stack.

        Slack's maximum is three. The second is the one whose previous view is the root.
        """
        previous_id = self.open_view.get("previous_view_id")
        is_below_top = previous_id is None or previous_id == self.open_view.get("root_view_id")
        return self.origin is Origin.MODAL and is_below_top

    @property
    def is_unfolding(self) -> bool:
        """Whether the action id is that of a fold's button, which has no handler."""
        return self.origin is Origin.MODAL and self.action_id == UNFOLD_ACTION_ID


@dataclass(frozen=True)
class Interaction:
    """A parsed payload: the handler table, the request and the target of the reply."""

    table: HandlerTable
    request: Request
    reply_target: ReplyTarget


def parse_command(payload: Payload, keywords: Mapping[str, Keywords]) -> Interaction:
    """Parse a slash command; of its text, only a registered keyword is in the request."""
    name = str(payload["command"]).removeprefix("/")
    trigger_id = str(payload.get("trigger_id", ""))
    response_url = str(payload.get("response_url", ""))
    request = Request(
        person=Person(parse_workspace(payload), payload["user_id"]),
        name=name,
        idempotency_key=trigger_id or response_url,
        keyword=keywords.get(name, Keywords()).match(
            str(payload.get("text", ""))[:MAX_TYPED_LENGTH]
        ),
        channel=str(payload.get("channel_id", "")),
        surface=Surface.COMMAND,
        command_channel=_parse_command_channel(payload),
    )
    return Interaction("commands", request, ReplyTarget(Origin.COMMAND, trigger_id, response_url))


def parse_action(payload: Payload) -> Interaction:
    """Parse a click on a button, a selected menu option, or a changed field of a form."""
    action, view = payload["actions"][0], payload.get("view") or {}
    target = _build_reply_target(payload, _parse_origin(view))
    is_field_change = form_values.is_field(action)
    name = view.get("callback_id", "") if is_field_change else action["action_id"].partition("#")[0]
    option = action.get("selected_option") or {}
    request = Request(
        person=_parse_person(payload),
        name=str(name),
        idempotency_key=f"{payload['user']['id']} {action.get('action_ts') or target.trigger_id}",
        channel=view_metadata.read_channel(view)
        if view
        else str((payload.get("channel") or {}).get("id", "")),
        data=view_metadata.read_form_data(view)
        if is_field_change
        else str(action.get("value") or option.get("value") or ""),
        answers=form_values.parse_form_values(view or payload),
        surface=_SURFACES[target.origin],
        step=RequestStep.CHANGED if is_field_change else RequestStep.REQUESTED,
        affiliation=parse_affiliation(payload),
    )
    return Interaction("forms" if is_field_change else "buttons", request, target)


def parse_submission(payload: Payload) -> Interaction:
    """Parse a form submission; a retry and a double click have the same idempotency key."""
    view = payload["view"]
    request = Request(
        person=_parse_person(payload),
        name=view["callback_id"],
        idempotency_key=f"{view['id']} {view['callback_id']}",
        channel=view_metadata.read_channel(view),
        data=view_metadata.read_form_data(view),
        answers=form_values.parse_form_values(view),
        surface=Surface.FORM,
        step=RequestStep.SUBMITTED,
        affiliation=parse_affiliation(payload),
    )
    return Interaction("forms", request, _build_reply_target(payload, Origin.SUBMITTED))


def parse_closed_form(payload: Payload) -> Interaction:
    """Parse the closing of a form that was not submitted."""
    view = payload["view"]
    request = Request(
        person=_parse_person(payload),
        name=view["callback_id"],
        idempotency_key=f"{view['id']} {view['callback_id']} closed",
        data=view_metadata.read_form_data(view),
        surface=Surface.FORM,
        step=RequestStep.CLOSED,
    )
    return Interaction("forms", request, _build_reply_target(payload, Origin.CLOSED))


def parse_shortcut(payload: Payload) -> Interaction:
    """Parse a shortcut, selected in Slack's own menu."""
    target = _build_reply_target(payload, Origin.SHORTCUT)
    person, name = _parse_person(payload), payload["callback_id"]
    request = Request(
        person,
        name,
        target.trigger_id,
        surface=Surface.SHORTCUT,
        affiliation=parse_affiliation(payload),
    )
    return Interaction("shortcuts", request, target)


def parse_home_opened(payload: Payload) -> Interaction | None:
    """Parse an opened Home tab; return ``None`` for the app's other tabs and other events."""
    event = payload["event"]
    if event["type"] != "app_home_opened" or event.get("tab") != "home":
        return None
    person = Person(parse_workspace(payload), str(event.get("user", "")))
    return Interaction(
        "shortcuts",
        build_home_request(person, str(payload.get("event_id", "")), parse_affiliation(payload)),
        ReplyTarget(Origin.HOME_OPENED),
    )


def build_home_request(
    person: Person, idempotency_key: str, affiliation: Affiliation = Affiliation.MEMBER
) -> Request:
    """Return the request for the user's Home tab."""
    return Request(person, "home", idempotency_key, surface=Surface.HOME, affiliation=affiliation)


def parse_received_payload(kind: PayloadKind, payload: Payload) -> PayloadReceived:
    """Parse the workspace and user of a payload without a handler.

    The user id is ``""`` for an event, except ``app_home_opened``: others are no user's action.
    """
    event, user = payload.get("event") or {}, payload.get("user") or {}
    person_id = payload.get("user_id") or user.get("id")
    if kind is PayloadKind.EVENT:
        person_id = event.get("user") if event["type"] == "app_home_opened" else ""
    return PayloadReceived(parse_workspace(payload), str(person_id or ""))


def _parse_command_channel(payload: Payload) -> Channel | None:
    """Return the channel of a slash command, a private one without a name; ``None`` for a chat."""
    channel_id, name = (str(payload.get(f"channel_{part}", "")) for part in ("id", "name"))
    if not channel_id.startswith(("C", "G")) or name.startswith("mpdm-"):
        return None
    return Channel(channel_id, "" if name == "privategroup" else name)


def _parse_origin(view: Payload) -> Origin:
    return {"modal": Origin.MODAL, "home": Origin.HOME}.get(view.get("type", ""), Origin.MESSAGE)


def _build_reply_target(payload: Payload, origin: Origin) -> ReplyTarget:
    view = payload.get("view") or {}
    action = (payload.get("actions") or [{}])[0]
    return ReplyTarget(
        origin,
        trigger_id=str(payload.get("trigger_id", "")),
        response_url=str(payload.get("response_url", "")),
        view_id=str(view.get("id", "")),
        view_hash=str(view.get("hash", "")),
        view_title=str((view.get("title") or {}).get("text", "")),
        field_ids=tuple(
            str(block.get("block_id", ""))
            for block in view.get("blocks") or ()
            if block.get("type") == "input"
        ),
        from_home=origin is Origin.HOME or view_metadata.is_from_home(view),
        open_view=view if origin in {Origin.SUBMITTED, Origin.MODAL} else {},
        block_id=str(action.get("block_id", "")),
        action_id=str(action.get("action_id", "")),
    )


def _parse_person(payload: Payload) -> Person:
    return Person(parse_workspace(payload), payload["user"]["id"])
