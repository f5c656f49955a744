"""Reference to a conversation in Teams: its id and the URL of the service that hosts it."""

import json
import re
from dataclasses import dataclass

GLOBAL_SERVICE_URL = "https://smba.trafficmanager.net/teams"
"""Microsoft's global service URL: the default until an activity names a regional one."""
UNREACHABLE_SERVICE_URL = "http://127.0.0.1:9"
"""Default service URL with a local stand-in: no server listens there, so no request leaves."""


CHANNEL_ID_PREFIX = "19:"
"""How the id of each channel and group chat begins; that of no person, unit or code does."""

_ENCODED_CHANNEL_PATTERN = re.compile(rf'{CHANNEL_ID_PREFIX}[^\s":@]+@[^\s"@]+')
"""A channel's id within form data; a time of day in it begins likewise."""

_NAME_SEPARATOR = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "


@dataclass(frozen=True)
class ConversationRef:
    """Target of a message: a conversation id at a service URL."""

    service_url: str
    id: str

    def __str__(self) -> str:
        """Serialize to the route string that the store contains: a JSON list of URL and id."""
        return json.dumps([self.service_url, self.id])


def parse_conversation_ref(serialized: str) -> ConversationRef | None:
    """Parse a route string of the store; return ``None`` for any other string."""
    try:
        service_url, conversation_id = json.loads(serialized)
    except (ValueError, TypeError):
        return None
    if not isinstance(service_url, str) or not isinstance(conversation_id, str):
        return None
    if not service_url or not conversation_id:
        return None
    return ConversationRef(service_url, conversation_id)


def find_channel_ids(data: str) -> frozenset[str]:
    """Return the ids of channels that the *data* of a form contains, whatever its encoding."""
    return frozenset(_ENCODED_CHANNEL_PATTERN.findall(data))


def format_channel_name(team_name: str, channel_name: str) -> str:
    """Return a channel's name after that of its team; Teams states none for the general channel."""
    return _NAME_SEPARATOR.join(filter(None, (team_name, channel_name)))
