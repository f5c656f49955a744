"""Whether a request comes from Teams: the token that Microsoft signed for this very bot."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import jwt

from bot.chat.msteams.inbound.signing_keys import Keyring
from bot.chat.request_body import Payload

CHANNEL = "msteams"
"""The channel for which a key has to be endorsed, and from which alone activities are taken."""

ISSUER = "https://api.botframework.com"
"""Who signs for the connector service, as its OpenID document has it too."""

_SKEW = 300
"""Seconds by which two clocks may differ; Microsoft's own allowance."""

_DEMANDS = {"require": ["exp", "iss", "aud"]}


class UnprovenError(Exception):
    """A request bears no proof that it comes from Teams. It carries no part of the token."""


class UnendorsedError(Exception):
    """A token is genuine, but its key may not speak for this channel."""


@dataclass(frozen=True)
class Proven:
    """What a token proves: the address of the service that sent it, and its key's channels."""

    service: str
    endorsements: frozenset[str]


class Proof(Protocol):
    """How requests are proved."""

    async def of(self, authorization: str) -> Proven:
        """Read what an ``Authorization`` header proves.

        Raises UnprovenError, or :class:`bot.chat.msteams.inbound.signing_keys.KeysAwayError`.
        """

    def fits(self, proven: Proven, payload: Payload) -> str:
        """Return the service that *payload* came from, to which answers go.

        Raises UnprovenError when it names another one, UnendorsedError when the key may not
        speak for its channel.
        """


class Signed:
    """Microsoft's connector tokens: signed with RS256, for this bot, not expired, endorsed."""

    def __init__(self, client_id: str, keyring: Keyring) -> None:
        """Take tokens that are meant for *client_id* alone."""
        self._audience = client_id
        self._keyring = keyring

    async def of(self, authorization: str) -> Proven:
        """Read what an ``Authorization`` header proves."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise UnprovenError
        try:
            key = await self._keyring.find(str(jwt.get_unverified_header(token).get("kid", "")))
            if key is None:
                raise UnprovenError
            claims = self._claims(token, key.public)
        except (jwt.PyJWTError, ValueError, TypeError):
            raise UnprovenError from None
        service = claims.get("serviceurl")
        if not isinstance(service, str) or not service:
            raise UnprovenError
        return Proven(service.rstrip("/"), key.endorsements)

    def fits(self, proven: Proven, payload: Payload) -> str:
        """Return the service that *payload* came from: the one that was signed."""
        named = payload.get("serviceUrl", proven.service)
        if not isinstance(named, str) or named.rstrip("/") != proven.service:
            raise UnprovenError
        if payload.get("channelId") != CHANNEL or CHANNEL not in proven.endorsements:
            raise UnendorsedError
        return proven.service

    def _claims(self, token: str, key: object) -> Mapping[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            token,
            key=key,  # type: ignore[arg-type]  # PyJWT's own kinds of key, as PyJWK made it
            algorithms=["RS256"],
            audience=self._audience,
            issuer=ISSUER,
            leeway=_SKEW,
            options=_DEMANDS,  # type: ignore[arg-type]  # a plain table serves as its options
        )
        return claims


class Unsigned:
    """Takes whoever is on this machine at their word; for Microsoft's playground alone."""

    async def of(self, authorization: str) -> Proven:
        """Ask for nothing."""
        return Proven("", frozenset({CHANNEL}))

    def fits(self, proven: Proven, payload: Payload) -> str:
        """Return the service that *payload* names; the door takes none but on this machine."""
        service = payload.get("serviceUrl")
        if not isinstance(service, str):
            raise UnprovenError
        return service.rstrip("/")
