"""Padding of responses to one size, so that no log of sizes tells which form was answered.

A reverse proxy, a load balancer or a hosting platform logs the size of each response. Without
padding that size is different for nearly every guide, and so tells what was filed.
"""

import json
import secrets
from collections.abc import Mapping
from typing import Any

PADDING_BLOCK_BYTES = 32 * 1024
"""Size of the response to a form, for each product; a larger one is a multiple of it.

A test renders every form in every language. The largest is the set-up form in Chinese: on Slack
31.0 KB with two lists of a hundred people, on Teams 30 KB with 40 people and errors. The largest
that a clinician can get has 8.6 KB.
"""

NO_TRANSFORM_HEADERS = {"cache-control": "no-transform", "content-encoding": "identity"}
"""Headers that prevent a proxy from compressing a padded body, which would undo the padding.

RFC 9111 forbids a proxy to transform a response with ``no-transform``. nginx does not read that
directive, but compresses no response that already has a ``Content-Encoding``.
"""

_WHITESPACE = bytes(b" \t\n\r"[value % 4] for value in range(256))
"""Maps random bytes to the four whitespace characters of JSON."""


def serialize_padded(body: Mapping[str, Any]) -> str:
    """Return *body*, a JSON object, as ASCII text of exactly :data:`PADDING_BLOCK_BYTES` bytes.

    A larger body is padded to the next multiple of it. The padding is whitespace before
    the closing brace, which RFC 8259 allows there: the parsed object is unchanged, so it needs
    no field and adds nothing to a product's limits on a view or card.
    """
    text = json.dumps(body)
    missing_bytes = -len(text) % PADDING_BLOCK_BYTES
    whitespace = secrets.token_bytes(missing_bytes).translate(_WHITESPACE).decode()
    return f"{text[:-1]}{whitespace}{text[-1]}"
