"""Parse payloads of the Events API into product-neutral events."""

from bot.chat.request_body import Payload
from bot.chat.slack.inbound import profiles
from bot.chat.slack.inbound.affiliation import (
    ACCESS_EVENTS,
    ACCESS_GRANTED,
    parse_organisation,
    parse_workspace,
)
from bot.conversation import (
    Address,
    AddressReachable,
    ChatEvent,
    OrganisationAccessChanged,
    Person,
    ProfileChanged,
    WorkspaceDisconnected,
)


def parse_event(payload: Payload) -> ChatEvent | None:
    """Parse an event about a changed user, an installation, or the bot's return to a channel.

    Returns ``None`` for any other event, and where only a user token was revoked.
    """
    event, workspace = payload["event"], parse_workspace(payload)
    installed_as = parse_organisation(payload) or workspace
    kind, user = event["type"], event.get("user")
    if kind in ACCESS_EVENTS:
        return _parse_access_change(payload)
    if kind == "user_change" and isinstance(user, dict):
        person = Person(workspace, str(user.get("id", "")))
        return ProfileChanged(person, profiles.parse_profile(user))
    if kind == "app_uninstalled":
        return WorkspaceDisconnected(installed_as, kind)
    if kind == "tokens_revoked" and (event.get("tokens") or {}).get("bot"):
        return WorkspaceDisconnected(installed_as, kind)
    if kind == "member_joined_channel" and user in _list_bot_ids(payload):
        return AddressReachable(Address(workspace, channel=str(event.get("channel", ""))))
    return None


def _parse_access_change(payload: Payload) -> OrganisationAccessChanged:
    team_ids = payload["event"].get("team_ids")
    return OrganisationAccessChanged(
        parse_organisation(payload),
        tuple(
            f"slack:{team_id}"
            for team_id in (team_ids if isinstance(team_ids, list) else ())
            if isinstance(team_id, str) and team_id.startswith("T")
        ),
        is_granted=payload["event"]["type"] == ACCESS_GRANTED,
    )


def _list_bot_ids(payload: Payload) -> frozenset[str]:
    """Return the user ids of this bot, which an event's authorizations name."""
    return frozenset(
        str(authorization.get("user_id") or "")
        for authorization in payload.get("authorizations") or ()
        if authorization.get("is_bot")
    )
