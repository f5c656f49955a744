"""The way to a chat in Teams: a conversation, and the address of the service that holds it."""

import json
from dataclasses import dataclass

GLOBAL_SERVICE = "https://smba.trafficmanager.net/teams"
"""Where Microsoft takes what is meant for anybody, as long as no nearer address is known."""


NO_SERVICE = "http://127.0.0.1:9"
"""Where a bot that is only tried out begins: nobody listens there, and nothing leaves."""


@dataclass(frozen=True)
class Way:
    """Where a message goes: a conversation's id at a service."""

    service: str
    conversation: str

    def __str__(self) -> str:
        """Return the way as the store keeps it."""
        return json.dumps([self.service, self.conversation])


def read(written: str) -> Way | None:
    """Read a way as the store keeps it; ``None`` for anything else."""
    try:
        service, conversation = json.loads(written)
    except (ValueError, TypeError):
        return None
    both = isinstance(service, str) and isinstance(conversation, str) and service and conversation
    return Way(service, conversation) if both else None
