"""What Slack says of a person: their locale, zone and standing."""

from collections.abc import Mapping
from typing import Any

from bot.conversation import Profile


def parse_profile(user: Mapping[str, Any]) -> Profile:
    """Return the profile in Slack's own description of a member."""
    machine = user.get("is_bot") or user.get("is_workflow_bot") or user.get("id") == "USLACKBOT"
    return Profile(
        locale=str(user.get("locale") or ""),
        zone=str(user.get("tz") or ""),
        is_admin=bool(user.get("is_admin") or user.get("is_owner")),
        is_person=not (machine or user.get("deleted") or user.get("is_invited_user")),
    )
