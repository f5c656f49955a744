import hmac
import json
import time
from collections.abc import Callable

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.utils import base64url_encode

from bot.chat.after_response import AfterResponse
from bot.chat.msteams.inbound.guard import Guard
from bot.chat.msteams.inbound.token_validation import SignedTokenValidator
from tests.chat import asgi
from tests.chat.msteams import microsoft
from tests.chat.msteams.gates import GuardHarness, build_hello
from tests.chat.msteams.microsoft import CLIENT_ID, TENANT_ID, FakeMicrosoft

ELSEWHERE = "99999999-2222-4333-8444-555555555555"

Forge = Callable[[FakeMicrosoft], str]


def _pem() -> bytes:
    public = microsoft.get_private_key().public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _with(ms: FakeMicrosoft, algorithm: str, secret: bytes) -> str:
    """Return a good token's claims under a signature that whoever knows *secret* can make."""
    head = json.dumps({"alg": algorithm, "typ": "JWT", "kid": microsoft.KEY_ID}).encode()
    said = base64url_encode(head) + b"." + ms.sign_token().split(".")[1].encode()
    proof = hmac.digest(secret, said, "sha256") if secret else b""
    return (said + b"." + base64url_encode(proof)).decode()


def _at(seconds: float) -> int:
    return int(time.time() + seconds)


FORGERIES: dict[str, Forge] = {
    "no token": lambda _ms: "",
    "an empty token": lambda _ms: "Bearer ",
    "no token at all": lambda _ms: "Bearer x.y.z",
    "another scheme": lambda ms: f"Basic {ms.sign_token()}",
    "no signature": lambda ms: f"Bearer {_with(ms, 'none', b'')}",
    "the public key as a secret": lambda ms: f"Bearer {_with(ms, 'HS256', _pem())}",
    "a key that nobody lists": lambda ms: (
        f"Bearer {ms.sign_token(signing_key_id='own', kid='own')}"
    ),
    "another key under a known name": lambda ms: (
        f"Bearer {ms.sign_token(signing_key_id='own', kid=microsoft.KEY_ID)}"
    ),
    "a key without a name": lambda _ms: (
        f"Bearer {jwt.encode({'aud': CLIENT_ID}, microsoft.get_private_key(), algorithm='RS256')}"
    ),
    "another audience": lambda ms: f"Bearer {ms.sign_token(aud=ELSEWHERE)}",
    "no audience": lambda ms: f"Bearer {ms.sign_token(aud=None)}",
    "another issuer": lambda ms: f"Bearer {ms.sign_token(iss='https://sts.windows.net/x/')}",
    "no issuer": lambda ms: f"Bearer {ms.sign_token(iss=None)}",
    "an expired token": lambda ms: f"Bearer {ms.sign_token(exp=_at(-400))}",
    "a token without an end": lambda ms: f"Bearer {ms.sign_token(exp=None)}",
    "a token from the future": lambda ms: f"Bearer {ms.sign_token(nbf=_at(400))}",
    "no service": lambda ms: f"Bearer {ms.sign_token(serviceurl=None)}",
    "another service": lambda ms: f"Bearer {ms.sign_token(serviceurl='https://evil.example')}",
    "a service that is a number": lambda ms: f"Bearer {ms.sign_token(serviceurl=5)}",
    "a changed token": lambda ms: f"Bearer {ms.sign_token()[:-4]}AAAA",
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
async def test_what_microsoft_did_not_sign_is_refused(gate: GuardHarness, forge: Forge) -> None:
    """Missing, forged, foreign, expired and endless tokens get 401, and nobody hears of them."""
    body = json.dumps(build_hello(gate.ms)).encode()

    answer = await gate.post_body(body, authorization=forge(gate.ms))

    assert (answer.status, answer.body) == (401, b"")
    assert gate.accepted_payloads == []


async def test_a_service_swapped_in_the_body_is_refused(gate: GuardHarness) -> None:
    """An answer never goes to an address that was not signed."""
    answer = await gate.send_activity(build_hello(gate.ms, serviceUrl="https://evil.example/"))

    assert (answer.status, gate.accepted_payloads) == (401, [])


async def test_a_service_left_out_is_the_signed_one(gate: GuardHarness) -> None:
    """A body without an address is answered at the one in the token."""
    activity = build_hello(gate.ms)
    del activity["serviceUrl"]

    assert (await gate.send_activity(activity)).status == 200
    assert gate.accepted_payloads[0][2] == gate.ms.service_url


async def test_plain_http_is_taken_from_this_machine_alone(gate: GuardHarness) -> None:
    """Even a signed address is refused when others could listen on the way."""
    url = "http://service.example"

    assert (
        await gate.send_activity(build_hello(gate.ms, serviceUrl=url), serviceurl=url)
    ).status == 401


async def test_outside_tests_this_machine_is_no_service(gate: GuardHarness) -> None:
    """In service only https addresses are answered."""
    guard = Guard(
        gate.record_payload,
        SignedTokenValidator(CLIENT_ID, gate.signing_keys),
        frozenset({TENANT_ID}),
        AfterResponse(),
        allow_loopback=False,
    )
    headers = {"authorization": f"Bearer {gate.ms.sign_token()}"}
    body = json.dumps(build_hello(gate.ms)).encode()

    assert (await asgi.send_request(guard, "POST", "/", body, headers)).status == 401


@pytest.mark.parametrize("endorsements", [(), ("webchat", "slack")])
async def test_a_key_speaks_only_for_channels_it_is_endorsed_for(
    gate: GuardHarness, endorsements: tuple[str, ...]
) -> None:
    """A token signed with a key that is not endorsed for Teams gets 403."""
    gate.ms.signing_jwks.append(microsoft.public_jwk("other", *endorsements))

    assert (await gate.send_activity(build_hello(gate.ms), signing_key_id="other")).status == 403
    assert gate.accepted_payloads == []


async def test_another_channel_is_refused(gate: GuardHarness) -> None:
    """What comes from another product of Microsoft's gets 403, whoever signed it."""
    assert (await gate.send_activity(build_hello(gate.ms, channelId="webchat"))).status == 403
