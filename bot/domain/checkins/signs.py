"""The sign of a check-in: the same whenever one person's question of one week is shown."""

import hashlib
import hmac
from collections.abc import Sequence

from bot.content.model import Sign
from bot.conversation import Person


def sign_of_week(signs: Sequence[Sign], secret_key: bytes, person: Person, week: str) -> Sign:
    """Return the sign of *person* in the ISO week *week*, one of *signs*.

    It is dealt and never selected by the clinician: a sign of their own choice would become a
    mnemonic of a client. A keyed hash deals it, so that a question on demand has the sign that
    the week's message has or will have, without any stored row that tells of the demand.
    Without *secret_key* it cannot be predicted.
    """
    parts = (person.workspace, person.id, week)
    # Each part has a length prefix, so that no two lists of parts have the same encoding.
    message = b"".join(
        len(part).to_bytes(4, "big") + part for part in (text.encode() for text in parts)
    )
    digest = hmac.new(secret_key, message, hashlib.sha256).digest()
    return signs[int.from_bytes(digest, "big") % len(signs)]
