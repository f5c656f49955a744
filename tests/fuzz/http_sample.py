"""HTTP requests as inputs: their execution, and the class of a response."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import ASGIApp

from tests.chat import asgi
from tests.fuzz.target import BrokenRuleError

_SERVER_ERROR = 500
_DIGITS = re.compile(rb"[0-9]+")


@dataclass(frozen=True)
class HttpSample:
    """One request; ``headers`` have names in lower case.

    ``is_proven`` requests get a valid signature or token when they are executed. ``token`` is the
    JSON of the header and of the claims of a token with a valid signature, for Teams only.
    """

    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "POST"
    is_proven: bool = True
    token: tuple[str, str] | None = None


def fill_placeholders(content: bytes, values: Mapping[str, str]) -> bytes:
    """Return *content* with each placeholder replaced by its value."""
    for placeholder, value in values.items():
        content = content.replace(placeholder.encode(), value.encode())
    return content


async def send_sample(
    app: ASGIApp, path: str, sample: HttpSample, body: bytes, headers: Mapping[str, str]
) -> asgi.Response:
    """Send *body*; raises BrokenRuleError for a server error, or if no proof was needed."""
    response = await asgi.send_request(app, sample.method, path, body, headers)
    if response.status >= _SERVER_ERROR:
        raise BrokenRuleError(f"status {response.status}")
    is_refused = response.status in {401, 403, 405, 408, 413}
    if not sample.is_proven and sample.token is None and not is_refused:
        raise BrokenRuleError(f"status {response.status} for a request without proof")
    return response


def classify_response(response: asgi.Response) -> str:
    """Return the status and a digest of the body without its digits."""
    digest = hashlib.sha256(_DIGITS.sub(b"0", response.body)).hexdigest()[:8]
    return f"{response.status} {digest if response.body else '-'}"
