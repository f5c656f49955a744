"""Web API methods that open, push, update and publish views."""

import json
from collections.abc import Mapping

from bot.sandbox.block_kit import limits
from bot.sandbox.slack_api.api_errors import ApiError
from bot.sandbox.slack_api.methods import Method, SlackState
from bot.sandbox.workspace import modals
from bot.sandbox.workspace.workspace import Json

_MAX_VIEW_BYTES = 250_000
"""Maximum length of a view as ASCII-escaped JSON, from the error ``view_too_large``."""


def validate_view(view: object, surface: str) -> Json:
    """Return a view that Slack would accept.

    Raises ApiError with one message per fault, or ``view_too_large``.
    """
    if not isinstance(view, dict):
        raise ApiError("invalid_arguments", ("[ERROR] invalid_view",))
    if faults := limits.find_faults(view, surface):
        raise ApiError("invalid_arguments", tuple(f"[ERROR] {fault}" for fault in faults))
    if len(json.dumps(view)) > _MAX_VIEW_BYTES:
        raise ApiError("view_too_large")
    return view


def _open_view(slack_state: SlackState, arguments: Json) -> Json:
    view = validate_view(arguments["view"], "modal")
    person_id = slack_state.trigger_ids.redeem_trigger_id(str(arguments["trigger_id"]))
    return {"view": modals.render_view(slack_state.modal_stack.open_modal(person_id, view))}


def _push_view(slack_state: SlackState, arguments: Json) -> Json:
    view = validate_view(arguments["view"], "modal")
    person_id = slack_state.trigger_ids.redeem_trigger_id(str(arguments["trigger_id"]))
    return {"view": modals.render_view(slack_state.modal_stack.push_modal(person_id, view))}


def _update_view(slack_state: SlackState, arguments: Json) -> Json:
    view_id = str(arguments.get("view_id") or "")
    external_id = str(arguments.get("external_id") or "")
    if not view_id and not external_id:
        raise ApiError("invalid_arguments", ("[ERROR] missing: view_id",))
    view = validate_view(arguments["view"], "modal")
    view_hash = str(arguments.get("hash") or "")
    open_view = slack_state.modal_stack.update_view(view_id, external_id, view_hash, view)
    return {"view": modals.render_view(open_view)}


def _publish_view(slack_state: SlackState, arguments: Json) -> Json:
    person = slack_state.workspace.find_person(str(arguments["user_id"]))
    if person is None or person.id in slack_state.workspace.deactivated_ids:
        raise ApiError("invalid_arguments", ("[ERROR] invalid: user_id",))
    view = validate_view(arguments["view"], "home")
    view_hash = str(arguments.get("hash") or "")
    home = slack_state.modal_stack.publish_home(person.id, view_hash, view)
    return {"view": modals.render_view(home)}


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
