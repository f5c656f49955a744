"""The claim of a key store: which database it serves, and until when that database is known."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.store.keys.key_store_error import KeyStoreUnavailableError


class CloseAttempts(NamedTuple):
    """How often closing was tried for an ended period's key, at most once an hour.

    ``counted_at`` is the instant of the last counted attempt in Unix seconds.
    """

    attempt_count: int
    counted_at: int


@dataclass(frozen=True)
class KeyStoreClaim:
    """What a database writes into the key store that belongs to it; it has no secret.

    ``database_id`` is shared by all copies of a database, ``instance`` tells a copy from its
    original. ``mark`` is the instant in Unix seconds up to which the database is known to have
    been, 0 before the first one. ``restored_mark`` is that of the restored copies that the claim
    excluded, which moves no other. ``attempts`` are those of ended periods that are not closed yet,
    by the key's file name.
    """

    database_id: int
    instance: str
    mark: int = 0
    attempts: Mapping[str, CloseAttempts] = field(default_factory=dict)
    restored_mark: int = 0


def encode_claim(claim: KeyStoreClaim) -> bytes:
    """Encode a claim as JSON."""
    content = {
        "database": claim.database_id,
        "instance": claim.instance,
        "mark": claim.mark,
        "attempts": claim.attempts,
        "restored_mark": claim.restored_mark,
    }
    return json.dumps(content, sort_keys=True).encode()


def decode_claim(content: bytes) -> KeyStoreClaim:
    """Decode a claim; raise :class:`KeyStoreUnavailableError` for anything else."""
    try:
        fields = json.loads(content)
        return KeyStoreClaim(
            int(fields["database"]),
            str(fields["instance"]),
            int(fields["mark"]),
            {
                str(name): CloseAttempts(int(count), int(counted_at))
                for name, (count, counted_at) in fields["attempts"].items()
            },
            int(fields.get("restored_mark", 0)),  # an earlier release writes none
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyStoreUnavailableError("the key store's claim cannot be read") from error
