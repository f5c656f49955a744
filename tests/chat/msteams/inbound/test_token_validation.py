import hmac
import json
import time
from collections.abc import Callable

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.utils import base64url_encode

from bot.chat.after_response import AfterResponse
from bot.chat.msteams.inbound.guard import Guard, TenantPolicy
from bot.chat.msteams.inbound.token_validation import SignedTokenValidator
from tests.chat import asgi
from tests.chat.msteams import microsoft
from tests.chat.msteams.guard_harness import GuardHarness, answer_foreign_tenant, build_hello
from tests.chat.msteams.microsoft import CLIENT_ID, TENANT_ID, FakeMicrosoft

OTHER_CLIENT_ID = "99999999-2222-4333-8444-555555555555"

HeaderForger = Callable[[FakeMicrosoft], str]


def _public_key_pem() -> bytes:
    public_key = microsoft.get_private_key().public_key()
    return public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _sign_with_secret(ms: FakeMicrosoft, algorithm: str, secret: bytes) -> str:
    """Return valid claims with a signature that anyone who knows *secret* can create."""
    header = json.dumps({"alg": algorithm, "typ": "JWT", "kid": microsoft.KEY_ID}).encode()
    signing_input = base64url_encode(header) + b"." + ms.sign_token().split(".")[1].encode()
    signature = hmac.digest(secret, signing_input, "sha256") if secret else b""
    return (signing_input + b"." + base64url_encode(signature)).decode()


def _timestamp_in(seconds: float) -> int:
    return int(time.time() + seconds)


FORGED_HEADERS: dict[str, HeaderForger] = {
    "no header": lambda _ms: "",
    "an empty token": lambda _ms: "Bearer ",
    "a malformed token": lambda _ms: "Bearer x.y.z",
    "another scheme": lambda ms: f"Basic {ms.sign_token()}",
    "no signature": lambda ms: f"Bearer {_sign_with_secret(ms, 'none', b'')}",
    "the public key as a secret": lambda ms: (
        f"Bearer {_sign_with_secret(ms, 'HS256', _public_key_pem())}"
    ),
    "an unlisted key": lambda ms: f"Bearer {ms.sign_token(signing_key_id='own', kid='own')}",
    "another key with a listed id": lambda ms: (
        f"Bearer {ms.sign_token(signing_key_id='own', kid=microsoft.KEY_ID)}"
    ),
    "a key without an id": lambda _ms: (
        f"Bearer {jwt.encode({'aud': CLIENT_ID}, microsoft.get_private_key(), algorithm='RS256')}"
    ),
    "another audience": lambda ms: f"Bearer {ms.sign_token(aud=OTHER_CLIENT_ID)}",
    "no audience": lambda ms: f"Bearer {ms.sign_token(aud=None)}",
    "another issuer": lambda ms: f"Bearer {ms.sign_token(iss='https://sts.windows.net/x/')}",
    "no issuer": lambda ms: f"Bearer {ms.sign_token(iss=None)}",
    "an expired token": lambda ms: f"Bearer {ms.sign_token(exp=_timestamp_in(-400))}",
    "a token without an expiry": lambda ms: f"Bearer {ms.sign_token(exp=None)}",
    "a token from the future": lambda ms: f"Bearer {ms.sign_token(nbf=_timestamp_in(400))}",
    "no service": lambda ms: f"Bearer {ms.sign_token(serviceurl=None)}",
    "another service": lambda ms: f"Bearer {ms.sign_token(serviceurl='https://evil.example')}",
    "a service that is a number": lambda ms: f"Bearer {ms.sign_token(serviceurl=5)}",
    "a changed token": lambda ms: f"Bearer {ms.sign_token()[:-4]}AAAA",
}


@pytest.mark.parametrize("forge", FORGED_HEADERS.values(), ids=FORGED_HEADERS.keys())
async def test_invalid_tokens_are_rejected(harness: GuardHarness, forge: HeaderForger) -> None:
    """Missing, forged, foreign, expired and non-expiring tokens are rejected with 401."""
    body = json.dumps(build_hello(harness.ms)).encode()

    response = await harness.post_body(body, authorization=forge(harness.ms))

    assert (response.status, response.body) == (401, b"")
    assert harness.accepted_payloads == []


async def test_a_service_url_that_contradicts_the_token_is_rejected(harness: GuardHarness) -> None:
    """A reply is never sent to a URL that was not signed."""
    response = await harness.send_activity(
        build_hello(harness.ms, serviceUrl="https://evil.example/")
    )

    assert (response.status, harness.accepted_payloads) == (401, [])


async def test_a_missing_service_url_defaults_to_the_signed_url(harness: GuardHarness) -> None:
    """A payload without a service URL is answered at the one in the token."""
    activity = build_hello(harness.ms)
    del activity["serviceUrl"]

    assert (await harness.send_activity(activity)).status == 200
    assert harness.accepted_payloads[0][2] == harness.ms.service_url


async def test_plain_http_is_rejected(harness: GuardHarness) -> None:
    """A signed service URL with plain http is rejected, as replies to it could be intercepted."""
    url = "http://service.example"

    assert (
        await harness.send_activity(build_hello(harness.ms, serviceUrl=url), serviceurl=url)
    ).status == 401


async def test_loopback_is_rejected_in_production(harness: GuardHarness) -> None:
    """In production only https service URLs are accepted."""
    guard = Guard(
        harness.record_payload,
        SignedTokenValidator(CLIENT_ID, harness.signing_keys),
        TenantPolicy(frozenset({TENANT_ID}), answer_foreign_tenant),
        AfterResponse(),
        allow_loopback=False,
    )
    headers = {"authorization": f"Bearer {harness.ms.sign_token()}"}
    body = json.dumps(build_hello(harness.ms)).encode()

    assert (await asgi.send_request(guard, "POST", "/", body, headers)).status == 401


@pytest.mark.parametrize("endorsements", [(), ("webchat", "slack")])
async def test_a_signing_key_must_be_endorsed_for_teams(
    harness: GuardHarness, endorsements: tuple[str, ...]
) -> None:
    """A token whose signing key is not endorsed for Teams is rejected with 403."""
    harness.ms.signing_jwks.append(microsoft.public_jwk("other", *endorsements))

    assert (
        await harness.send_activity(build_hello(harness.ms), signing_key_id="other")
    ).status == 403
    assert harness.accepted_payloads == []


async def test_another_channel_is_rejected(harness: GuardHarness) -> None:
    """A signed activity of another Microsoft channel is rejected with 403."""
    assert (await harness.send_activity(build_hello(harness.ms, channelId="webchat"))).status == 403
