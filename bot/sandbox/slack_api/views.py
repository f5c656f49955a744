"""The part of Slack's Web API that opens, lays upon, changes and publishes views."""

import json
from collections.abc import Mapping

from bot.sandbox.block_kit import limits
from bot.sandbox.slack_api.api_errors import RefusedError
from bot.sandbox.slack_api.methods import Method, Place
from bot.sandbox.workspace import modals
from bot.sandbox.workspace.workspace import Json

_LARGEST = 250_000
"""Bytes of a view, as its errors say."""


def checked(view: object, surface: str) -> Json:
    """Return a view that Slack would take; refuses any other, naming each fault."""
    if not isinstance(view, dict):
        raise RefusedError("invalid_arguments", ("[ERROR] invalid_view",))
    if wrong := limits.faults(view, surface):
        raise RefusedError("invalid_arguments", tuple(f"[ERROR] {fault}" for fault in wrong))
    if len(json.dumps(view)) > _LARGEST:
        raise RefusedError("view_too_large")
    return view


def _open(place: Place, said: Json) -> Json:
    view = checked(said["view"], "modal")
    person = place.tickets.exchange(str(said["trigger_id"]))
    return {"view": modals.told(place.windows.open(person, view))}


def _push(place: Place, said: Json) -> Json:
    view = checked(said["view"], "modal")
    person = place.tickets.exchange(str(said["trigger_id"]))
    return {"view": modals.told(place.windows.push(person, view))}


def _update(place: Place, said: Json) -> Json:
    view_id, external_id = str(said.get("view_id") or ""), str(said.get("external_id") or "")
    if not view_id and not external_id:
        raise RefusedError("invalid_arguments", ("[ERROR] missing: view_id",))
    view = checked(said["view"], "modal")
    known = str(said.get("hash") or "")
    return {"view": modals.told(place.windows.update(view_id, external_id, known, view))}


def _publish(place: Place, said: Json) -> Json:
    person = place.workspace.person(str(said["user_id"]))
    if person is None or person.id in place.workspace.deactivated:
        raise RefusedError("invalid_arguments", ("[ERROR] invalid: user_id",))
    view = checked(said["view"], "home")
    known = str(said.get("hash") or "")
    return {"view": modals.told(place.windows.publish(person.id, known, view))}


METHODS: Mapping[str, Method] = {
    "views.open": Method(_open, frozenset({"trigger_id", "view"}), ("trigger_id", "view")),
    "views.push": Method(_push, frozenset({"trigger_id", "view"}), ("trigger_id", "view")),
    "views.update": Method(
        _update, frozenset({"view_id", "external_id", "hash", "view"}), ("view",)
    ),
    "views.publish": Method(
        _publish, frozenset({"user_id", "hash", "view"}), ("user_id", "view")
    ),
}  # fmt: skip
