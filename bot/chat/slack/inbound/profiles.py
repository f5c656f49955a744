"""Parse the user objects of Slack's ``users.info`` responses and events into profiles."""

from collections.abc import Mapping
from typing import Any

from bot.conversation import Profile


def parse_profile(user: Mapping[str, Any], workspace: str = "") -> Profile:
    """Return the profile of a user object: locale, time zone, role and flags.

    A missing attribute has the default ``""`` or ``False``. ``is_active_person`` is false for bots,
    workflow bots, Slackbot, deleted and invited users. ``is_external`` compares team ids with the
    installed *workspace*; without that argument only Slack's ``is_stranger`` flag counts.
    """
    is_bot = user.get("is_bot") or user.get("is_workflow_bot") or user.get("id") == "USLACKBOT"
    return Profile(
        locale=str(user.get("locale") or ""),
        zone=str(user.get("tz") or ""),
        is_admin=bool(user.get("is_admin") or user.get("is_owner")),
        is_closed=bool(user.get("deleted")),
        is_active_person=not (is_bot or user.get("deleted") or user.get("is_invited_user")),
        is_external=bool(user.get("is_stranger")) or _is_of_other_team(user, workspace),
    )


def _is_of_other_team(user: Mapping[str, Any], workspace: str) -> bool:
    """Return whether *workspace* is neither the user's ``team_id`` nor one of their teams.

    A user of an Enterprise organisation has the list of their workspaces in ``enterprise_user``.
    """
    home_id, own_id = str(user.get("team_id") or ""), workspace.removeprefix("slack:")
    team_ids = (user.get("enterprise_user") or {}).get("teams") or ()
    return bool(home_id and own_id) and home_id != own_id and own_id not in team_ids
