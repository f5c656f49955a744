"""A guard of Teams' door alone, and a way to stand before it."""

import json
from typing import Any

from bot.chat.after_response import Afterwards
from bot.chat.msteams.inbound.guard import Body, Guard
from bot.chat.msteams.inbound.payloads import Kind
from bot.chat.msteams.inbound.signing_keys import Keyring
from bot.chat.msteams.inbound.token_validation import Signed
from bot.chat.request_body import Payload
from tests.chat import asgi
from tests.chat.msteams import activities
from tests.chat.msteams.activities import Activity
from tests.chat.msteams.microsoft import CLIENT, TENANT, Microsoft


class Gate:
    """A guard, and what it let through."""

    def __init__(self, ms: Microsoft) -> None:
        """Guard nothing but a list."""
        self.ms = ms
        self.keyring = Keyring(ms.metadata)
        self.through: list[tuple[Kind, Payload, str]] = []
        self.guard = Guard(
            self.note, Signed(CLIENT, self.keyring), frozenset({TENANT}), Afterwards(), here=True
        )

    async def note(self, kind: Kind, payload: Payload, service: str) -> Body:
        """Answer what came through."""
        self.through.append((kind, payload, service))
        return {"statusCode": 200}

    async def post(self, body: bytes, token: str = "", header: str = "") -> asgi.Response:
        """Post a body with a token, or with a whole header."""
        headers = {"authorization": header or f"Bearer {token}"} if header or token else {}
        return await asgi.call(self.guard, "POST", "/api/messages", body, headers)

    async def send(self, activity: Activity, **claims: Any) -> asgi.Response:
        """Post an activity with a good token, but for *claims*."""
        return await self.post(json.dumps(activity).encode(), self.ms.token(**claims))


def hello(ms: Microsoft, **parts: object) -> Activity:
    """Return something that Marie wrote."""
    return {**activities.written(ms.service, "tip"), **parts}
