"""The workspace that a payload is from, and whether its user belongs to that workspace."""

from collections.abc import Mapping
from typing import Any

from bot.affiliation import Affiliation

Payload = Mapping[str, Any]

ACCESS_GRANTED, ACCESS_REVOKED = "team_access_granted", "team_access_revoked"
ACCESS_EVENTS = (ACCESS_GRANTED, ACCESS_REVOKED)
"""Types of the events about the workspaces that an organisation's token can access."""


def parse_affiliation(payload: Payload) -> Affiliation:
    """Return whether the user belongs to the workspace of :func:`parse_workspace`.

    In a channel that is shared by Slack Connect, a payload names the installed workspace, and
    beside it the workspace (``T…``) or organisation (``E…``) of the user. A slash command names
    no other: Slack offers it to members of the installed workspace only. Guest accounts of the
    workspace itself (single- and multi-channel guests) have its own team id.
    """
    home_id = _read_home_id(payload)
    own_ids = {parse_workspace(payload).removeprefix("slack:"), _read_enterprise_id(payload)}
    return Affiliation.EXTERNAL if home_id and home_id not in own_ids else Affiliation.MEMBER


def parse_workspace(payload: Payload) -> str:
    """Return the workspace in which the bot is installed, as ``slack:T…``.

    The user's own workspace is named in its place where a form was opened from, or an event is
    about, a channel that is shared by Slack Connect; so the more specific fields have precedence.
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
    """Return the organisation in which the bot is installed, as ``slack:E…``; ``""`` if in none.

    That is an installation for all workspaces of an Enterprise organisation; a workspace of one may
    also have an installation of its own. A slash command has the flag as text. What a payload says
    of another workspace than :func:`parse_workspace` returns, as that of the user in a channel that
    is shared by Slack Connect, names another organisation, and is ignored.
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
    """Return whether a payload says which workspaces an organisation's token can now access.

    It is about the organisation, whatever workspace it names beside it.
    """
    event = payload.get("event")
    return isinstance(event, dict) and event.get("type") in ACCESS_EVENTS


def _is_of_organisation(source: Payload) -> bool:
    return str(source.get("is_enterprise_install")).lower() == "true"


def _list_team_ids(source: Payload) -> tuple[str, ...]:
    """Return what the object of an organisation's id says about its workspace, ``""`` for nothing.

    The user's own workspace counts where no other is named: it is the one of that object then.
    """
    team_id = source.get("team_id") or (source.get("team") or {}).get("id")
    installed_id = str((source.get("view") or {}).get("app_installed_team_id") or "")
    return (
        str(team_id or (source.get("user") or {}).get("team_id") or ""),
        installed_id if installed_id.startswith("E") else "",
    )


def _read_home_id(payload: Payload) -> str:
    """Return the id of the user's own workspace or organisation, ``""`` where none is named."""
    event = payload.get("event") or {}
    user, view = payload.get("user") or {}, event.get("view")
    view_team_id = view.get("team_id") if isinstance(view, dict) else ""
    return str(user.get("team_id") or event.get("user_team") or view_team_id or "")


def _read_enterprise_id(payload: Payload) -> str:
    """Return the id of the installed workspace's organisation, ``""`` without one."""
    return str(
        payload.get("enterprise_id")
        or (payload.get("enterprise") or {}).get("id")
        or (payload.get("team") or {}).get("enterprise_id")
        or ""
    )
