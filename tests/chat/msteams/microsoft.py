"""Fake of Microsoft's services on loopback: OpenID metadata, signing keys and connector API."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
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
    """Return a private key; cached, since generating one is slow."""
    return generate_private_key(public_exponent=65537, key_size=2048)


@lru_cache(maxsize=64)
def _encode_token(claims: str, signing_key_id: str, kid: str) -> str:
    """Return the token of JSON *claims*; cached, since signing takes as long as many a request."""
    return jwt.encode(
        json.loads(claims),
        get_private_key(signing_key_id),
        algorithm="RS256",
        headers={"kid": kid},
    )


def public_jwk(key_id: str = KEY_ID, *endorsements: str) -> dict[str, Any]:
    """Return the public part of a key as Microsoft lists it."""
    jwk: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(get_private_key(key_id).public_key()))
    return jwk | {"kid": key_id, "use": "sig", "endorsements": list(endorsements)}


@dataclass
class ServiceCall:
    """One API call of the bot: its method, decoded path, query, body, token and raw path."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    token: str = ""
    raw_path: str = ""

    @property
    def card(self) -> dict[str, Any]:
        """The card in a message."""
        content: dict[str, Any] = self.body["attachments"][0]["content"]
        return content


@dataclass
class PlannedAnswer:
    """A response that replaces the default one."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    drops_connection: bool = False


@dataclass
class FakeMicrosoft:
    """The fake: ``calls`` of the bot, and ``planned_answers`` by the last part of their path.

    ``account_parts`` are fields of accounts by person id, and ``account_lookups`` the chat ids of
    the accounts that the bot looked up before it handled a request; these are no ``calls``.
    ``rosters`` are the ids of the members by channel, ``teams`` the names of the channels by team
    and id, where the team's own name has its own id; ``directory_lookups`` are the paths of the
    requests for them, which are no ``calls`` either. They fail with ``directory_status``.
    ``signing_jwks`` are the listed keys; ``key_fetch_count`` counts how often they were fetched,
    ``keys_delay_seconds`` is how long each fetch takes.
    """

    port: int = 0
    calls: list[ServiceCall] = field(default_factory=list)
    planned_answers: dict[str, list[PlannedAnswer]] = field(default_factory=dict)
    signing_jwks: list[dict[str, Any]] = field(
        default_factory=lambda: [public_jwk(KEY_ID, "msteams")]
    )
    person_names: dict[str, str] = field(default_factory=dict)
    account_parts: dict[str, dict[str, str]] = field(default_factory=dict)
    account_lookups: list[str] = field(default_factory=list)
    rosters: dict[str, list[str]] = field(default_factory=dict)
    teams: dict[str, dict[str, str]] = field(default_factory=dict)
    directory_lookups: list[str] = field(default_factory=list)
    directory_status: int = 200
    directory_delay_seconds: float = 0.0
    keys_delay_seconds: float = 0.0
    keys_status: int = 200
    key_fetch_count: int = 0
    event_order: list[str] = field(default_factory=list)

    @property
    def service_url(self) -> str:
        """The service URL of the connector."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def metadata_url(self) -> str:
        """The URL of the OpenID metadata."""
        return f"{self.service_url}/openid"

    def sign_token(self, *, signing_key_id: str = KEY_ID, kid: str = "", **claims: Any) -> str:
        """Return a token signed like Microsoft's; a claim that is ``None`` is omitted.

        As Microsoft's, it is the same for all requests of a minute.
        """
        now = int(time.time()) // 60 * 60
        default_claims = {
            "iss": ISSUER,
            "aud": CLIENT_ID,
            "nbf": now - 5,
            "exp": now + 3600,
            "serviceurl": self.service_url,
        }
        payload = {
            name: value for name, value in (default_claims | claims).items() if value is not None
        }
        return _encode_token(json.dumps(payload), signing_key_id, kid or signing_key_id)

    @property
    def posted_messages(self) -> list[ServiceCall]:
        """The messages that the bot posted."""
        return [call for call in self.calls if call.path.endswith("/activities")]

    async def handle_openid(self, request: web.Request) -> web.StreamResponse:
        """Return the OpenID metadata."""
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.service_url}/keys"})

    async def handle_keys(self, request: web.Request) -> web.StreamResponse:
        """Return the signing keys."""
        self.key_fetch_count += 1
        await asyncio.sleep(self.keys_delay_seconds)
        return web.json_response({"keys": self.signing_jwks}, status=self.keys_status)

    async def handle_call(self, request: web.Request) -> web.StreamResponse:
        """Record one API call and send the planned or the default response."""
        chat_id = request.path.rpartition("/")[2]
        if chat_id.startswith("29:") and chat_id not in self.planned_answers:
            self.account_lookups.append(chat_id)
            return web.json_response(self._default_answer(request.path, None))
        if request.path.startswith("/v3/teams/") or request.query.get("pageSize") == "500":
            return await self._answer_directory_lookup(request)
        body = await request.json() if request.can_read_body else None
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        path = request.path
        self.calls.append(
            ServiceCall(request.method, path, dict(request.query), body, token, request.raw_path)
        )
        self.event_order.append(f"{request.method} {path.rpartition('/')[2]}")
        planned = self.planned_answers.get(path.rpartition("/")[2], [])
        answer = planned.pop(0) if planned else None
        if answer is None:
            return web.json_response(self._default_answer(path, body), status=201)
        await asyncio.sleep(answer.delay_seconds)
        if answer.drops_connection:
            assert request.transport
            request.transport.close()
        return web.json_response(answer.body, status=answer.status, headers=answer.headers)

    async def _answer_directory_lookup(self, request: web.Request) -> web.StreamResponse:
        """Return the members of a channel, the channels of a team or its name; 404 for others."""
        self.directory_lookups.append(request.path)
        await asyncio.sleep(self.directory_delay_seconds)
        parts = request.path.strip("/").split("/")
        listed = self.rosters if parts[1] == "conversations" else self.teams
        status = self.directory_status if parts[2] in listed else 404
        if status != 200:
            return web.json_response({"error": {"code": "ServiceError"}}, status=status)
        if parts[1] == "conversations":
            return web.json_response(self._roster_page(parts[2], request.query))
        names = self.teams[parts[2]]
        if parts[-1] != "conversations":
            return web.json_response({"id": parts[2], "name": names[parts[2]]})
        channels = [{"id": parts[2]}] + [
            {"id": id_, "name": name, "type": "standard"}
            for id_, name in names.items()
            if id_ != parts[2]
        ]
        return web.json_response({"conversations": channels})

    def _roster_page(self, channel: str, query: Mapping[str, str]) -> dict[str, Any]:
        start, size = int(query.get("continuationToken", 0)), int(query["pageSize"])
        ids = self.rosters[channel]
        page = [
            self._default_answer(f"members/{person_id}", None)
            for person_id in ids[start : start + size]
        ]
        more = {"continuationToken": str(start + size)} if ids[start + size :] else {}
        return {"members": page, **more}

    def _default_answer(self, path: str, body: Any) -> dict[str, Any]:
        parts = path.strip("/").split("/")
        if parts[-1] == "conversations":
            return {"id": f"a:chat-with-{body['members'][0]['id']}"}
        if parts[-2] == "members":
            person_id = parts[-1].removeprefix("29:")
            return {
                "tenantId": TENANT_ID,
                "userRole": "user",
                "userPrincipalName": "someone@clinic.example",
                "id": f"29:{person_id}",
                "aadObjectId": person_id,
                "name": self.person_names.get(person_id, ""),
                **self.account_parts.get(person_id, {}),
            }
        return {"id": f"1:{len(self.calls)}"}


@asynccontextmanager
async def run_microsoft(fake: FakeMicrosoft | None = None) -> AsyncIterator[FakeMicrosoft]:
    """Run a fake for the duration of the block."""
    server = fake or FakeMicrosoft()
    app = web.Application()
    app.router.add_get("/openid", server.handle_openid)
    app.router.add_get("/keys", server.handle_keys)
    app.router.add_route("*", "/v3/{rest:.*}", server.handle_call)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()
