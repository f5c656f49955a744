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

CLIENT = "6f9619ff-8b86-4011-b42d-00c04fc964ff"
TENANT = "11111111-2222-4333-8444-555555555555"
ISSUER = "https://api.botframework.com"
KEY = "signs-for-teams"


@cache
def private_key(name: str = KEY) -> RSAPrivateKey:
    """Return a signing key; made once, as making one takes a while."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def listed(name: str = KEY, *endorsements: str) -> dict[str, Any]:
    """Return the public part of a key as Microsoft lists it."""
    public: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(private_key(name).public_key()))
    return public | {"kid": name, "use": "sig", "endorsements": list(endorsements)}


@dataclass
class Call:
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
class Told:
    """What the service answers instead of what it ordinarily would."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    slow: float = 0.0
    lost: bool = False


@dataclass
class Microsoft:
    """The stand-in: ``calls`` of the bot, and what it was ``told`` to answer, by last path part.

    ``keys`` are what it lists as signing; ``fetched`` counts how often they were fetched,
    ``keys_slow`` is how long that takes.
    """

    port: int = 0
    calls: list[Call] = field(default_factory=list)
    told: dict[str, list[Told]] = field(default_factory=dict)
    keys: list[dict[str, Any]] = field(default_factory=lambda: [listed(KEY, "msteams")])
    names: dict[str, str] = field(default_factory=dict)
    keys_slow: float = 0.0
    keys_status: int = 200
    fetched: int = 0
    order: list[str] = field(default_factory=list)

    @property
    def service(self) -> str:
        """The address of the service."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def metadata(self) -> str:
        """The address of the OpenID document."""
        return f"{self.service}/openid"

    def token(self, *, signed_by: str = KEY, kid: str = "", **claims: Any) -> str:
        """Return a token as Microsoft signs them; a claim that is ``None`` is left out."""
        now = int(time.time())
        good = {
            "iss": ISSUER,
            "aud": CLIENT,
            "nbf": now - 5,
            "exp": now + 3600,
            "serviceurl": self.service,
        }
        said = {name: value for name, value in (good | claims).items() if value is not None}
        headers = {"kid": kid or signed_by}
        return jwt.encode(said, private_key(signed_by), algorithm="RS256", headers=headers)

    @property
    def posted(self) -> list[Call]:
        """The messages that the bot posted."""
        return [one for one in self.calls if one.path.endswith("/activities")]

    async def openid(self, request: web.Request) -> web.StreamResponse:
        """Say where the keys are."""
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.service}/keys"})

    async def listing(self, request: web.Request) -> web.StreamResponse:
        """List the keys."""
        self.fetched += 1
        await asyncio.sleep(self.keys_slow)
        return web.json_response({"keys": self.keys}, status=self.keys_status)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Take one call of the bot."""
        body = await request.json() if request.can_read_body else None
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        path = request.path
        self.calls.append(Call(request.method, path, dict(request.query), body, token))
        self.order.append(f"{request.method} {path.rpartition('/')[2]}")
        waiting = self.told.get(path.rpartition("/")[2], [])
        told = waiting.pop(0) if waiting else None
        if told is None:
            return web.json_response(self._ordinary(path, body), status=201)
        await asyncio.sleep(told.slow)
        if told.lost:
            assert request.transport
            request.transport.close()
        return web.json_response(told.body, status=told.status, headers=told.headers)

    def _ordinary(self, path: str, body: Any) -> dict[str, Any]:
        parts = path.strip("/").split("/")
        if parts[-1] == "conversations":
            return {"id": f"a:chat-with-{body['members'][0]['id']}"}
        if parts[-2] == "members":
            person = parts[-1]
            return {"id": f"29:{person}", "aadObjectId": person, "name": self.names.get(person, "")}
        return {"id": f"1:{len(self.calls)}"}


@asynccontextmanager
async def running(told: Microsoft | None = None) -> AsyncIterator[Microsoft]:
    """Serve a stand-in for as long as the block runs."""
    stand_in = told or Microsoft()
    app = web.Application()
    app.router.add_get("/openid", stand_in.openid)
    app.router.add_get("/keys", stand_in.listing)
    app.router.add_route("*", "/v3/{rest:.*}", stand_in.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    stand_in.port = runner.addresses[0][1]
    try:
        yield stand_in
    finally:
        await runner.cleanup()
