"""Parse Slack's user objects into profiles: locale, time zone and role."""

from collections.abc import Mapping
from typing import Any

from bot.conversation import Profile


def parse_profile(user: Mapping[str, Any]) -> Profile:
    """Return the profile of a Slack user object.

    Bots, workflow bots, Slackbot, deleted and invited users are not persons.
    """
    is_bot = user.get("is_bot") or user.get("is_workflow_bot") or user.get("id") == "USLACKBOT"
    return Profile(
        locale=str(user.get("locale") or ""),
        zone=str(user.get("tz") or ""),
        is_admin=bool(user.get("is_admin") or user.get("is_owner")),
        is_person=not (is_bot or user.get("deleted") or user.get("is_invited_user")),
    )
