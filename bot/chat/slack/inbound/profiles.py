"""Parse Slack's user objects into profiles: locale, time zone and role."""

from collections.abc import Mapping
from typing import Any

from bot.conversation import Profile


def parse_profile(user: Mapping[str, Any], workspace: str = "") -> Profile:
    """Return the profile of a Slack user object.

    Bots, workflow bots, Slackbot, deleted and invited users are not persons. With *workspace*,
    the one in which the bot is installed, a user of another organisation is external.
    """
    is_bot = user.get("is_bot") or user.get("is_workflow_bot") or user.get("id") == "USLACKBOT"
    return Profile(
        locale=str(user.get("locale") or ""),
        zone=str(user.get("tz") or ""),
        is_admin=bool(user.get("is_admin") or user.get("is_owner")),
        is_closed=bool(user.get("deleted")),
        is_person=not (is_bot or user.get("deleted") or user.get("is_invited_user")),
        is_external=bool(user.get("is_stranger")) or _is_of_other_team(user, workspace),
    )


def _is_of_other_team(user: Mapping[str, Any], workspace: str) -> bool:
    """Return whether the user's own workspace is neither *workspace* nor of its organisation.

    A member of the same Enterprise Grid organisation has the workspaces that they belong to.
    """
    home_id, own_id = str(user.get("team_id") or ""), workspace.removeprefix("slack:")
    team_ids = (user.get("enterprise_user") or {}).get("teams") or ()
    return bool(home_id and own_id) and home_id != own_id and own_id not in team_ids
