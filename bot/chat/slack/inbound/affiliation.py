"""Parse the installed workspace and organisation of a payload, and its user's affiliation."""

from collections.abc import Mapping
from typing import Any

from bot.affiliation import Affiliation

Payload = Mapping[str, Any]

ACCESS_GRANTED, ACCESS_REVOKED = "team_access_granted", "team_access_revoked"
ACCESS_EVENTS = (ACCESS_GRANTED, ACCESS_REVOKED)
"""Event types about a change of the workspaces that an organisation's token can access."""


def parse_affiliation(payload: Payload) -> Affiliation:
    """Return ``EXTERNAL`` for a user of another team than :func:`parse_workspace`, else ``MEMBER``.

    In a Slack Connect channel a payload has the id of the user's own workspace (``T…``) or
    organisation (``E…``) as an attribute of its user, event or view. Without such an attribute the
    default is ``MEMBER``: a slash command has none, since Slack offers it to members of the
    installed workspace only. Single- and multi-channel guests have the workspace's own team id.
    """
    home_id = _read_home_id(payload)
    own_ids = {parse_workspace(payload).removeprefix("slack:"), _read_enterprise_id(payload)}
    return Affiliation.EXTERNAL if home_id and home_id not in own_ids else Affiliation.MEMBER


def parse_workspace(payload: Payload) -> str:
    """Return the workspace in which the bot is installed, as ``slack:T…``; ``slack:`` for none.

    It is the first team id (``T…``) of the attributes below, the more specific ones first: for a
    Slack Connect channel the top-level ``team_id`` can be that of the user's own workspace.
    """
    installed_ids = (
        (payload.get("view") or {}).get("app_installed_team_id"),
        (payload.get("message") or {}).get("team"),
        *(item.get("team_id") for item in payload.get("authorizations") or ()),
        payload.get("team_id"),
        (payload.get("team") or {}).get("id"),
        (payload.get("user") or {}).get("team_id"),
    )
    team_ids = (str(team_id) for team_id in installed_ids if team_id)
    return f"slack:{next((id_ for id_ in team_ids if id_.startswith('T')), '')}"


def parse_organisation(payload: Payload) -> str:
    """Return the organisation that installed the bot, as ``slack:E…``; ``""`` for none.

    Only an object with ``is_enterprise_install`` true (boolean, or a string in a slash command)
    counts: a workspace of an Enterprise organisation can also have an installation of its own. An
    object with another team id than :func:`parse_workspace` returns is ignored: in a Slack Connect
    channel its enterprise id is that of the user's own organisation.
    """
    workspace_id = parse_workspace(payload).removeprefix("slack:")
    is_flagged = is_access_change(payload)
    for source in (*(payload.get("authorizations") or ()), payload):
        organisation_id = _read_enterprise_id(source)
        own_ids = {"", workspace_id, organisation_id}
        if (
            (is_flagged or _is_of_organisation(source))
            and organisation_id.startswith("E")
            and own_ids.issuperset(_list_team_ids(source))
        ):
            return f"slack:{organisation_id}"
    return ""


def is_access_change(payload: Payload) -> bool:
    """Return whether the payload is one of the :data:`ACCESS_EVENTS`.

    Such an event is about the organisation; a team id in its payload is not the installed one.
    """
    event = payload.get("event")
    return isinstance(event, dict) and event.get("type") in ACCESS_EVENTS


def _is_of_organisation(source: Payload) -> bool:
    return str(source.get("is_enterprise_install")).lower() == "true"


def _list_team_ids(source: Payload) -> tuple[str, ...]:
    """Return the team id and the installed id of an object with an enterprise id, ``""`` for none.

    The default of the team id is that of the user. The installed id is the view's
    ``app_installed_team_id`` if it is an organisation's (``E…``).
    """
    team_id = source.get("team_id") or (source.get("team") or {}).get("id")
    installed_id = str((source.get("view") or {}).get("app_installed_team_id") or "")
    return (
        str(team_id or (source.get("user") or {}).get("team_id") or ""),
        installed_id if installed_id.startswith("E") else "",
    )


def _read_home_id(payload: Payload) -> str:
    """Return the team or enterprise id of the user, event or view, ``""`` without one."""
    event = payload.get("event") or {}
    user, view = payload.get("user") or {}, event.get("view")
    view_team_id = view.get("team_id") if isinstance(view, dict) else ""
    return str(user.get("team_id") or event.get("user_team") or view_team_id or "")


def _read_enterprise_id(payload: Payload) -> str:
    """Return the enterprise id of a payload or authorization object, ``""`` without one."""
    return str(
        payload.get("enterprise_id")
        or (payload.get("enterprise") or {}).get("id")
        or (payload.get("team") or {}).get("enterprise_id")
        or ""
    )
