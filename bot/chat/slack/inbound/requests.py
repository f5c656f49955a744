"""Turns Slack's payloads into requests that no handler need know Slack to read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

from bot.chat.slack import view_metadata
from bot.chat.slack.inbound import form_values, profiles
from bot.conversation import Keywords, News, Person, Request

Payload = Mapping[str, Any]
Table = Literal["commands", "forms", "buttons", "shortcuts"]


class Where(Enum):
    """What the person had before them when they acted, which decides where an answer goes."""

    COMMAND = "command"
    MESSAGE = "message"
    HOME = "home"
    MODAL = "modal"
    SUBMITTED = "submitted"
    CLOSED = "closed"
    SHORTCUT = "shortcut"
    OPENED = "opened"
    """The person opened the app's Home, and nothing more."""


@dataclass(frozen=True)
class Place:
    """Where an answer can be put.

    ``trigger`` opens a form within three seconds, once; ``response_url`` takes what only
    the person sees; ``view``, ``hash`` and ``title`` are the open form's; ``fields`` are
    the questions it asks. ``home`` says that the person came from the app's Home, which
    then is put up afresh.
    """

    where: Where
    trigger: str = ""
    response_url: str = ""
    view: str = ""
    hash: str = ""
    title: str = ""
    fields: tuple[str, ...] = ()
    home: bool = False


@dataclass(frozen=True)
class Asked:
    """One payload, read: which table answers it, what is asked, and where answers go."""

    table: Table
    request: Request
    place: Place


def command(payload: Payload, keywords: Mapping[str, Keywords]) -> Asked:
    """Read a slash command. Of the words after it, only one of its own goes any further."""
    name = str(payload["command"]).removeprefix("/")
    trigger, response_url = (str(payload.get(one, "")) for one in ("trigger_id", "response_url"))
    request = Request(
        person=Person(_workspace(payload), payload["user_id"]),
        name=name,
        key=trigger or response_url,
        keyword=keywords.get(name, Keywords()).match(str(payload.get("text", ""))),
        channel=str(payload.get("channel_id", "")),
    )
    return Asked("commands", request, Place(Where.COMMAND, trigger, response_url))


def action(payload: Payload) -> Asked:
    """Read a pressed button, a chosen step of a menu, or a touched field of a form."""
    step, view = payload["actions"][0], payload.get("view") or {}
    place = _place(payload, _where(view))
    touched = form_values.is_field(step)
    name = view.get("callback_id", "") if touched else step["action_id"].partition("#")[0]
    chosen = step.get("selected_option") or {}
    request = Request(
        person=_person(payload),
        name=str(name),
        key=f"{payload['user']['id']} {step.get('action_ts') or place.trigger}",
        channel=str((payload.get("channel") or {}).get("id", "")) if not view else "",
        data=view_metadata.data(view)
        if touched
        else str(step.get("value") or chosen.get("value") or ""),
        answers=form_values.read(view or payload),
        inside_form=place.where is Where.MODAL,
        step="changed" if touched else "asked",
    )
    return Asked("forms" if touched else "buttons", request, place)


def submission(payload: Payload) -> Asked:
    """Read a form that was sent off. A retry and a second click bear the same key."""
    view = payload["view"]
    request = Request(
        person=_person(payload),
        name=view["callback_id"],
        key=f"{view['id']} {view['callback_id']}",
        data=view_metadata.data(view),
        answers=form_values.read(view),
        inside_form=True,
        step="submitted",
    )
    return Asked("forms", request, _place(payload, Where.SUBMITTED))


def closed(payload: Payload) -> Asked:
    """Read that a form was put away unsent."""
    view = payload["view"]
    request = Request(
        person=_person(payload),
        name=view["callback_id"],
        key=f"{view['id']} {view['callback_id']} closed",
        data=view_metadata.data(view),
        step="closed",
    )
    return Asked("forms", request, _place(payload, Where.CLOSED))


def shortcut(payload: Payload) -> Asked:
    """Read a shortcut chosen from Slack's own menu."""
    place = _place(payload, Where.SHORTCUT)
    name = payload["callback_id"]
    return Asked("shortcuts", Request(_person(payload), name, place.trigger), place)


def opened_home(payload: Payload) -> Asked | None:
    """Read that a person opened the app's Home; ``None`` for its other tabs and other events."""
    event = payload["event"]
    if event["type"] != "app_home_opened" or event.get("tab") != "home":
        return None
    person = Person(_workspace(payload), str(event.get("user", "")))
    return Asked("shortcuts", home(person, str(payload.get("event_id", ""))), Place(Where.OPENED))


def news(payload: Payload) -> News | None:
    """Read what Slack tells unasked: a member changed, or the bot was put out.

    ``None`` for any other event, and where only somebody's own token was revoked.
    """
    event, workspace = payload["event"], _workspace(payload)
    kind, user = event["type"], event.get("user")
    if kind == "user_change" and isinstance(user, dict):
        who = str(user.get("id", ""))
        return News("profile", workspace, who, profile=profiles.read(user))
    if kind == "app_uninstalled":
        return News("closed", workspace, reason=kind)
    if kind == "tokens_revoked" and (event.get("tokens") or {}).get("bot"):
        return News("closed", workspace, reason=kind)
    return None


def home(person: Person, key: str) -> Request:
    """Return the request for a person's own page."""
    return Request(person, "home", key)


def _where(view: Payload) -> Where:
    return {"modal": Where.MODAL, "home": Where.HOME}.get(view.get("type", ""), Where.MESSAGE)


def _place(payload: Payload, where: Where) -> Place:
    view = payload.get("view") or {}
    return Place(
        where,
        trigger=str(payload.get("trigger_id", "")),
        response_url=str(payload.get("response_url", "")),
        view=str(view.get("id", "")),
        hash=str(view.get("hash", "")),
        title=str((view.get("title") or {}).get("text", "")),
        fields=tuple(
            str(block.get("block_id", ""))
            for block in view.get("blocks") or ()
            if block.get("type") == "input"
        ),
        home=where is Where.HOME or view_metadata.from_home(view),
    )


def _person(payload: Payload) -> Person:
    return Person(_workspace(payload), payload["user"]["id"])


def _workspace(payload: Payload) -> str:
    """Name the workspace that the bot is installed in, even for a form opened elsewhere."""
    team = (
        (payload.get("view") or {}).get("app_installed_team_id")
        or payload.get("team_id")
        or (payload.get("team") or {}).get("id")
        or (payload.get("user") or {}).get("team_id")
    )
    return f"slack:{team}"
