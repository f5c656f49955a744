"""The part of Slack's Web API that opens, lays upon, changes and publishes views."""

import json
from collections.abc import Mapping

from bot.sandbox.block_kit import limits
from bot.sandbox.slack_api.api_errors import ApiError
from bot.sandbox.slack_api.methods import Method, SlackState
from bot.sandbox.workspace import modals
from bot.sandbox.workspace.workspace import Json

_MAX_VIEW_BYTES = 250_000
"""Bytes of a view, as its errors say."""


def validate_view(view: object, surface: str) -> Json:
    """Return a view that Slack would take; refuses any other, naming each fault."""
    if not isinstance(view, dict):
        raise ApiError("invalid_arguments", ("[ERROR] invalid_view",))
    if wrong := limits.find_faults(view, surface):
        raise ApiError("invalid_arguments", tuple(f"[ERROR] {fault}" for fault in wrong))
    if len(json.dumps(view)) > _MAX_VIEW_BYTES:
        raise ApiError("view_too_large")
    return view


def _open_view(slack_state: SlackState, arguments: Json) -> Json:
    view = validate_view(arguments["view"], "modal")
    person = slack_state.trigger_ids.redeem_trigger_id(str(arguments["trigger_id"]))
    return {"view": modals.render_view(slack_state.modal_stack.open_modal(person, view))}


def _push_view(slack_state: SlackState, arguments: Json) -> Json:
    view = validate_view(arguments["view"], "modal")
    person = slack_state.trigger_ids.redeem_trigger_id(str(arguments["trigger_id"]))
    return {"view": modals.render_view(slack_state.modal_stack.push_modal(person, view))}


def _update_view(slack_state: SlackState, arguments: Json) -> Json:
    view_id, external_id = (
        str(arguments.get("view_id") or ""),
        str(arguments.get("external_id") or ""),
    )
    if not view_id and not external_id:
        raise ApiError("invalid_arguments", ("[ERROR] missing: view_id",))
    view = validate_view(arguments["view"], "modal")
    known = str(arguments.get("hash") or "")
    return {
        "view": modals.render_view(
            slack_state.modal_stack.update_view(view_id, external_id, known, view)
        )
    }


def _publish_view(slack_state: SlackState, arguments: Json) -> Json:
    person = slack_state.workspace.find_person(str(arguments["user_id"]))
    if person is None or person.id in slack_state.workspace.deactivated_ids:
        raise ApiError("invalid_arguments", ("[ERROR] invalid: user_id",))
    view = validate_view(arguments["view"], "home")
    known = str(arguments.get("hash") or "")
    return {
        "view": modals.render_view(slack_state.modal_stack.publish_home(person.id, known, view))
    }


METHODS: Mapping[str, Method] = {
    "views.open": Method(_open_view, frozenset({"trigger_id", "view"}), ("trigger_id", "view")),
    "views.push": Method(_push_view, frozenset({"trigger_id", "view"}), ("trigger_id", "view")),
    "views.update": Method(
        _update_view, frozenset({"view_id", "external_id", "hash", "view"}), ("view",)
    ),
    "views.publish": Method(
        _publish_view, frozenset({"user_id", "hash", "view"}), ("user_id", "view")
    ),
}  # fmt: skip
