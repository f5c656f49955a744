"""Token validation: the bearer token (JWT) that Microsoft signs for requests to this bot."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import jwt

from bot.chat.msteams.inbound.signing_keys import SigningKeyCache
from bot.chat.request_body import Payload

CHANNEL_ID = "msteams"
"""Channel id that a signing key must be endorsed for, and the only one accepted in activities."""

ISSUER = "https://api.botframework.com"
"""Issuer of the connector service's tokens, as in its OpenID metadata."""

_CLOCK_SKEW_SECONDS = 300
"""Clock skew accepted in token timestamps; Microsoft's own value."""

_DECODE_OPTIONS = {"require": ["exp", "iss", "aud"]}


class UnauthenticatedError(Exception):
    """Raised for a request without a valid token; carries no part of the token."""


class UnendorsedError(Exception):
    """Raised for a valid token whose signing key is not endorsed for this channel."""


@dataclass(frozen=True)
class VerifiedClaims:
    """Claims of a valid token: the sender's service URL, and the endorsements of its key."""

    service_url: str
    endorsements: frozenset[str]


class TokenValidator(Protocol):
    """Protocol of request authentication."""

    async def validate_token(self, authorization: str) -> VerifiedClaims:
        """Validate an ``Authorization`` header and return its claims.

        Raises UnauthenticatedError, or
        :class:`bot.chat.msteams.inbound.signing_keys.SigningKeysUnavailableError`.
        """

    def verify_sender(self, claims: VerifiedClaims, payload: Payload) -> str:
        """Check URL, channel and endorsement of *payload*; return the URL, the target of replies.

        Raises UnauthenticatedError when the payload names another URL, UnendorsedError when the
        signing key is not endorsed for the payload's channel.
        """


class SignedTokenValidator:
    """Validates connector tokens: RS256 signature, audience, issuer, expiry, endorsement.

    Any missing, malformed, expired or unsigned token raises :class:`UnauthenticatedError`.
    """

    def __init__(self, client_id: str, signing_keys: SigningKeyCache) -> None:
        """Accept only tokens whose audience is *client_id*."""
        self._audience = client_id
        self._signing_keys = signing_keys

    async def validate_token(self, authorization: str) -> VerifiedClaims:
        """Validate an ``Authorization`` header and return its claims."""
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
        service_url = claims.get("serviceurl")
        if not isinstance(service_url, str) or not service_url:
            raise UnauthenticatedError
        return VerifiedClaims(service_url.rstrip("/"), key.endorsements)

    def verify_sender(self, claims: VerifiedClaims, payload: Payload) -> str:
        """Check *payload* against the signed URL and the key's endorsement; return the URL.

        Raises UnendorsedError for another channel than Teams, or a key not endorsed for Teams.
        """
        service_url = payload.get("serviceUrl", claims.service_url)
        if not isinstance(service_url, str) or service_url.rstrip("/") != claims.service_url:
            raise UnauthenticatedError
        if payload.get("channelId") != CHANNEL_ID or CHANNEL_ID not in claims.endorsements:
            raise UnendorsedError
        return claims.service_url

    def _decode_claims(self, token: str, key: object) -> Mapping[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            token,
            key=key,  # type: ignore[arg-type]  # a PyJWT key type, created by PyJWK
            algorithms=["RS256"],
            audience=self._audience,
            issuer=ISSUER,
            leeway=_CLOCK_SKEW_SECONDS,
            options=_DECODE_OPTIONS,  # type: ignore[arg-type]  # PyJWT accepts a plain dict
        )
        return claims


class UnsignedTokenValidator:
    """Accepts every request without a token; only for Microsoft's playground on this machine."""

    async def validate_token(self, authorization: str) -> VerifiedClaims:
        """Return claims without validation."""
        return VerifiedClaims("", frozenset({CHANNEL_ID}))

    def verify_sender(self, claims: VerifiedClaims, payload: Payload) -> str:
        """Return the payload's service URL; the guard accepts only those on this machine.

        Raises UnauthenticatedError for a payload without one.
        """
        service_url = payload.get("serviceUrl")
        if not isinstance(service_url, str):
            raise UnauthenticatedError
        return service_url.rstrip("/")
