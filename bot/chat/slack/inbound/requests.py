"""Turns Slack's payloads into requests that no handler need know Slack to read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

from bot.chat.slack import view_metadata
from bot.chat.slack.inbound import form_values, profiles
from bot.conversation import ChatEvent, Keywords, Person, Request

Payload = Mapping[str, Any]
HandlerTable = Literal["commands", "forms", "buttons", "shortcuts"]


class Origin(Enum):
    """What the person had before them when they acted, which decides where an answer goes."""

    COMMAND = "command"
    MESSAGE = "message"
    HOME = "home"
    MODAL = "modal"
    SUBMITTED = "submitted"
    CLOSED = "closed"
    SHORTCUT = "shortcut"
    HOME_OPENED = "opened"
    """The person opened the app's Home, and nothing more."""


@dataclass(frozen=True)
class ReplyTarget:
    """Where an answer can be put.

    ``trigger`` opens a form within three seconds, once; ``response_url`` takes what only
    the person sees; ``view``, ``hash`` and ``title`` are the open form's; ``fields`` are
    the questions it asks. ``home`` says that the person came from the app's Home, which
    then is put up afresh.
    """

    origin: Origin
    trigger_id: str = ""
    response_url: str = ""
    view_id: str = ""
    view_hash: str = ""
    view_title: str = ""
    field_ids: tuple[str, ...] = ()
    from_home: bool = False


@dataclass(frozen=True)
class Interaction:
    """One payload, read: which table answers it, what is asked, and where answers go."""

    table: HandlerTable
    request: Request
    reply_target: ReplyTarget


def parse_command(payload: Payload, keywords: Mapping[str, Keywords]) -> Interaction:
    """Read a slash command. Of the words after it, only one of its own goes any further."""
    name = str(payload["command"]).removeprefix("/")
    trigger, response_url = (str(payload.get(one, "")) for one in ("trigger_id", "response_url"))
    request = Request(
        person=Person(_parse_workspace(payload), payload["user_id"]),
        name=name,
        idempotency_key=trigger or response_url,
        keyword=keywords.get(name, Keywords()).match(str(payload.get("text", ""))),
        channel=str(payload.get("channel_id", "")),
    )
    return Interaction("commands", request, ReplyTarget(Origin.COMMAND, trigger, response_url))


def parse_action(payload: Payload) -> Interaction:
    """Read a pressed button, a chosen step of a menu, or a touched field of a form."""
    step, view = payload["actions"][0], payload.get("view") or {}
    place = _build_reply_target(payload, _parse_origin(view))
    touched = form_values.is_field(step)
    name = view.get("callback_id", "") if touched else step["action_id"].partition("#")[0]
    chosen = step.get("selected_option") or {}
    request = Request(
        person=_parse_person(payload),
        name=str(name),
        idempotency_key=f"{payload['user']['id']} {step.get('action_ts') or place.trigger_id}",
        channel=str((payload.get("channel") or {}).get("id", "")) if not view else "",
        data=view_metadata.read_form_data(view)
        if touched
        else str(step.get("value") or chosen.get("value") or ""),
        answers=form_values.parse_form_values(view or payload),
        inside_form=place.origin is Origin.MODAL,
        step="changed" if touched else "asked",
    )
    return Interaction("forms" if touched else "buttons", request, place)


def parse_submission(payload: Payload) -> Interaction:
    """Read a form that was sent off. A retry and a second click bear the same key."""
    view = payload["view"]
    request = Request(
        person=_parse_person(payload),
        name=view["callback_id"],
        idempotency_key=f"{view['id']} {view['callback_id']}",
        data=view_metadata.read_form_data(view),
        answers=form_values.parse_form_values(view),
        inside_form=True,
        step="submitted",
    )
    return Interaction("forms", request, _build_reply_target(payload, Origin.SUBMITTED))


def parse_closed_form(payload: Payload) -> Interaction:
    """Read that a form was put away unsent."""
    view = payload["view"]
    request = Request(
        person=_parse_person(payload),
        name=view["callback_id"],
        idempotency_key=f"{view['id']} {view['callback_id']} closed",
        data=view_metadata.read_form_data(view),
        step="closed",
    )
    return Interaction("forms", request, _build_reply_target(payload, Origin.CLOSED))


def parse_shortcut(payload: Payload) -> Interaction:
    """Read a shortcut chosen from Slack's own menu."""
    place = _build_reply_target(payload, Origin.SHORTCUT)
    name = payload["callback_id"]
    return Interaction("shortcuts", Request(_parse_person(payload), name, place.trigger_id), place)


def parse_home_opened(payload: Payload) -> Interaction | None:
    """Read that a person opened the app's Home; ``None`` for its other tabs and other events."""
    event = payload["event"]
    if event["type"] != "app_home_opened" or event.get("tab") != "home":
        return None
    person = Person(_parse_workspace(payload), str(event.get("user", "")))
    return Interaction(
        "shortcuts",
        build_home_request(person, str(payload.get("event_id", ""))),
        ReplyTarget(Origin.HOME_OPENED),
    )


def parse_event(payload: Payload) -> ChatEvent | None:
    """Read what Slack tells unasked: a member changed, or the bot was put out.

    ``None`` for any other event, and where only somebody's own token was revoked.
    """
    event, workspace = payload["event"], _parse_workspace(payload)
    kind, user = event["type"], event.get("user")
    if kind == "user_change" and isinstance(user, dict):
        who = str(user.get("id", ""))
        return ChatEvent("profile", workspace, who, profile=profiles.parse_profile(user))
    if kind == "app_uninstalled":
        return ChatEvent("closed", workspace, reason=kind)
    if kind == "tokens_revoked" and (event.get("tokens") or {}).get("bot"):
        return ChatEvent("closed", workspace, reason=kind)
    return None


def build_home_request(person: Person, key: str) -> Request:
    """Return the request for a person's own page."""
    return Request(person, "home", key)


def _parse_origin(view: Payload) -> Origin:
    return {"modal": Origin.MODAL, "home": Origin.HOME}.get(view.get("type", ""), Origin.MESSAGE)


def _build_reply_target(payload: Payload, origin: Origin) -> ReplyTarget:
    view = payload.get("view") or {}
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
    )


def _parse_person(payload: Payload) -> Person:
    return Person(_parse_workspace(payload), payload["user"]["id"])


def _parse_workspace(payload: Payload) -> str:
    """Name the workspace that the bot is installed in, even for a form opened elsewhere."""
    team = (
        (payload.get("view") or {}).get("app_installed_team_id")
        or payload.get("team_id")
        or (payload.get("team") or {}).get("id")
        or (payload.get("user") or {}).get("team_id")
    )
    return f"slack:{team}"
