"""Harness that runs the request guard alone."""

import json
from typing import Any

from bot.chat.after_response import AfterResponse
from bot.chat.msteams.inbound.guard import Body, Guard, TenantPolicy
from bot.chat.msteams.inbound.payloads import PayloadKind
from bot.chat.msteams.inbound.signing_keys import SigningKeyCache
from bot.chat.msteams.inbound.token_validation import SignedTokenValidator
from bot.chat.request_body import Payload
from tests.chat import asgi
from tests.chat.msteams import activities
from tests.chat.msteams.activities import Activity
from tests.chat.msteams.microsoft import CLIENT_ID, TENANT_ID, FakeMicrosoft


class GuardHarness:
    """A request guard, and the payloads that it accepted."""

    def __init__(self, ms: FakeMicrosoft) -> None:
        """Create a guard that records accepted payloads."""
        self.ms = ms
        self.signing_keys = SigningKeyCache(ms.metadata_url)
        self.accepted_payloads: list[tuple[PayloadKind, Payload, str]] = []
        self.guard = Guard(
            self.record_payload,
            SignedTokenValidator(CLIENT_ID, self.signing_keys),
            TenantPolicy(frozenset({TENANT_ID}), answer_foreign_tenant),
            AfterResponse(),
            allow_loopback=True,
        )

    async def record_payload(self, kind: PayloadKind, payload: Payload, service_url: str) -> Body:
        """Record an accepted payload and return a response body."""
        self.accepted_payloads.append((kind, payload, service_url))
        return {"statusCode": 200}

    async def post_body(
        self, body: bytes, token: str = "", authorization: str = ""
    ) -> asgi.Response:
        """Post a body with a bearer token, or with a complete ``Authorization`` header."""
        headers = (
            {"authorization": authorization or f"Bearer {token}"} if authorization or token else {}
        )
        return await asgi.send_request(self.guard, "POST", "/api/messages", body, headers)

    async def send_activity(self, activity: Activity, **claims: Any) -> asgi.Response:
        """Post an activity with a valid token, except for *claims*."""
        return await self.post_body(json.dumps(activity).encode(), self.ms.sign_token(**claims))


def answer_foreign_tenant(_kind: PayloadKind, _payload: Payload) -> Body:
    """Return the response body to an action in a tenant that is not served."""
    return {"statusCode": 200, "value": "not installed"}


def build_hello(ms: FakeMicrosoft, **parts: object) -> Activity:
    """Build a message from Marie."""
    return {**activities.build_message(ms.service_url, "tip"), **parts}
