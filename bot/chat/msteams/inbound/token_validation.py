"""Whether a request comes from Teams: the token that Microsoft signed for this very bot."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import jwt

from bot.chat.msteams.inbound.signing_keys import SigningKeyCache
from bot.chat.request_body import Payload

CHANNEL_ID = "msteams"
"""The channel for which a key has to be endorsed, and from which alone activities are taken."""

ISSUER = "https://api.botframework.com"
"""Who signs for the connector service, as its OpenID document has it too."""

_CLOCK_SKEW_SECONDS = 300
"""Seconds by which two clocks may differ; Microsoft's own allowance."""

_DECODE_OPTIONS = {"require": ["exp", "iss", "aud"]}


class UnauthenticatedError(Exception):
    """A request bears no proof that it comes from Teams. It carries no part of the token."""


class UnendorsedError(Exception):
    """A token is genuine, but its key may not speak for this channel."""


@dataclass(frozen=True)
class VerifiedClaims:
    """What a token proves: the address of the service that sent it, and its key's channels."""

    service_url: str
    endorsements: frozenset[str]


class TokenValidator(Protocol):
    """How requests are proved."""

    async def validate_token(self, authorization: str) -> VerifiedClaims:
        """Read what an ``Authorization`` header proves.

        Raises UnprovenError, or :class:`bot.chat.msteams.inbound.signing_keys.KeysAwayError`.
        """

    def verify_service_url(self, claims: VerifiedClaims, payload: Payload) -> str:
        """Return the service that *payload* came from, to which answers go.

        Raises UnprovenError when it names another one, UnendorsedError when the key may not
        speak for its channel.
        """


class SignedTokenValidator:
    """Microsoft's connector tokens: signed with RS256, for this bot, not expired, endorsed."""

    def __init__(self, client_id: str, signing_keys: SigningKeyCache) -> None:
        """Take tokens that are meant for *client_id* alone."""
        self._audience = client_id
        self._signing_keys = signing_keys

    async def validate_token(self, authorization: str) -> VerifiedClaims:
        """Read what an ``Authorization`` header proves."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise UnauthenticatedError
        try:
            key = await self._signing_keys.get_key(
                str(jwt.get_unverified_header(token).get("kid", ""))
            )
            if key is None:
                raise UnauthenticatedError
            claims = self._decode_claims(token, key.public_key)
        except (jwt.PyJWTError, ValueError, TypeError):
            raise UnauthenticatedError from None
        service = claims.get("serviceurl")
        if not isinstance(service, str) or not service:
            raise UnauthenticatedError
        return VerifiedClaims(service.rstrip("/"), key.endorsements)

    def verify_service_url(self, claims: VerifiedClaims, payload: Payload) -> str:
        """Return the service that *payload* came from: the one that was signed."""
        named = payload.get("serviceUrl", claims.service_url)
        if not isinstance(named, str) or named.rstrip("/") != claims.service_url:
            raise UnauthenticatedError
        if payload.get("channelId") != CHANNEL_ID or CHANNEL_ID not in claims.endorsements:
            raise UnendorsedError
        return claims.service_url

    def _decode_claims(self, token: str, key: object) -> Mapping[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            token,
            key=key,  # type: ignore[arg-type]  # PyJWT's own kinds of key, as PyJWK made it
            algorithms=["RS256"],
            audience=self._audience,
            issuer=ISSUER,
            leeway=_CLOCK_SKEW_SECONDS,
            options=_DECODE_OPTIONS,  # type: ignore[arg-type]  # a plain table serves as its options
        )
        return claims


class UnsignedTokenValidator:
    """Takes whoever is on this machine at their word; for Microsoft's playground alone."""

    async def validate_token(self, authorization: str) -> VerifiedClaims:
        """Ask for nothing."""
        return VerifiedClaims("", frozenset({CHANNEL_ID}))

    def verify_service_url(self, claims: VerifiedClaims, payload: Payload) -> str:
        """Return the service that *payload* names; the door takes none but on this machine."""
        service = payload.get("serviceUrl")
        if not isinstance(service, str):
            raise UnauthenticatedError
        return service.rstrip("/")
