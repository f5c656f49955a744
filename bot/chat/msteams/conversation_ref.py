"""The way to a chat in Teams: a conversation, and the address of the service that holds it."""

import json
from dataclasses import dataclass

GLOBAL_SERVICE_URL = "https://smba.trafficmanager.net/teams"
"""Where Microsoft takes what is meant for anybody, as long as no nearer address is known."""


UNREACHABLE_SERVICE_URL = "http://127.0.0.1:9"
"""Where a bot that is only tried out begins: nobody listens there, and nothing leaves."""


@dataclass(frozen=True)
class ConversationRef:
    """Where a message goes: a conversation's id at a service."""

    service_url: str
    id: str

    def __str__(self) -> str:
        """Return the way as the store keeps it."""
        return json.dumps([self.service_url, self.id])


def parse_conversation_ref(serialized: str) -> ConversationRef | None:
    """Read a way as the store keeps it; ``None`` for anything else."""
    try:
        service, conversation = json.loads(serialized)
    except (ValueError, TypeError):
        return None
    both = isinstance(service, str) and isinstance(conversation, str) and service and conversation
    return ConversationRef(service, conversation) if both else None
