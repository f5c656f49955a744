"""A stand-in for Microsoft on loopback: who signs, and the service that holds the chats."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

CLIENT_ID = "6f9619ff-8b86-4011-b42d-00c04fc964ff"
TENANT_ID = "11111111-2222-4333-8444-555555555555"
ISSUER = "https://api.botframework.com"
KEY_ID = "signs-for-teams"


@cache
def get_private_key(key_id: str = KEY_ID) -> RSAPrivateKey:
    """Return a signing key; made once, as making one takes a while."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def public_jwk(key_id: str = KEY_ID, *endorsements: str) -> dict[str, Any]:
    """Return the public part of a key as Microsoft lists it."""
    public: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(get_private_key(key_id).public_key()))
    return public | {"kid": key_id, "use": "sig", "endorsements": list(endorsements)}


@dataclass
class ServiceCall:
    """One call that the bot made: its method, path, query and body."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    token: str = ""

    @property
    def card(self) -> dict[str, Any]:
        """The card in a message."""
        content: dict[str, Any] = self.body["attachments"][0]["content"]
        return content


@dataclass
class PlannedAnswer:
    """What the service answers instead of what it ordinarily would."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    drops_connection: bool = False


@dataclass
class FakeMicrosoft:
    """The stand-in: ``calls`` of the bot, and what it was ``told`` to answer, by last path part.

    ``keys`` are what it lists as signing; ``fetched`` counts how often they were fetched,
    ``keys_slow`` is how long that takes.
    """

    port: int = 0
    calls: list[ServiceCall] = field(default_factory=list)
    planned_answers: dict[str, list[PlannedAnswer]] = field(default_factory=dict)
    signing_jwks: list[dict[str, Any]] = field(
        default_factory=lambda: [public_jwk(KEY_ID, "msteams")]
    )
    person_names: dict[str, str] = field(default_factory=dict)
    keys_delay_seconds: float = 0.0
    keys_status: int = 200
    key_fetch_count: int = 0
    event_order: list[str] = field(default_factory=list)

    @property
    def service_url(self) -> str:
        """The address of the service."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def metadata_url(self) -> str:
        """The address of the OpenID document."""
        return f"{self.service_url}/openid"

    def sign_token(self, *, signing_key_id: str = KEY_ID, kid: str = "", **claims: Any) -> str:
        """Return a token as Microsoft signs them; a claim that is ``None`` is left out."""
        now = int(time.time())
        good = {
            "iss": ISSUER,
            "aud": CLIENT_ID,
            "nbf": now - 5,
            "exp": now + 3600,
            "serviceurl": self.service_url,
        }
        said = {name: value for name, value in (good | claims).items() if value is not None}
        headers = {"kid": kid or signing_key_id}
        return jwt.encode(said, get_private_key(signing_key_id), algorithm="RS256", headers=headers)

    @property
    def posted_messages(self) -> list[ServiceCall]:
        """The messages that the bot posted."""
        return [one for one in self.calls if one.path.endswith("/activities")]

    async def handle_openid(self, request: web.Request) -> web.StreamResponse:
        """Say where the keys are."""
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.service_url}/keys"})

    async def handle_keys(self, request: web.Request) -> web.StreamResponse:
        """List the keys."""
        self.key_fetch_count += 1
        await asyncio.sleep(self.keys_delay_seconds)
        return web.json_response({"keys": self.signing_jwks}, status=self.keys_status)

    async def handle_call(self, request: web.Request) -> web.StreamResponse:
        """Take one call of the bot."""
        body = await request.json() if request.can_read_body else None
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        path = request.path
        self.calls.append(ServiceCall(request.method, path, dict(request.query), body, token))
        self.event_order.append(f"{request.method} {path.rpartition('/')[2]}")
        waiting = self.planned_answers.get(path.rpartition("/")[2], [])
        told = waiting.pop(0) if waiting else None
        if told is None:
            return web.json_response(self._default_answer(path, body), status=201)
        await asyncio.sleep(told.delay_seconds)
        if told.drops_connection:
            assert request.transport
            request.transport.close()
        return web.json_response(told.body, status=told.status, headers=told.headers)

    def _default_answer(self, path: str, body: Any) -> dict[str, Any]:
        parts = path.strip("/").split("/")
        if parts[-1] == "conversations":
            return {"id": f"a:chat-with-{body['members'][0]['id']}"}
        if parts[-2] == "members":
            person = parts[-1]
            return {
                "id": f"29:{person}",
                "aadObjectId": person,
                "name": self.person_names.get(person, ""),
            }
        return {"id": f"1:{len(self.calls)}"}


@asynccontextmanager
async def run_microsoft(fake: FakeMicrosoft | None = None) -> AsyncIterator[FakeMicrosoft]:
    """Serve a stand-in for as long as the block runs."""
    stand_in = fake or FakeMicrosoft()
    app = web.Application()
    app.router.add_get("/openid", stand_in.handle_openid)
    app.router.add_get("/keys", stand_in.handle_keys)
    app.router.add_route("*", "/v3/{rest:.*}", stand_in.handle_call)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    stand_in.port = runner.addresses[0][1]
    try:
        yield stand_in
    finally:
        await runner.cleanup()
